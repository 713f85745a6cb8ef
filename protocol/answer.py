# SPDX-License-Identifier: AGPL-3.0-or-later
"""One question's encrypted answer and its proofs: docs/protocol.md §9.2. Shape before proofs."""

from collections.abc import Sequence
from dataclasses import dataclass

from protocol.elgamal import Ciphertext, Encryption, combine, combine_encryptions, encrypt
from protocol.encoding import Fields, JsonValue
from protocol.errors import MalformedError
from protocol.group import Element, Scalar
from protocol.proofs.blank import prove_blank, prove_overall, verify_blank, verify_overall
from protocol.proofs.membership import prove_membership, verify_membership
from protocol.proofs.proof import Proof
from protocol.questions import Question
from protocol.rng import Rng


@dataclass(frozen=True, slots=True)
class Answer:
    """The choices, a 0/1 proof for each, and the proofs of their sum: §9.2."""

    choices: tuple[Ciphertext, ...]
    individual_proofs: tuple[tuple[Proof, ...], ...]
    overall_proof: tuple[Proof, ...]
    blank_proof: tuple[Proof, ...] | None

    @classmethod
    def decode(cls, value: JsonValue, question: Question) -> "Answer":
        """Read an answer that has exactly the shape of ``question``: §9.2."""
        fields = Fields(value, where="answer", section="9.2")
        choices = fields.items("choices")
        individual = [_items(item) for item in fields.items("individual_proofs")]
        overall = fields.items("overall_proof")
        blank = fields.optional_items("blank_proof")
        fields.finish()
        sizes = (len(choices), tuple(map(len, individual)), len(overall))
        _require_shape(question, sizes, None if blank is None else len(blank))
        return cls(
            tuple(Ciphertext.decode(item) for item in choices),
            tuple(map(_decode_proofs, individual)),
            _decode_proofs(overall),
            None if blank is None else _decode_proofs(blank),
        )

    def encode(self) -> JsonValue:
        """Return the object, its members in the order of §9.2."""
        members: dict[str, JsonValue] = {
            "choices": [choice.encode() for choice in self.choices],
            "individual_proofs": [_encode_proofs(proofs) for proofs in self.individual_proofs],
            "overall_proof": _encode_proofs(self.overall_proof),
        }
        if self.blank_proof is not None:
            members["blank_proof"] = _encode_proofs(self.blank_proof)
        return members

    def require_shape(self, question: Question) -> None:
        """Check that every number of parts is exactly that of ``question``: §9.2."""
        individual = tuple(map(len, self.individual_proofs))
        blank = None if self.blank_proof is None else len(self.blank_proof)
        sizes = (len(self.choices), individual, len(self.overall_proof))
        _require_shape(question, sizes, blank)


def make_answer(
    s0: str,
    y: Element,
    question: Question,
    vote: Sequence[int],
    randomness: Sequence[Scalar],
    rng: Rng,
) -> Answer:
    """Encrypt a permitted vote and prove that it is one: §9.2.

    Args:
        s0: ``φ|C``: fingerprint and public credential.
        y: the election's public key.
        question: what was asked.
        vote: 0 or 1 for each choice, the blank one first where there is one.
        randomness: a scalar for each choice, never used before (``randomness.py``).
        rng: asked for the randomness of the proofs.

    Raises:
        ProtocolError: the vote is not permitted.
    """
    question.check_vote(vote)
    made = [Encryption(encrypt(y, r, m), r, m) for r, m in zip(randomness, vote, strict=True)]
    choices = tuple(encryption.ciphertext for encryption in made)
    individual = tuple(prove_membership(s0, y, encryption, (0, 1), rng) for encryption in made)
    s = _whole_text(s0, choices)
    if question.blank:
        total = combine_encryptions(made[1:])
        overall = prove_overall(s, y, made[0], total, question.values, rng)
        blank = prove_blank(s, y, made[0], total, rng)
        return Answer(choices, individual, overall, blank)
    overall = prove_membership(s, y, combine_encryptions(made), question.values, rng)
    return Answer(choices, individual, overall, None)


def verify_answer(s0: str, y: Element, question: Question, answer: Answer) -> None:
    """Check shape and every proof of an answer to ``question``: §9.2.

    Raises:
        MalformedError: a number of parts is not that of the question.
        ProofError: a proof does not hold.
    """
    answer.require_shape(question)
    for choice, proofs in zip(answer.choices, answer.individual_proofs, strict=True):
        verify_membership(s0, y, choice, (0, 1), proofs)
    s = _whole_text(s0, answer.choices)
    if answer.blank_proof is None:
        total = combine(answer.choices)
        verify_membership(s, y, total, question.values, answer.overall_proof)
        return
    blank, total = answer.choices[0], combine(answer.choices[1:])
    verify_overall(s, y, blank, total, question.values, answer.overall_proof)
    verify_blank(s, y, blank, total, answer.blank_proof)


def _whole_text(s0: str, choices: Sequence[Ciphertext]) -> str:
    # S = φ|C|α1,β1,α2,β2,…
    return f"{s0}|{','.join(choice.text() for choice in choices)}"


def _require_shape(
    question: Question, sizes: tuple[int, tuple[int, ...], int], blank: int | None
) -> None:
    overall = len(question.values) + question.blank
    expected = (question.choices, (2,) * question.choices, overall)
    if sizes != expected or blank != (2 if question.blank else None):
        raise MalformedError("an answer does not have the shape of its question", section="9.2")


def _items(value: JsonValue) -> list[JsonValue]:
    if not isinstance(value, list):
        raise MalformedError("an individual proof is not an array", section="9.2")
    return value


def _decode_proofs(items: Sequence[JsonValue]) -> tuple[Proof, ...]:
    return tuple(map(Proof.decode, items))


def _encode_proofs(proofs: Sequence[Proof]) -> list[JsonValue]:
    return [proof.encode() for proof in proofs]
