# SPDX-License-Identifier: AGPL-3.0-or-later
"""Homomorphic questions: docs/protocol.md §8.1. The wire says ``min`` and ``max``."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from protocol.encoding import Fields, JsonValue
from protocol.errors import MalformedError, ProtocolError, UnsupportedError

MAX_ANSWERS: Final = 1000


@dataclass(frozen=True, slots=True)
class Question:
    """A question whose answers are summed: choose ``minimum`` to ``maximum`` of them: §8.1.

    Attributes:
        answers: their texts in order, 1 to 1,000.
        blank: whether a blank vote is offered; it then comes first in every vote.
        minimum: of answers chosen in a vote that is not blank.
        maximum: the same, at most the number of answers.
        question: the text asked.
    """

    answers: tuple[str, ...]
    blank: bool
    minimum: int
    maximum: int
    question: str

    @classmethod
    def decode(cls, value: JsonValue, *, ignore_unknown: bool = False) -> "Question":
        """Read one question: §8.1; UnsupportedError for a kind that is not homomorphic."""
        fields = Fields(value, where="question", section="8.1")
        if fields.has("type"):
            raise UnsupportedError("a question is not homomorphic", section="8.1")
        answers = _decode_answers(fields.items("answers"))
        blank = fields.optional_boolean("blank")
        maximum = fields.integer("max", 0, len(answers))
        minimum = fields.integer("min", 0, maximum)
        text = fields.text("question")
        fields.finish(ignore_unknown=ignore_unknown)
        return cls(answers, blank is True, minimum, maximum, text)

    def encode(self) -> JsonValue:
        """Return the object, its members in the order of §8.1; ``blank`` only where true."""
        members: dict[str, JsonValue] = {"answers": list(self.answers)}
        if self.blank:
            members["blank"] = True
        return {
            **members,
            "min": self.minimum,
            "max": self.maximum,
            "question": self.question,
        }

    @property
    def choices(self) -> int:
        """The number of ciphertexts of an answer, the blank one included."""
        return len(self.answers) + self.blank

    @property
    def values(self) -> range:
        """The sums allowed in a vote that is not blank: min … max."""
        return range(self.minimum, self.maximum + 1)

    def check_vote(self, vote: Sequence[int]) -> None:
        """Check that ``vote``, one 0 or 1 a choice, the blank one first, is permitted: §9.2."""
        if len(vote) != self.choices or any(m not in {0, 1} for m in vote):
            raise ProtocolError(f"a vote is not {self.choices} times 0 or 1", section="9.2")
        blank = self.blank and vote[0] == 1
        chosen = sum(vote[int(self.blank) :])
        if (blank and chosen > 0) or (not blank and chosen not in self.values):
            raise ProtocolError("a vote chooses too many or too few answers", section="9.2")


def decode_questions(
    items: Sequence[JsonValue], *, ignore_unknown: bool = False
) -> tuple[Question, ...]:
    """Read all questions of an election: §8.1."""
    return tuple(Question.decode(item, ignore_unknown=ignore_unknown) for item in items)


def _decode_answers(items: Sequence[JsonValue]) -> tuple[str, ...]:
    texts = tuple(item for item in items if isinstance(item, str))
    if len(texts) != len(items) or not 1 <= len(texts) <= MAX_ANSWERS:
        raise MalformedError(
            f"the answers of a question are not 1 to {MAX_ANSWERS} texts", section="8.1"
        )
    return texts
