# SPDX-License-Identifier: AGPL-3.0-or-later
"""A ballot opened instead of cast, so that anybody can recompute it: docs/protocol.md §15."""

from collections.abc import Sequence
from dataclasses import dataclass

from protocol.ballot import BallotContext, Opening, UnsignedBallot, verify_unsigned
from protocol.elgamal import encrypt
from protocol.encoding import Fields, JsonValue, decode_json, encode_json, sha256_base64
from protocol.errors import MalformedError, ProofError, ProtocolError
from protocol.group import Scalar
from protocol.questions import Question
from protocol.secret import Secret


@dataclass(frozen=True, slots=True)
class CheckedBallot:
    """A ballot without signature, with the votes and the randomness of its ciphertexts: §15.

    ``election`` is the text of the election object, so that the file can be checked alone.
    """

    ballot: UnsignedBallot
    opening: Opening
    election: str | None = None

    @classmethod
    def decode(cls, data: bytes, questions: Sequence[Question]) -> "CheckedBallot":
        """Read the canonical file of a checked ballot; a signed one is refused: §15."""
        fields = Fields(decode_json(data), where="checked ballot", section="15")
        fields.integer("evote_checked_ballot", 1, 1)
        ballot = UnsignedBallot.decode(fields.raw("ballot"), questions)
        votes = tuple(map(_decode_vote, fields.items("choices", len(questions))))
        randomness = tuple(map(_decode_scalars, fields.items("randomness", len(questions))))
        election = fields.optional_text("election")
        fields.finish()
        checked = cls(ballot, Opening(votes, randomness), election)
        if checked.encode() != data:
            raise MalformedError("a checked ballot is not in canonical form", section="15")
        return checked

    def encode(self) -> bytes:
        """Return the canonical bytes of the file: §15."""
        value: dict[str, JsonValue] = {
            "evote_checked_ballot": 1,
            "ballot": self.ballot.to_json(),
            "choices": [list(vote) for vote in self.opening.votes],
            "randomness": [[r.encode() for r in row] for row in self.opening.randomness],
        }
        if self.election is not None:
            value["election"] = self.election
        return encode_json(value)


def export_opened(
    ballot: UnsignedBallot, opening: Secret[Opening], election: bytes | None = None
) -> bytes:
    """Return the file that opens a ballot; from then on the ballot must never be signed: §15.

    ``election`` is the election object's exact bytes, with which the file can be checked alone.
    """
    text = None if election is None else election.decode()
    return CheckedBallot(ballot, opening.reveal(), text).encode()


def verify_opened(checked: CheckedBallot, context: BallotContext) -> None:
    """Check that the ballot encrypts exactly the votes it says, and is a proper ballot: §15.

    What the voter compares is ``checked.ballot.tracker()``, with the tracker noted before.

    Raises:
        MalformedError: a number of parts is not that of the questions.
        ProofError: a vote is not permitted, a ciphertext is not the one recomputed, a proof does
            not hold, or the file carries another election.
    """
    verify_unsigned(checked.ballot, context)
    carried = checked.election
    if carried is not None and sha256_base64(carried.encode()) != context.fingerprint:
        raise ProofError("a checked ballot carries another election", section="15")
    opening = checked.opening
    if not len(opening.votes) == len(opening.randomness) == len(context.questions):
        raise MalformedError("a checked ballot does not open every question", section="15")
    for number, question in enumerate(context.questions):
        _verify_answer(checked, context, question, number)


def _verify_answer(
    checked: CheckedBallot, context: BallotContext, question: Question, number: int
) -> None:
    vote, randomness = checked.opening.votes[number], checked.opening.randomness[number]
    try:
        question.check_vote(vote)
    except ProtocolError as cause:
        raise ProofError("the vote of a checked ballot is not permitted", section="15") from cause
    if len(randomness) != len(vote):
        raise MalformedError("a checked ballot has not one scalar a choice", section="15")
    recomputed = [encrypt(context.public_key, *pair) for pair in zip(randomness, vote, strict=True)]
    if tuple(recomputed) != checked.ballot.answers[number].choices:
        raise ProofError(
            f"question {number + 1} of a checked ballot encrypts another vote", section="15"
        )


def _decode_vote(value: JsonValue) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise MalformedError("a vote of a checked ballot is not an array", section="15")
    vote = tuple(m for m in value if isinstance(m, int) and not isinstance(m, bool))
    if len(vote) != len(value):
        raise MalformedError("a vote of a checked ballot is not made of integers", section="15")
    return vote


def _decode_scalars(value: JsonValue) -> tuple[Scalar, ...]:
    if not isinstance(value, list):
        raise MalformedError("the randomness of a checked ballot is not an array", section="15")
    return tuple(map(Scalar.decode, value))
