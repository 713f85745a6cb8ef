# SPDX-License-Identifier: AGPL-3.0-or-later
"""The result and what we add to it: docs/protocol.md §11.6, §11.7, and the form of §12.4.

Which seats follow from which votes is the business of tally/ (§12); here is only their form.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from protocol.combination import combine_factors
from protocol.counting import EncryptedTally
from protocol.datum import (
    EVOTE,
    decode_big_integer,
    decode_datum,
    encode_big_integer,
    require_canonical,
    rows,
    texts,
)
from protocol.decryption import Factors
from protocol.discrete_log import discrete_logs
from protocol.encoding import Fields, JsonValue, encode_json
from protocol.errors import MalformedError, ProofError
from protocol.merkle import LogPosition
from protocol.plain_text import plain_text
from protocol.public_credentials import MAX_WEIGHT
from protocol.questions import Question
from protocol.trustees import Trustees

VERSION: Final = 1
SERVER_VERSION: Final = 2
MAX_SIGN_INS: Final = 2**30
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Votes = tuple[tuple[int, ...], ...]
"""For each question, for each choice (the blank first), how many votes."""


@dataclass(frozen=True, slots=True)
class SeatsOfList:
    """What one list has won: §12.4."""

    label: str
    votes: int
    seats: int
    titulaires: tuple[str, ...]
    suppleants: tuple[str, ...]
    unfilled: int

    @classmethod
    def decode(cls, value: JsonValue) -> "SeatsOfList":
        """Read one item of ``lists``: §12.4."""
        fields = Fields(value, where="seats of a list", section="12.4")
        seats = cls(
            plain_text(fields, "label"),
            fields.integer("votes", 0, MAX_WEIGHT),
            fields.integer("seats", 0, MAX_WEIGHT),
            texts(fields.items("titulaires"), where="titulaires", section="12.4"),
            texts(fields.items("suppleants"), where="suppleants", section="12.4"),
            fields.integer("unfilled", 0, MAX_WEIGHT),
        )
        fields.finish()
        return seats

    def encode(self) -> JsonValue:
        """Return the object, its members in the order of §12.4."""
        return {
            "label": self.label,
            "votes": self.votes,
            "seats": self.seats,
            "titulaires": list(self.titulaires),
            "suppleants": list(self.suppleants),
            "unfilled": self.unfilled,
        }


@dataclass(frozen=True, slots=True)
class Seats:
    """All lists in order; births and lots only where a tie was decided by them: §12.4.

    Attributes:
        births: pairs of a label and a date, in the order of the lists.
        lots: labels in the order drawn.
    """

    lists: tuple[SeatsOfList, ...]
    births: tuple[tuple[str, str], ...] | None = None
    lots: tuple[str, ...] | None = None

    @classmethod
    def decode(cls, value: JsonValue) -> "Seats":
        """Read the object; whether it follows from the votes is not looked at: §12.4."""
        fields = Fields(value, where="seats", section="12.4")
        lists = tuple(SeatsOfList.decode(item) for item in fields.items("lists"))
        births = _decode_births(fields) if fields.has("births") else None
        drawn = fields.optional_items("lots")
        lots = None if drawn is None else texts(drawn, where="lots", section="12.4")
        fields.finish()
        return cls(lists, births, lots)

    def encode(self) -> JsonValue:
        """Return the object, its members in the order of §12.4."""
        members: dict[str, JsonValue] = {"lists": [each.encode() for each in self.lists]}
        if self.births is not None:
            members["births"] = dict(self.births)
        if self.lots is not None:
            members["lots"] = list(self.lots)
        return members


def _decode_births(fields: Fields) -> tuple[tuple[str, str], ...]:
    value = fields.raw("births")
    if not isinstance(value, dict):
        raise fields.error("has births that are not an object")
    births: list[tuple[str, str]] = []
    for label, date in value.items():
        if not isinstance(date, str) or _DATE.fullmatch(date) is None:
            raise fields.error("has a birth that is not a date")
        births.append((label, date))
    return tuple(births)


@dataclass(frozen=True, slots=True)
class ResultBinding:
    """What we add to a result: sign-ins at closing, and seats: §11.7.

    Attributes:
        journal: in an election of version 2, the journal just before the entry ``tallied``.
    """

    sign_ins: int
    seats: Seats
    journal: LogPosition | None = None

    @property
    def version(self) -> int:
        """That of the election: §11.7."""
        return VERSION if self.journal is None else SERVER_VERSION

    @classmethod
    def decode(cls, value: JsonValue) -> "ResultBinding":
        """Read the member ``evote`` of a result: §11.7."""
        fields = Fields(value, where="evote of the result", section="11.7")
        version = fields.integer("version", VERSION, SERVER_VERSION)
        binding = cls(
            fields.integer("sign_ins", 0, MAX_SIGN_INS),
            Seats.decode(fields.raw("seats")),
            LogPosition.decode(fields.raw("journal"), section="11.7")
            if version == SERVER_VERSION
            else None,
        )
        fields.finish()
        return binding

    def encode(self) -> JsonValue:
        """Return the object, its members in the order of §11.7."""
        members: dict[str, JsonValue] = {
            "version": self.version,
            "sign_ins": self.sign_ins,
            "seats": self.seats.encode(),
        }
        if self.journal is not None:
            members["journal"] = self.journal.encode()
        return members


@dataclass(frozen=True, slots=True)
class Result:
    """The votes of every choice, and in our elections the bindings: §11.6."""

    votes: Votes
    evote: ResultBinding | None = None

    @classmethod
    def decode(
        cls, data: bytes, questions: Sequence[Question], *, ignore_unknown: bool = False
    ) -> "Result":
        """Read a result of the exact shape of the questions: §11.6."""
        value = decode_datum(data, ignore_unknown=ignore_unknown)
        fields = Fields(value, where="result", section="11.6")
        table = rows(fields.raw("result"), where="result", section="11.6")
        if [len(row) for row in table] != [question.choices for question in questions]:
            raise MalformedError("the result has not the shape of the questions", section="11.6")
        result = cls(
            tuple(
                tuple(decode_big_integer(m, MAX_WEIGHT, where="a number of votes") for m in row)
                for row in table
            ),
            ResultBinding.decode(fields.raw(EVOTE)) if fields.has(EVOTE) else None,
        )
        fields.finish(ignore_unknown=ignore_unknown)
        if not ignore_unknown:
            require_canonical(result.encode(), data, where="the result")
        return result

    def encode(self) -> bytes:
        """Return the canonical bytes, members in the order of §11.6 and §11.7."""
        table: list[JsonValue] = [[encode_big_integer(m) for m in row] for row in self.votes]
        members: dict[str, JsonValue] = {"result": table}
        if self.evote is not None:
            members[EVOTE] = self.evote.encode()
        return encode_json(members)


def compute_votes(
    tally: EncryptedTally,
    trustees: Trustees,
    factors: Mapping[int, Factors],
    total_weight: int,
) -> Votes:
    """Return the votes that verified factors, by owner, open in a tally: §11.4 to §11.6.

    Raises:
        ThresholdNotMet: too few partial decryptions.
        ProofError: a sum is no number of votes up to ``total_weight``.
    """
    combined = combine_factors(trustees, factors)
    powers = [
        ciphertext.beta / factor
        for row, factor_row in zip(tally.ciphertexts, combined, strict=True)
        for ciphertext, factor in zip(row, factor_row, strict=True)
    ]
    sums = iter(discrete_logs(powers, total_weight))
    return tuple(tuple(next(sums) for _ in row) for row in tally.ciphertexts)


def verify_possible(
    votes: Sequence[Sequence[int]], questions: Sequence[Question], total_weight: int
) -> None:
    """Check that so many permitted votes can give this result: §11.6.

    Raises:
        ProofError: a choice or a question has too many or too few votes.
    """
    for question, row in zip(questions, votes, strict=True):
        blank = row[0] if question.blank else 0
        others = row[1:] if question.blank else row
        # W, m_0 and T of §11.6; without blank m_0 is 0.
        cast, chosen = total_weight - blank, sum(others)
        possible = cast >= 0 and all(m <= cast for m in others)
        if not possible or not cast * question.minimum <= chosen <= cast * question.maximum:
            raise ProofError("the result is not one that these ballots can give", section="11.6")
