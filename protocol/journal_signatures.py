# SPDX-License-Identifier: AGPL-3.0-or-later
"""What members sign in the journal: docs/protocol.md §19.4.

Amendments before they take effect, and the closing by those who decrypt, in the same step.
"""

from dataclasses import dataclass
from typing import Final

from protocol.ceremony import SetupStatement
from protocol.encoding import encode_json
from protocol.errors import ProofError
from protocol.journal import JournalEntry
from protocol.journal_bodies import SIGNED_KINDS, Body, Opened
from protocol.trustee_signatures import verify_enough_signatures
from protocol.trustees import ThresholdParameters

JOURNAL_LABEL: Final = "evote/v2/journal"


@dataclass(frozen=True, slots=True)
class EntryStatement:
    """What members sign: which election, and the body of which kind: §19.4."""

    uuid: str
    fingerprint: str
    body: Body

    @property
    def label(self) -> str:
        """The label of signatures in the journal: §2.5."""
        return JOURNAL_LABEL

    @property
    def what(self) -> str:
        """What a fault calls such a signature."""
        return f"signature of {self.body.kind.value}"

    @property
    def section(self) -> str:
        """Where docs/protocol.md says who signs it."""
        return "19.4"

    def parts(self, index: int) -> tuple[str | bytes, ...]:
        """Return what trustee ``index`` signs: U, φ, K, canonical JSON of the body, i: §19.4."""
        body = encode_json(self.body.encode())
        return (self.uuid, self.fingerprint, self.body.kind.value, body, str(index))


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
        verify_enough_signatures(parameters, setup, entry.body.setup_signatures)
    if entry.kind in SIGNED_KINDS:
        statement = EntryStatement(setup.uuid, setup.fingerprint, entry.body)
        verify_enough_signatures(parameters, statement, entry.signatures)
    elif entry.signatures:
        raise ProofError(f"an entry {entry.kind.value} is signed", section="19.1")
