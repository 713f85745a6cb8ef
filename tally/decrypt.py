# SPDX-License-Identifier: AGPL-3.0-or-later
"""After closing: what a trustee checks before it decrypts, and the partial decryption: §11.3.

A trustee decrypts one count of one election, once the vote is closed, and nothing else: it never
serves as an oracle for whoever hands it a file.
"""

from dataclasses import replace

from protocol.board import Board
from protocol.decryption import PartialDecryption, make_partial_decryption
from protocol.events import BoardState
from protocol.rng import Rng, system_rng
from tally.boards import member_names, own_number, require_own_election
from tally.errors import Refusal
from tally.memory import SeenBoard, Step, TrusteeMemory
from tally.senders import call_member
from tally.steps import require_step


def require_decryptable(memory: TrusteeMemory, board: Board) -> int:
    """Check that this board is the one to decrypt; return our number. Its proofs come after.

    Raises:
        Refusal: another election, a board that forgot events this key has seen, voting not closed,
            a result already there, or another count than the one this key has decrypted.
    """
    require_step(memory, Step.SEALED)
    require_own_election(memory, board.election)
    own = own_number(memory, board)
    _require_grown(memory, board)
    if board.state is BoardState.TALLIED:
        raise Refusal(
            "le résultat est déjà là : il n'y a plus rien à déchiffrer",
            "faites vérifier l'archive : evote-audit verify",
        )
    if board.state is not BoardState.CLOSED:
        raise Refusal(
            "le vote n'est pas clos : rien ne peut être déchiffré avant la clôture",
            "attendez l'archive close que l'organisateur vous donnera",
        )
    if board.tally is None:
        raise Refusal(
            "l'urne est close mais son total chiffré n'y est pas encore",
            "demandez à l'organisateur l'archive complète",
        )
    if memory.tally_event is not None and memory.tally_event != board.tally.event_hash:
        raise Refusal(
            "votre clé a déjà servi pour un autre total de cette élection : elle ne servira pas "
            "deux fois",
            "prévenez les autres membres du bureau",
        )
    return own


def decrypt_count(
    memory: TrusteeMemory, board: Board, own: int, rng: Rng = system_rng
) -> tuple[TrusteeMemory, PartialDecryption]:
    """Decrypt our part of the count of a board that was verified: §11.3.

    Call ``require_decryptable`` and verify the whole board before. In an election of Belenios the
    decryption has that format's proofs only.

    Raises:
        Refusal: the board has our part already, which only a verified board can say.
    """
    if memory.decryption_key is None:
        raise RuntimeError("a sealed key file has a decryption key")
    if own in [each.owner for each in board.partial_decryptions]:
        who = call_member(own, member_names(board))
        raise Refusal(
            f"la part de {who} est déjà dans l'archive",
            "il n'y a rien à refaire ; l'organisateur attend celles des autres membres",
        )
    context = board.context
    partial = make_partial_decryption(memory.decryption_key, context, own, rng)
    if not board.is_preau:
        partial = replace(partial, bound_proofs=None)
    seen = SeenBoard(board.head.height, board.head.hash)
    return replace(memory, tally_event=context.tally_event, seen=seen), partial


def _require_grown(memory: TrusteeMemory, board: Board) -> None:
    seen = memory.seen
    if seen is None:
        return
    if board.head.height < seen.height:
        raise Refusal(
            "cette archive est plus courte que celle que votre clé a déjà vue",
            "demandez l'archive complète ; si c'est bien elle, prévenez les autres membres",
        )
    if board.event_hash(seen.height) != seen.event:
        raise Refusal(
            "cette archive a changé des événements que votre clé avait déjà vus",
            "n'allez pas plus loin et prévenez les autres membres du bureau",
        )
