# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ballots: made, then cast or checked, and verified: docs/protocol.md §9.3 to §9.5.

A ballot is made without signature; the signature is made only when it is cast. One that is
checked instead (``opened.py``) is therefore never one that anybody could cast.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from protocol.answer import Answer, make_answer, verify_answer
from protocol.credentials import public_credential
from protocol.crockford import encode_crockford
from protocol.encoding import (
    Fields,
    JsonValue,
    decode_base64_digest,
    decode_json,
    encode_json,
    sha256_base64,
)
from protocol.errors import MalformedError, ProofError, ProtocolError
from protocol.group import Element, Scalar, generator_power
from protocol.proofs.nonce import Nonces
from protocol.proofs.proof import Proof, respond
from protocol.questions import Question
from protocol.randomness import draw_randomness
from protocol.rng import Rng, system_rng
from protocol.secret import Secret
from protocol.transcript import SIGNATURE_PREFIX, hash_to_scalar

TRACKER_BYTES: Final = 10
MAX_BALLOT_BYTES: Final = 2**20


@dataclass(frozen=True, slots=True)
class BallotContext:
    """What a ballot is made and verified against: uuid, φ, election key, questions (§8.2)."""

    uuid: str
    fingerprint: str
    public_key: Element
    questions: tuple[Question, ...]

    def statement(self, credential: Element) -> str:
        """Return S_0 = φ|C, the text that binds each proof to election and credential: §9.2."""
        return f"{self.fingerprint}|{credential.encode()}"


@dataclass(frozen=True, slots=True)
class UnsignedBallot:
    """A ballot before it is cast: §9.3 without ``signature``."""

    uuid: str
    fingerprint: str
    credential: Element
    answers: tuple[Answer, ...]

    @classmethod
    def decode(cls, value: JsonValue, questions: Sequence[Question]) -> "UnsignedBallot":
        """Read a ballot that has no signature and the exact shape of the questions: §9.3."""
        fields = Fields(value, where="ballot", section="9.3")
        unsigned = _read_unsigned(fields, questions)
        fields.finish()
        return unsigned

    def to_json(self) -> dict[str, JsonValue]:
        """Return the object, its members in the order of §9.3."""
        return {
            "election_uuid": self.uuid,
            "election_hash": self.fingerprint,
            "credential": self.credential.encode(),
            "answers": [answer.encode() for answer in self.answers],
        }

    def hash(self) -> str:
        """Return the base-64 digest that ``signature.hash`` repeats: §9.4."""
        return sha256_base64(encode_json(self.to_json()))

    def tracker(self) -> str:
        """Return the tracker, known before the voter casts or checks: §9.5."""
        return tracker(self.hash())


@dataclass(frozen=True, slots=True)
class Ballot:
    """A ballot as it is cast: §9.3. ``signed_hash`` is ``signature.hash`` as it came."""

    unsigned: UnsignedBallot
    signed_hash: str
    signature: Proof

    @classmethod
    def decode(cls, data: bytes, questions: Sequence[Question]) -> "Ballot":
        """Read the canonical bytes of a ballot with the exact shape of the questions: §9.3.

        Raises:
            MalformedError: anything else, before any proof is looked at.
        """
        if len(data) > MAX_BALLOT_BYTES:
            raise MalformedError("a ballot is longer than 1 MiB", section="2.1")
        fields = Fields(decode_json(data), where="ballot", section="9.3")
        unsigned = _read_unsigned(fields, questions)
        signature = fields.object("signature")
        fields.finish()
        ballot = cls(unsigned, signature.text("hash"), Proof.decode(signature.raw("proof")))
        signature.finish()
        decode_base64_digest(ballot.signed_hash)
        if ballot.encode() != data:  # §9.3: one ballot, one text
            raise MalformedError("a ballot is not in canonical form", section="9.3")
        return ballot

    def encode(self) -> bytes:
        """Return the canonical bytes: §9.3."""
        signature: JsonValue = {"hash": self.signed_hash, "proof": self.signature.encode()}
        return encode_json({**self.unsigned.to_json(), "signature": signature})

    @property
    def credential(self) -> Element:
        """The public credential of the voter."""
        return self.unsigned.credential

    def tracker(self) -> str:
        """Return the tracker: §9.5."""
        return tracker(self.signed_hash)


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens a ballot: for each question the vote and the randomness, choice by choice."""

    votes: tuple[tuple[int, ...], ...]
    randomness: tuple[tuple[Scalar, ...], ...]


def make_unsigned_ballot(
    context: BallotContext,
    credential: Secret[Scalar],
    votes: Sequence[Sequence[int]],
    rng: Rng = system_rng,
    *,
    earlier: int = 0,
) -> tuple[UnsignedBallot, Secret[Opening]]:
    """Encrypt one vote a question for a voter, with every proof: §9.2, §9.3.

    Args:
        context: the election.
        credential: the private credential of the voter; it signs nothing here.
        votes: for each question 0 or 1 for each choice, the blank one first.
        rng: asked for random bytes.
        earlier: how many ballots this program has made for this credential before.

    Raises:
        ProtocolError: a vote is not permitted, or there is not one a question.
    """
    if len(votes) != len(context.questions):
        raise ProtocolError("there is not one vote for each question", section="9.3")
    public_key = public_credential(credential)
    s0 = context.statement(public_key)
    randomness = draw_randomness(credential, s0, votes, earlier, rng)
    answers = tuple(
        make_answer(s0, context.public_key, *each, rng)
        for each in zip(context.questions, votes, randomness, strict=True)
    )
    opening = Opening(tuple(map(tuple, votes)), randomness)
    unsigned = UnsignedBallot(context.uuid, context.fingerprint, public_key, answers)
    return unsigned, Secret(opening)


def sign_ballot(
    unsigned: UnsignedBallot, credential: Secret[Scalar], rng: Rng = system_rng
) -> Ballot:
    """Sign a ballot that its voter casts: §9.4.

    Raises:
        ProtocolError: the secret is not that of the ballot's public credential.
    """
    if public_credential(credential) != unsigned.credential:
        raise ProtocolError("the secret is of another credential than the ballot", section="9.4")
    x, digest = credential.reveal(), unsigned.hash()
    w = Nonces(x, (SIGNATURE_PREFIX, digest), rng).draw()
    return Ballot(unsigned, digest, respond(w, x, _challenge(digest, generator_power(w))))


def verify_ballot(ballot: Ballot, context: BallotContext) -> None:
    """Check everything that a ballot can show by itself: §9.2, §9.3, §9.4.

    Whether its credential is listed and unused is the business of the board (§10, §11.1).

    Raises:
        MalformedError: its shape is not that of the questions.
        ProofError: another election, a wrong hash, a signature or a proof that does not hold.
    """
    unsigned = ballot.unsigned
    verify_unsigned(unsigned, context)
    if ballot.signed_hash != unsigned.hash():
        raise ProofError("the hash of a ballot is not that of its content", section="9.4")
    commitment = ballot.signature.generator_commitment(unsigned.credential)
    if ballot.signature.challenge != _challenge(ballot.signed_hash, commitment):
        raise ProofError("the signature of a ballot does not hold", section="9.4")


def verify_unsigned(unsigned: UnsignedBallot, context: BallotContext) -> None:
    """Check election, shape and proofs of a ballot that need not be signed: §9.2, §9.3."""
    if (unsigned.uuid, unsigned.fingerprint) != (context.uuid, context.fingerprint):
        raise ProofError("a ballot is for another election", section="9.3")
    if len(unsigned.answers) != len(context.questions):
        raise MalformedError("a ballot has not one answer for each question", section="9.3")
    s0 = context.statement(unsigned.credential)
    for question, answer in zip(context.questions, unsigned.answers, strict=True):
        verify_answer(s0, context.public_key, question, answer)


def tracker(ballot_hash: str) -> str:
    """Return the short form of ``signature.hash``: 80 bits, four groups of four: §9.5."""
    text = encode_crockford(decode_base64_digest(ballot_hash)[:TRACKER_BYTES])
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def _read_unsigned(fields: Fields, questions: Sequence[Question]) -> UnsignedBallot:
    uuid = fields.text("election_uuid")
    fingerprint = fields.text("election_hash")
    decode_base64_digest(fingerprint)
    credential = Element.decode(fields.raw("credential"))
    items = fields.items("answers", len(questions))
    answers = tuple(map(Answer.decode, items, questions))
    return UnsignedBallot(uuid, fingerprint, credential, answers)


def _challenge(ballot_hash: str, commitment: Element) -> Scalar:
    # sig|h|A
    return hash_to_scalar(f"{SIGNATURE_PREFIX}|{ballot_hash}|{commitment.encode()}")
