# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole journal beside its board: docs/protocol.md §18.4, §19.2 to §19.5.

For those who make elections: it stops at the first fault. The story by itself is in
``journal_state.py``; here is what the board must show of it, who signed, and which codes were
replaced.
"""

from collections.abc import Iterable, Sequence

from protocol.board import Board
from protocol.cosignatures import verify_seen
from protocol.errors import ProofError
from protocol.events import BoardState, EventKind
from protocol.group import Element
from protocol.journal import JournalEntry
from protocol.journal_bodies import Closed, EntryKind, Tallied
from protocol.journal_signatures import verify_entry_signatures
from protocol.journal_state import JournalState, require_server
from protocol.merkle import LogPosition, TreeHasher


class TooFewWitnesses(ProofError):
    """A result has not yet the witnesses that its election demands: nobody's fault, perhaps.

    Attributes:
        found: how many of them co-signed the log.
        quorum: how many it takes.
    """

    def __init__(self, log: str, found: int, quorum: int) -> None:
        super().__init__(f"too few witnesses co-signed the {log}", section="18.4")
        self.found = found
        self.quorum = quorum


def verify_journal(board: Board, entries: Sequence[JournalEntry]) -> JournalState:
    """Check a whole journal beside its board, and return what it has told: §19.

    Raises:
        ProtocolError: the first fault.
    """
    state = verify_story(board, entries)
    parameters = board.trustees.threshold_parameters()
    for entry in entries:
        verify_entry_signatures(parameters, board.setup_statement, entry)
    verify_positions(board, entries)
    verify_told(board, state, entries)
    evote = require_server(board.election)
    for revoked, _ in state.reissued:
        if revoked not in board.credentials:
            raise ProofError("a revoked credential is not listed", section="19.5")
    credentials = (recorded.ballot.credential for recorded in board.ballots())
    verify_replaced_codes(state.reissued, evote.reserves, credentials)
    return state


def verify_story(board: Board, entries: Sequence[JournalEntry]) -> JournalState:
    """Check that the entries tell a permitted story of this election, at least its sealing: §19.3.

    Raises:
        ProofError: the first entry that may not follow, or no entry.
    """
    state = JournalState.start(board.election, board.setup_event).after_all(entries)
    if state.phase is None:
        raise ProofError("the journal has no entry", section="19.3")
    return state


def verify_positions(board: Board, entries: Iterable[JournalEntry]) -> None:
    """Check that each entry names the root of so many first events: §19.2.

    The sizes do not fall, as the story has shown.
    """
    hasher = TreeHasher()
    for entry in entries:
        if entry.board.size > len(board.leaf_hashes):
            raise _untrue(entry, "names more events than the board has")
        for leaf in board.leaf_hashes[hasher.size : entry.board.size]:
            hasher.append_leaf(leaf)
        if hasher.position() != entry.board:
            raise _untrue(entry, "does not name the board as it was")


def verify_told(board: Board, state: JournalState, entries: Sequence[JournalEntry]) -> None:
    """Check that the journal tells what the board shows, and nothing else: §19.2, §19.3, §11.7."""
    kinds = {entry.kind for entry in entries}
    if board.ballot_count and EntryKind.OPENED not in kinds:
        raise ProofError("there are ballots, and the journal tells of no opening", section="19.3")
    if _has_ended(board) and state.closing is None:
        raise ProofError(
            "the ballots have ended, and the journal tells of no closing", section="19.3"
        )
    if board.result is not None and EntryKind.TALLIED not in kinds:
        raise ProofError("there is a result, and the journal does not tell of it", section="19.3")
    _verify_closing_and_result(board, entries)
    if state.held_at is not None and len(board.event_hashes) != state.held_at:
        raise ProofError("the board went on after ballots were stopped", section="19.2")
    if board.result is not None and board.result.evote is not None:
        _verify_result_binding(board.result.evote.journal, board.result.evote.sign_ins, state)


def _has_ended(board: Board) -> bool:
    return board.state not in {BoardState.SET_UP, BoardState.OPEN}


def _verify_closing_and_result(board: Board, entries: Sequence[JournalEntry]) -> None:
    # Until tallied no entry saw the result. That none saw EndBallots before closed (§19.3) follows:
    # where the ballots have ended there is a closing, and the story let no larger board before it.
    last_size = len(board.event_hashes)
    tallied = False
    for entry in entries:
        if isinstance(entry.body, Closed):
            _verify_closed(board, entry, entry.body)
        elif isinstance(entry.body, Tallied):
            tallied = True
            named = (entry.board.size, entry.body.result_event, board.head.kind)
            if named != (last_size, board.head.hash, EventKind.RESULT):
                raise _untrue(entry, "does not name the result with which the board ends")
        elif not tallied and board.result is not None and entry.board.size == last_size:
            raise _untrue(entry, "saw the result before it was told")


def _verify_closed(board: Board, entry: JournalEntry, body: Closed) -> None:
    # The story has shown that the board then had three events more than ballots.
    if board.tally is None or body.ballots != board.ballot_count:
        raise _untrue(entry, "has not the ballots of the board")
    if body.tally_event != board.tally.event_hash:
        raise _untrue(entry, "names another encrypted tally")


def _verify_result_binding(journal: LogPosition | None, sign_ins: int, state: JournalState) -> None:
    if journal != state.before_tallied:
        raise ProofError("the result does not name the journal as it was", section="11.7")
    if state.closing is not None and sign_ins != state.closing.body.ballots:
        raise ProofError("the result has not the sign-ins of the closing", section="11.7")


def verify_replaced_codes(
    reissued: Sequence[tuple[Element, int]],
    reserves: Iterable[Element],
    credentials: Iterable[Element],
) -> None:
    """Check that no replaced code voted, and reserves only as far as activated: §19.5.

    Args:
        reissued: each revoked credential with the board's size then, in order.
        reserves: of the election.
        credentials: of every ballot, in the order of the board.

    Raises:
        ProofError: the first ballot that should not be there, by its height.
    """
    revoked, usable = {key for key, _ in reissued}, frozenset(reserves)
    # A reserve that replaces another makes nothing more usable.
    activations = [size for key, size in reissued if key not in usable]
    votes = 0
    for height, credential in enumerate(credentials, 1):
        if credential in revoked:
            raise ProofError(f"the ballot at height {height} is of a replaced code", section="19.5")
        if credential in usable:
            votes += 1
            if votes > sum(size <= height for size in activations):
                raise ProofError(
                    f"the ballot at height {height} is of a reserve not activated", section="19.5"
                )


def verify_checkpoints(
    board: Board, journal: LogPosition, board_checkpoint: bytes, journal_checkpoint: bytes
) -> None:
    """Check that the sealed keys signed the state of this board and this journal: §18.4.

    Each has its one stamp (§18.6). The lines of the witnesses that the election names hold where
    they are there; once there is a result, both checkpoints have those of the quorum.

    Args:
        board: of the record.
        journal: size and root of the record's journal.
        board_checkpoint: the bytes of ``board.checkpoint``.
        journal_checkpoint: the bytes of ``journal.checkpoint``.

    Raises:
        TooFewWitnesses: there is a result, all else holds, and the quorum is not there.
        ProtocolError: anything else.
    """
    evote = require_server(board.election)
    if evote.server is None:
        return
    witnesses = evote.witnesses.keys if evote.witnesses else ()
    quorum = evote.witnesses.quorum if evote.witnesses and board.result is not None else 0
    found: dict[str, int] = {}
    for log, data, key, position in (
        ("board", board_checkpoint, evote.server.board_key, board_position(board)),
        ("journal", journal_checkpoint, evote.server.journal_key, journal),
    ):
        seen = verify_seen(data, key, witnesses)
        if seen.checkpoint.position != position:
            raise ProofError(f"the checkpoint is not of this {log}", section="18.4")
        if seen.stamped_at is None:
            raise ProofError(f"the checkpoint of the {log} has no stamp", section="18.6")
        found[log] = len(seen.witnessed_at)
    fewest = min(found, key=found.__getitem__)
    if found[fewest] < quorum:
        raise TooFewWitnesses(fewest, found[fewest], quorum)


def board_position(board: Board) -> LogPosition:
    """Return size and root of the tree over the board's events: §18.1."""
    hasher = TreeHasher()
    for leaf in board.leaf_hashes:
        hasher.append_leaf(leaf)
    return hasher.position()


def _untrue(entry: JournalEntry, reason: str) -> ProofError:
    return ProofError(f"journal entry {entry.index}, {entry.kind.value}, {reason}", section="19.2")
