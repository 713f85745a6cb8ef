# SPDX-License-Identifier: AGPL-3.0-or-later
"""After closing: what a trustee checks before it decrypts, and the partial decryption: §11.3.

A trustee decrypts one count of one election, once the vote is closed, and nothing else: it never
serves as an oracle for whoever hands it a file.
"""

from dataclasses import replace

from protocol.board import Board
from protocol.decryption import PartialDecryption, make_partial_decryption
from protocol.events import BoardState
from protocol.journal_bodies import ClosingSigned
from protocol.journal_signatures import EntryStatement
from protocol.merkle import LogPosition
from protocol.pki import derive_keys
from protocol.rng import Rng, system_rng
from protocol.trustee_signatures import sign_statement
from tally.boards import is_served, member_names, own_number, require_own_election
from tally.errors import Refusal
from tally.memory import SeenBoard, Step, TrusteeMemory
from tally.messages import DecryptionMessage, SignedClosing
from tally.record import Record, require_grown
from tally.senders import call_member
from tally.steps import require_step


def require_decryptable(memory: TrusteeMemory, record: Record | Board) -> int:
    """Check that this record is the one to decrypt; return our number. Its proofs come after.

    A board is what an election on files has for a record.

    Raises:
        Refusal: another election, an archive alone where there is a journal, a record that forgot
            what this key has seen, voting not closed, a result already there, or another count
            than the one this key has decrypted.
    """
    if isinstance(record, Board):
        record = Record(record, None)
    board = record.board
    require_step(memory, Step.SEALED)
    require_own_election(memory, board.election)
    own = own_number(memory, board)
    record.require_journal()
    require_grown(memory, record)
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
    memory: TrusteeMemory,
    board: Board,
    own: int,
    rng: Rng = system_rng,
    *,
    journal: LogPosition | None = None,
) -> tuple[TrusteeMemory, PartialDecryption]:
    """Decrypt our part of the count of a record that was verified: §11.3.

    Call ``require_decryptable`` and verify the whole record before. In an election of Belenios
    the decryption has that format's proofs only.

    Args:
        memory: of the trustee.
        board: closed.
        own: our number.
        rng: of the proofs.
        journal: where it stands, in version 2, to be remembered.

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
    seen = SeenBoard(board.head.height, board.head.hash, journal)
    return replace(memory, tally_event=context.tally_event, seen=seen), partial


def make_decryption_message(
    memory: TrusteeMemory,
    board: Board,
    partial: PartialDecryption,
    closing: ClosingSigned | None = None,
    rng: Rng = system_rng,
) -> DecryptionMessage:
    """Return what we give to the organiser: our part and, in version 2, the signed closing: §17.4.

    Args:
        memory: of the trustee.
        board: of one of our elections.
        partial: what ``decrypt_count`` gave.
        closing: ``closing_of`` the verified journal, in version 2.
        rng: of the signature.
    """
    if is_served(board.election) != (closing is not None):
        raise RuntimeError("in version 2, and in no other, a trustee signs the closing")
    context = board.context
    return DecryptionMessage(
        board.election.uuid,
        context.fingerprint,
        context.tally_event,
        memory.index,
        partial.encode(),
        None if closing is None else _sign_closing(memory, board, closing, rng),
    )


def _sign_closing(
    memory: TrusteeMemory, board: Board, body: ClosingSigned, rng: Rng
) -> SignedClosing:
    # §19.4: who decrypts has read the journal, and signs it so.
    statement = EntryStatement(board.election.uuid, board.election.fingerprint, body)
    signed = sign_statement(derive_keys(memory.seed), statement, memory.index, rng)
    return SignedClosing(body, signed.signature)
