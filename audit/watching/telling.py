# SPDX-License-Identifier: AGPL-3.0-or-later
"""The journal's story as it comes in, judged by the rules of C27, C28 and C29. §19.2 to §19.4."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from audit.board import Posted
from audit.checks.c27_journal import Walk
from audit.checks.c28_story import Story
from audit.checks.c29_members import answered_for, other_closing
from audit.journal import SIGNED, Entry
from audit.trustees import Pedersen, decode_trustees
from audit.watching.copies import BoardCopy
from audit.watching.followed import Log
from audit.words import Malformed, Text, Unsupported


class Followed:
    """The board as it is followed, for rules that ask how far it is."""

    def __init__(self, board: Callable[[], BoardCopy]) -> None:
        self._board = board

    @property
    def events(self) -> int:
        """How many came in."""
        return self._board().size

    @property
    def stage(self) -> int:
        """How far they have come."""
        return self._board().stage

    @property
    def setup(self) -> Posted | None:
        """``Setup``."""
        return self._board().setup

    @property
    def end(self) -> Posted | None:
        """``EndBallots``."""
        return self._board().end

    @property
    def tally(self) -> Posted | None:
        """``EncryptedTally``."""
        return self._board().tally

    @property
    def result(self) -> Posted | None:
        """``Result``."""
        return self._board().result


class Telling:
    """The story of the entries so far, of an election that was met.

    Args:
        logs: board and journal.
    """

    def __init__(self, logs: Mapping[str, Log]) -> None:
        self._logs = logs
        board = self._board()
        if board.binding is None or board.election is None:
            raise RuntimeError("a story is of an election that was met")
        self._election = board.election
        self._item = committee(board)
        followed = Followed(self._board)
        self._story = Story(board.binding, followed)
        self._walk = Walk(followed, board.election)
        self._closed: Entry | None = None

    def _board(self) -> BoardCopy:
        copy = self._logs["board"].copy
        assert isinstance(copy, BoardCopy)  # noqa: S101 (of which kind a log is does not change)
        return copy

    def next(self, entry: Entry) -> Iterator[Text]:
        """The faults of the next entry; then the story goes on as it says."""
        yield from self._story.next(entry)
        yield from self._walk.next(entry)
        if entry.kind == "closed":
            self._closed = entry
        if entry.kind in SIGNED and self._item is not None:
            yield from answered_for(self._election, self._item, entry)[1]
        if entry.kind == "closing-signed":
            yield from other_closing(self._closed, self._root, entry)

    def _root(self, size: int) -> str:
        return self._logs["journal"].copy.root(size).hex()


def committee(board: BoardCopy) -> Pedersen | None:
    """The trustees as they were sealed, if they are a committee."""
    try:
        item = decode_trustees(board.trustees_bytes, strict=True).items[0]
    except (Malformed, Unsupported):
        return None
    return item if isinstance(item, Pedersen) else None
