# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which ballots count, and their product: docs/protocol.md §11.1 and §11.2."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from protocol.ballot import Ballot
from protocol.datum import (
    EVOTE,
    big_integer,
    decode_datum,
    encode_big_integer,
    hash_text,
    require_canonical,
    rows,
)
from protocol.elgamal import NEUTRAL, Ciphertext
from protocol.encoding import Fields, JsonValue, encode_json, sha256_hex
from protocol.errors import MalformedError, ProofError
from protocol.group import Element, Scalar
from protocol.public_credentials import MAX_WEIGHT, PublicCredentials
from protocol.questions import Question
from protocol.trustee_signatures import TrusteeSignature, decode_signatures

VERSION: Final = 1
MAX_BALLOTS: Final = 2**40

Choices = tuple[tuple[Ciphertext, ...], ...]
"""For each question, for each choice, a ciphertext."""


@dataclass(frozen=True, slots=True)
class EncryptedTally:
    """The product of all counted ballots, in the shape of the questions: §11.2."""

    ciphertexts: Choices

    @classmethod
    def decode(
        cls, data: bytes, questions: Sequence[Question], *, ignore_unknown: bool = False
    ) -> "EncryptedTally":
        """Read the array, canonical in both profiles; the identity is legal here: §4.2, §11.2."""
        value = decode_datum(data, ignore_unknown=ignore_unknown)
        table = rows(value, where="encrypted tally", section="11.2")
        if [len(row) for row in table] != [question.choices for question in questions]:
            raise MalformedError(
                "the encrypted tally has not the shape of the questions", section="11.2"
            )
        tally = cls(
            tuple(
                tuple(Ciphertext.decode(item, allow_identity=True) for item in row) for row in table
            )
        )
        require_canonical(tally.encode(), data, where="the encrypted tally")
        return tally

    def encode(self) -> bytes:
        """Return the canonical bytes: §11.2."""
        return encode_json([[each.encode() for each in row] for row in self.ciphertexts])


@dataclass(frozen=True, slots=True)
class SizedTally:
    """The payload of the ``EncryptedTally`` event: §11.2.

    ``setup_signatures`` stand in our elections alone; verified, they are those of §7.13.
    """

    num_tallied: int
    total_weight: int
    encrypted_tally: str
    setup_signatures: tuple[TrusteeSignature, ...] | None = None

    @classmethod
    def decode(cls, data: bytes, *, ignore_unknown: bool = False) -> "SizedTally":
        """Read the payload; nothing is verified yet: §11.2."""
        value = decode_datum(data, ignore_unknown=ignore_unknown)
        fields = Fields(value, where="sized encrypted tally", section="11.2")
        tally = cls(
            fields.integer("num_tallied", 0, MAX_BALLOTS),
            big_integer(fields, "total_weight", MAX_WEIGHT),
            hash_text(fields, "encrypted_tally"),
            _decode_evote(fields) if fields.has(EVOTE) else None,
        )
        fields.finish(ignore_unknown=ignore_unknown)
        if not ignore_unknown:
            require_canonical(tally.encode(), data, where="the sized encrypted tally")
        return tally

    def encode(self) -> bytes:
        """Return the canonical bytes, members in the order of §11.2."""
        members: dict[str, JsonValue] = {
            "num_tallied": self.num_tallied,
            "total_weight": encode_big_integer(self.total_weight),
            "encrypted_tally": self.encrypted_tally,
        }
        if self.setup_signatures is not None:
            signatures: JsonValue = [signed.encode() for signed in self.setup_signatures]
            members[EVOTE] = {"version": VERSION, "setup_signatures": signatures}
        return encode_json(members)


def _decode_evote(fields: Fields) -> tuple[TrusteeSignature, ...]:
    evote = fields.object(EVOTE)
    evote.integer("version", VERSION, VERSION)
    signatures = decode_signatures(evote.items("setup_signatures"), section="11.2")
    evote.finish()
    return signatures


@dataclass(frozen=True, slots=True)
class Count:
    """What the counted ballots come to: their product, number and total weight: §11.2."""

    encrypted_tally: EncryptedTally
    num_tallied: int
    total_weight: int


def count_ballots(
    questions: Sequence[Question],
    credentials: PublicCredentials,
    ballots: Iterable[Ballot],
    *,
    final: bool,
) -> Count:
    """Multiply the ballots that count, in the order of the board: §11.1, §11.2.

    Args:
        questions: of the election; the ballots have their shape.
        credentials: with their weights.
        ballots: in the order of the board, each verified by itself (§9).
        final: whether a credential has one ballot only, as in the Préau profile; otherwise its
            last one counts.

    Raises:
        ProofError: a credential that is not listed, a second final ballot, or a ballot or
            ciphertext that stands twice.
    """
    admission = _Admission(credentials, final=final)
    if final:
        # Nothing is replaced, so one running product is all that is kept of the ballots.
        count = Count(EncryptedTally(_neutral(questions)), 0, 0)
        for ballot in ballots:
            count = _add(count, choices_of(ballot), admission.admit(ballot))
        return count
    last: dict[Element, tuple[Choices, int]] = {}
    for ballot in ballots:
        last[ballot.credential] = (choices_of(ballot), admission.admit(ballot))
    count = Count(EncryptedTally(_neutral(questions)), 0, 0)
    for choices, weight in last.values():
        count = _add(count, choices, weight)
    return count


def choices_of(ballot: Ballot) -> Choices:
    """Return all ciphertexts of a ballot: §9.2."""
    return tuple(answer.choices for answer in ballot.unsigned.answers)


class _Admission:
    """Admits ballots one by one, remembering what must not come again: §11.1."""

    def __init__(self, credentials: PublicCredentials, *, final: bool) -> None:
        self._credentials = credentials
        self._final = final
        self._used: set[Element] = set()
        self._ballots: set[str] = set()
        self._alphas: dict[bytes, Element] = {}

    def admit(self, ballot: Ballot) -> int:
        """Return the weight of a ballot that may stand on the board: §11.1."""
        credential = ballot.credential
        weight = self._credentials.weight_of(credential)
        if weight is None:
            raise ProofError("a ballot's credential is not listed", section="9.4")
        if self._final and credential in self._used:
            raise ProofError("a credential has two ballots", section="11.1")
        identity = sha256_hex(ballot.encode())
        if identity in self._ballots:
            raise ProofError("a ballot stands twice on the board", section="11.1")
        self._used.add(credential)
        self._ballots.add(identity)
        self._admit_alphas(ballot)
        return weight

    def _admit_alphas(self, ballot: Ballot) -> None:
        alphas = [each.alpha.to_rfc8032() for row in choices_of(ballot) for each in row]
        if len(set(alphas)) != len(alphas):
            raise ProofError("a ballot repeats a ciphertext", section="11.1")
        for alpha in alphas:
            if self._alphas.setdefault(alpha, ballot.credential) != ballot.credential:
                raise ProofError("a ballot repeats another's ciphertext", section="11.1")


def _neutral(questions: Sequence[Question]) -> Choices:
    return tuple((NEUTRAL,) * question.choices for question in questions)


def _add(count: Count, choices: Choices, weight: int) -> Count:
    exponent = Scalar.from_int(weight)
    product = tuple(
        tuple(
            total * (choice if weight == 1 else choice**exponent)
            for total, choice in zip(totals, row, strict=True)
        )
        for totals, row in zip(count.encrypted_tally.ciphertexts, choices, strict=True)
    )
    return Count(EncryptedTally(product), count.num_tallied + 1, count.total_weight + weight)
