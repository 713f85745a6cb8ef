# SPDX-License-Identifier: AGPL-3.0-or-later
"""Casts of an election are requests of one length, whatever the ballot: docs/protocol.md §9.6."""

from typing import Final

from protocol.answer import Answer
from protocol.ballot import Ballot, BallotContext, UnsignedBallot
from protocol.elgamal import Ciphertext
from protocol.encoding import sha256_base64
from protocol.errors import MalformedError
from protocol.group import Element, Scalar, generator_power
from protocol.proofs.proof import Proof
from protocol.questions import Question

PIN_CHARACTERS: Final = 32
PADDING: Final = "0"
_LONGEST: Final = Scalar.from_int(-1)
_PROOF: Final = Proof(_LONGEST, _LONGEST)


def characters_sent(context: BallotContext) -> int:
    """Return how many characters PIN, ballot and padding have together in every cast: §9.6."""
    return PIN_CHARACTERS + longest_ballot(context)


def longest_ballot(context: BallotContext) -> int:
    """Return the bytes of the ballot in which every scalar is q - 1: §9.6."""
    element = generator_power(Scalar.from_int(1))
    answers = tuple(_longest_answer(question, element) for question in context.questions)
    unsigned = UnsignedBallot(context.uuid, context.fingerprint, element, answers)
    return len(Ballot(unsigned, sha256_base64(b""), _PROOF).encode())


def padding_for(context: BallotContext, pin: str, ballot: str) -> str:
    """Return the padding with which this PIN and this ballot are sent: §9.6."""
    return PADDING * (characters_sent(context) - len(pin) - len(ballot))


def require_length(characters: int, pin: str, ballot: str, padding: str) -> None:
    """Check that a cast is as long as every other of its election: §9.6.

    Raises:
        MalformedError: it is longer or shorter than ``characters``.
    """
    if len(pin) + len(ballot) + len(padding) != characters:
        raise MalformedError("a cast is not of the length of every other", section="9.6")


def _longest_answer(question: Question, element: Element) -> Answer:
    overall = len(question.values) + question.blank
    return Answer(
        choices=(Ciphertext(element, element),) * question.choices,
        individual_proofs=((_PROOF, _PROOF),) * question.choices,
        overall_proof=(_PROOF,) * overall,
        blank_proof=(_PROOF, _PROOF) if question.blank else None,
    )
