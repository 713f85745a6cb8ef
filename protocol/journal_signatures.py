# SPDX-License-Identifier: AGPL-3.0-or-later
"""What members sign in the journal: docs/protocol.md §19.4.

Amendments before they take effect, and the closing by those who decrypt, in the same step.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from protocol.blame import blame
from protocol.ceremony import SetupStatement, verify_setup_signatures
from protocol.encoding import encode_json
from protocol.errors import ProofError
from protocol.group import Element
from protocol.journal import JournalEntry, MemberSignature
from protocol.journal_bodies import SIGNED_KINDS, Body, Opened
from protocol.pki import TrusteeKeys
from protocol.proofs.signature import sign, verify_signature
from protocol.rng import Rng, system_rng
from protocol.trustees import ThresholdParameters

JOURNAL_LABEL: Final = "evote/v2/journal"


@dataclass(frozen=True, slots=True)
class EntryStatement:
    """What members sign: which election, and the body of which kind: §19.4."""

    uuid: str
    fingerprint: str
    body: Body

    def parts(self, index: int) -> tuple[str | bytes, ...]:
        """Return what trustee ``index`` signs: U, φ, K, canonical JSON of the body, i: §19.4."""
        body = encode_json(self.body.encode())
        return (self.uuid, self.fingerprint, self.body.kind.value, body, str(index))


def sign_entry(
    keys: TrusteeKeys, statement: EntryStatement, index: int, rng: Rng = system_rng
) -> MemberSignature:
    """Sign the body of an entry as trustee ``index``, who has read it: §19.4."""
    return MemberSignature(index, sign(JOURNAL_LABEL, statement.parts(index), keys.signing, rng))


def verify_entry_signature(
    verification_key: Element, statement: EntryStatement, signed: MemberSignature
) -> None:
    """Check one trustee's signature of a body; TrusteeFault names it: §19.4.

    Args:
        verification_key: of this trustee's certificate.
        statement: the election and the body.
        signed: the signature.
    """
    with blame(signed.trustee, f"signature of {statement.body.kind.value}"):
        parts = statement.parts(signed.trustee)
        verify_signature(JOURNAL_LABEL, parts, verification_key, signed.signature)


def verify_body_signatures(
    parameters: ThresholdParameters,
    statement: EntryStatement,
    signatures: Sequence[MemberSignature],
) -> None:
    """Check that at least t trustees signed a body, in increasing order: §19.4.

    Raises:
        TrusteeFault: a signature that does not hold, surplus ones too.
        ProofError: too few, out of order or of no trustee.
    """
    numbers = [signed.trustee for signed in signatures]
    if numbers != sorted(set(numbers)):
        raise ProofError("signatures are not in increasing order of trustee", section="19.1")
    for signed in signatures:
        if not 1 <= signed.trustee <= parameters.size:
            raise ProofError("a signature of an entry is of no trustee", section="19.4")
        key = parameters.certificates[signed.trustee - 1].verification_key
        verify_entry_signature(key, statement, signed)
    if len(signatures) < parameters.threshold:
        raise ProofError(
            f"{len(signatures)} trustees signed an entry {statement.body.kind.value}, "
            f"{parameters.threshold} are needed",
            section="19.4",
        )


def verify_entry_signatures(
    parameters: ThresholdParameters, setup: SetupStatement, entry: JournalEntry
) -> None:
    """Check the signatures that an entry of this kind needs, and that others have none: §19.4.

    Args:
        parameters: the trustees.
        setup: of the election; ``opened`` carries the signatures of it.
        entry: of the journal.
    """
    if isinstance(entry.body, Opened):
        verify_setup_signatures(parameters, setup, entry.body.setup_signatures)
    if entry.kind in SIGNED_KINDS:
        statement = EntryStatement(setup.uuid, setup.fingerprint, entry.body)
        verify_body_signatures(parameters, statement, entry.signatures)
    elif entry.signatures:
        raise ProofError(f"an entry {entry.kind.value} is signed", section="19.1")
