# SPDX-License-Identifier: AGPL-3.0-or-later
"""Statements that at least t trustees sign: the set-up (§7.13) and journal entries (§19.4).

docs/protocol.md §6.7 is the signature itself. Here is whose it is, and that enough of them hold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from protocol.blame import blame
from protocol.certificates import MAX_TRUSTEES
from protocol.encoding import Fields, JsonValue
from protocol.errors import ProofError
from protocol.group import Element
from protocol.pki import TrusteeKeys
from protocol.proofs.proof import Proof
from protocol.proofs.signature import sign, verify_signature
from protocol.rng import Rng, system_rng
from protocol.trustees import ThresholdParameters


class Statement(Protocol):
    """What trustees sign: under which label, what it is called, the section that demands it."""

    @property
    def label(self) -> str:
        """The label of this use alone: §2.5."""

    @property
    def what(self) -> str:
        """What a fault calls the signature."""

    @property
    def section(self) -> str:
        """Where docs/protocol.md says who signs it."""

    def parts(self, index: int) -> tuple[str | bytes, ...]:
        """Return what trustee ``index`` signs, its own number last."""


@dataclass(frozen=True, slots=True)
class TrusteeSignature:
    """One trustee's signature, with its number: §11.2, §19.1."""

    trustee: int
    signature: Proof

    @classmethod
    def decode(cls, value: JsonValue, *, section: str) -> "TrusteeSignature":
        """Read ``{"trustee":i,"signature":…}``; nothing is verified yet."""
        fields = Fields(value, where="trustee's signature", section=section)
        trustee = fields.integer("trustee", 1, MAX_TRUSTEES)
        signed = cls(trustee, Proof.decode(fields.raw("signature")))
        fields.finish()
        return signed

    def encode(self) -> JsonValue:
        """Return the object, its members in that order."""
        return {"trustee": self.trustee, "signature": self.signature.encode()}


def decode_signatures(items: Sequence[JsonValue], *, section: str) -> tuple[TrusteeSignature, ...]:
    """Read an array of them, in the order given."""
    return tuple(TrusteeSignature.decode(item, section=section) for item in items)


def are_in_order(signatures: Sequence[TrusteeSignature]) -> bool:
    """Tell whether their trustees' numbers increase, each at most once."""
    numbers = [signed.trustee for signed in signatures]
    return numbers == sorted(set(numbers))


def sign_statement(
    keys: TrusteeKeys, statement: Statement, index: int, rng: Rng = system_rng
) -> TrusteeSignature:
    """Sign a statement as trustee ``index``, who has read it."""
    return TrusteeSignature(index, sign(statement.label, statement.parts(index), keys.signing, rng))


def verify_trustee_signature(
    verification_key: Element, statement: Statement, signed: TrusteeSignature
) -> None:
    """Check one trustee's signature of a statement; TrusteeFault names it.

    Args:
        verification_key: of this trustee's certificate.
        statement: what was signed.
        signed: the signature.
    """
    with blame(signed.trustee, statement.what):
        parts = statement.parts(signed.trustee)
        verify_signature(statement.label, parts, verification_key, signed.signature)


def verify_enough_signatures(
    parameters: ThresholdParameters, statement: Statement, signatures: Sequence[TrusteeSignature]
) -> None:
    """Check that at least t trustees signed a statement, in increasing order.

    Raises:
        TrusteeFault: a signature that does not hold, surplus ones too.
        ProofError: too few, out of order or of no trustee.
    """
    if not are_in_order(signatures):
        raise _refused(statement, "signatures are not in increasing order of trustee")
    for signed in signatures:
        if not 1 <= signed.trustee <= parameters.size:
            raise _refused(statement, "a signature is of no trustee")
        key = parameters.certificates[signed.trustee - 1].verification_key
        verify_trustee_signature(key, statement, signed)
    if len(signatures) < parameters.threshold:
        reason = f"{len(signatures)} trustees signed, {parameters.threshold} are needed"
        raise _refused(statement, reason)


def _refused(statement: Statement, reason: str) -> ProofError:
    return ProofError(f"{statement.what}: {reason}", section=statement.section)
