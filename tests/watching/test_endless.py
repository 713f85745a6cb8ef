# SPDX-License-Identifier: AGPL-3.0-or-later
"""A server that gives without end what nobody signed: memory and disk stay as they are."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

import pytest

from audit.watching.agents import PLAIN, Agent
from audit.watching.site import CHUNK, Answer, Away
from tests.tamper.surgery import Archive, Member
from tests.watching.attacks import ARCHIVE, JOURNAL
from tests.watching.board import TestBoard, copied
from tests.watching.conftest import Watching
from tests.watching.watched import Watched

MUCH = 400 * CHUNK


class Endless:
    """After what is published comes more and more of it, in order and unsigned."""

    def __init__(self, board: TestBoard, more: bytes, path: str = ARCHIVE) -> None:
        self.board, self.more, self.path = board, more, path
        self.given = 0

    @contextlib.contextmanager
    def get(
        self, path: str, agent: Agent, start: int = 0, *, patience: int = 60
    ) -> Iterator[Answer]:
        with self.board.get(path, agent) as given:
            if path != self.path:
                yield given if not start else replace(given, start=0)
                return
            yield Answer(start, self._chunks((given.whole(2**24) + self.more)[start:]))

    def _chunks(self, body: bytes) -> Iterator[bytes]:
        for at in range(0, len(body), CHUNK):
            self.given += CHUNK
            yield body[at : at + CHUNK]
        while self.given < MUCH:
            self.given += CHUNK
            yield self.more[:CHUNK]


def ballots_without_end(board: TestBoard) -> bytes:
    """Well chained events, one after the other; of the first thousands of them."""
    logs = copied(board.logs)
    before = len(logs.archive())
    events = len(logs.events())
    for number in range(3000):
        logs.cast(b'{"ballot":%d}' % number)
    assert len(logs.events()) == events + 3000
    return logs.archive()[before:]


def pending(watched: Watched) -> int:
    return sum(path.stat().st_size for path in watched.folder.glob("pending.*"))


@pytest.mark.parametrize("path", [ARCHIVE, JOURNAL])
def test_what_nobody_signed_is_not_asked_for(
    path: str, board: TestBoard, watching: Watching
) -> None:
    more = ballots_without_end(board)
    if path == JOURNAL:
        more = board.logs.lines[-1] + b"\n"
        more *= 3 * CHUNK // len(more)
    watched = watching(board, "store")
    site = watched.site = Endless(board, more, path)
    watched.restart()
    for _ in range(3):
        board.pass_time()
        assert watched.round() == []
    name = "board" if path == ARCHIVE else "journal"
    log = watched.watcher.logs[name]
    assert log.kept == len(board.shown.logs.entries(name))
    assert log.copy.size == log.kept
    assert pending(watched) == 0
    assert site.given < MUCH / 4
    before = site.given
    assert log.refetch(PLAIN).size == log.kept
    assert site.given - before < MUCH / 4


def test_data_of_which_no_event_comes_are_too_much_at_some_time(
    board: TestBoard, watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.watching.followed.LARGEST_ENTRY", 8 * CHUNK)
    datum = Archive(b"", [Member(b"1" * 3584, is_event=False)]).write()[-4096:]
    watched = watching(board, "store")
    assert watched.round() == []
    before = board.shown.body("board")
    site = watched.site = Endless(board, datum * (CHUNK // len(datum)))
    watched.restart()
    board.cast()
    board.pass_time()
    board.shown.cached["board"] = before  # and then data, in the place of the ballot
    assert watched.round() == []
    assert any("démesuré" in trouble.text.fr for trouble in watched.troubles)
    assert pending(watched) < 10 * CHUNK
    assert site.given < MUCH


def test_what_was_not_kept_is_not_left_behind(board: TestBoard, watched: Watched) -> None:
    def no_journal(board: TestBoard, path: str, agent: Agent) -> bytes | None:
        if "journal/checkpoint" in path:
            raise Away("il répond par l'erreur 503", "it answers with error 503")
        return None

    board.view = no_journal
    board.cast("x" * CHUNK)
    board.pass_time()
    assert watched.round() == []
    assert pending(watched) > CHUNK
    watched.close()
    assert pending(watched) == 0
    watched.start()
