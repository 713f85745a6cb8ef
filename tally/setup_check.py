# SPDX-License-Identifier: AGPL-3.0-or-later
"""Before opening: a trustee checks the election, binds its key to it and signs: §7.13, §7.14."""

from dataclasses import replace

from protocol.board import Board
from protocol.encoding import sha256_hex
from protocol.events import BoardState
from protocol.merkle import LogPosition
from protocol.pki import derive_keys
from protocol.rng import Rng, system_rng
from protocol.trustee_signatures import sign_statement
from tally.boards import own_number, require_own_election
from tally.errors import Refusal
from tally.memory import Profile, SeenBoard, Step, TrusteeMemory
from tally.messages import SetupSignatureMessage
from tally.steps import require_step


def require_set_up(memory: TrusteeMemory, board: Board) -> None:
    """Check that this verified board is of our election, with our key at our number: §7.13.

    Raises:
        Refusal: another election, other keys than those of the ceremony we signed, a step too
            early or already done.
    """
    require_own_election(memory, board.election)
    require_step(memory, Step.KEY)
    if memory.profile is Profile.PREAU and memory.voutput is not None:
        raise Refusal(
            "vous n'avez pas encore signé la cérémonie",
            "réunissez les fichiers key-*.json de tous, puis « evote-tally sign »",
        )
    if memory.trustees is not None and sha256_hex(board.trustees_data) != memory.trustees:
        raise Refusal(
            "les clés réunies de cette élection ne sont pas celles que vous avez signées",
            "prévenez les autres membres du bureau : la clé a été changée",
        )
    own_number(memory, board)


def seal_to_election(
    memory: TrusteeMemory,
    board: Board,
    rng: Rng = system_rng,
    *,
    journal: LogPosition | None = None,
) -> tuple[TrusteeMemory, SetupSignatureMessage | None]:
    """Bind the key to the election's fingerprint; sign the set-up unless voting began: §7.13.

    Call ``require_set_up`` and verify the whole board before. An election of Belenios has no such
    signature. ``journal`` is where that of the record stands, in version 2, to be remembered.
    """
    fingerprint = board.election.fingerprint
    sealed = replace(
        memory,
        step=Step.SEALED,
        fingerprint=fingerprint,
        seen=SeenBoard(board.head.height, board.head.hash, journal),
        sent=(),
    )
    if not board.is_preau or board.state is not BoardState.SET_UP:
        return sealed, None
    statement = board.setup_statement
    signed = sign_statement(derive_keys(memory.seed), statement, memory.index, rng)
    return sealed, SetupSignatureMessage(
        statement.uuid, fingerprint, statement.setup_event, memory.index, signed.signature
    )
