# SPDX-License-Identifier: AGPL-3.0-or-later
"""Before an election is amended: what a trustee checks, and its signature: §19.3, §19.4."""

from protocol.errors import ProtocolError
from protocol.journal import next_entry
from protocol.journal_state import JournalState
from protocol.pki import derive_keys
from protocol.rng import Rng, system_rng
from protocol.trustee_signatures import sign_statement
from tally.amendments import AmendmentMessage, AmendmentSignatureMessage
from tally.boards import ALERT, own_number, require_own_election
from tally.errors import Refusal, refuse
from tally.memory import Step, TrusteeMemory
from tally.record import Record, require_grown
from tally.steps import require_step


def require_amendable(memory: TrusteeMemory, record: Record) -> None:
    """Check that this record is of our election and forgot nothing; its proofs come after.

    Raises:
        Refusal: another election or step, an archive alone, a record that forgot or changed what
            this key has seen.
    """
    require_step(memory, Step.SEALED)
    require_own_election(memory, record.board.election)
    own_number(memory, record.board)
    if record.journal is None:
        record.require_journal()
        raise Refusal(
            "cette élection n'a pas de journal : rien n'y change après le scellement",
            "seule une élection tenue sur un serveur peut être modifiée",
        )
    require_grown(memory, record)


def require_next_amendment(
    message: AmendmentMessage, record: Record, state: JournalState, now: int
) -> None:
    """Check that this amendment may be the next entry of the verified journal: §19.3.

    Args:
        message: what the organiser asks to sign.
        record: that was verified.
        state: what its journal has told.
        now: the time by this computer, in seconds.

    Raises:
        Refusal: of another election, too late, or not the next amendment.
    """
    election = record.board.election
    if (message.uuid, message.fingerprint) != (election.uuid, election.fingerprint):
        raise Refusal("ce changement est celui d'une autre élection", ALERT)
    if state.last is None:
        raise RuntimeError("a verified journal has an entry")
    entry = next_entry(message.uuid, state.last, now, state.last.board, message.body)
    try:
        state.after(entry)
    except ProtocolError as cause:
        raise refuse(
            "ce changement n'est pas possible dans l'état de cette élection",
            cause,
            "demandez à l'organisateur le dossier et le changement d'aujourd'hui",
        ) from cause


def sign_amendment(
    memory: TrusteeMemory, message: AmendmentMessage, rng: Rng = system_rng
) -> AmendmentSignatureMessage:
    """Sign an amendment that was checked and read: §19.4."""
    keys = derive_keys(memory.seed)
    signed = sign_statement(keys, message.statement, memory.index, rng)
    return AmendmentSignatureMessage(message, signed)
