# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is asked for at one go, once an hour: the logs as a browser asks, and the record's zip."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from random import Random

import pytest

from audit.evidence import judge_evidence
from audit.watching import rereading
from audit.watching.agents import Agent
from audit.watching.line import TOO_SLOW
from audit.watching.site import Answer, Away
from tests.watching.attacks import ARCHIVE, HOUR, dropped, replaced
from tests.watching.board import STEP, UUID, Shown, TestBoard, copied, publication, zipped
from tests.watching.conftest import Watching
from tests.watching.watched import Watched

RECORD = f"/e/{UUID}/record"
PART = 2**12


class Whole(TestBoard):
    """It gives another archive to whoever asks for no part of it.

    Attributes:
        other: that archive, from one byte on; None for no lie.
        parts: where those began that were asked for.
    """

    def __init__(self) -> None:
        super().__init__()
        self.other: bytes | None = None
        self.parts: list[int] = []

    @contextlib.contextmanager
    def get(
        self, path: str, agent: Agent, start: int = 0, *, patience: int = 0
    ) -> Iterator[Answer]:
        if path == ARCHIVE:
            self.parts.append(start)
        if path == ARCHIVE and not start and self.other is not None:
            yield Answer(0, iter([self.other]))
            return
        with super().get(path, agent, start, patience=patience) as answer:
            yield answer


def pass_rounds(watched: Watched, seconds: int, *, anew: bool = False) -> list[str]:
    """The kinds of alarm of so many rounds; whether each is of a program of its own."""
    kinds = []
    for _ in range(seconds // STEP):
        watched.board.pass_time()
        if anew:
            watched.restart()
        kinds += [alarm.kind for alarm in watched.round()]
    return kinds


@pytest.mark.parametrize("anew", [False, True])
def test_an_archive_that_is_another_for_browsers_alone_is_seen_within_the_hour(
    watching: Watching, monkeypatch: pytest.MonkeyPatch, *, anew: bool
) -> None:
    """Its beginning, up to where parts are read, is what everybody is given."""
    monkeypatch.setattr(rereading, "PART", PART)
    board = Whole()
    for number in range(20):
        board.cast(f"{number}")
    board.publish()
    watched = watching(board, "store")
    assert watched.round() == []
    other = copied(board.logs)
    other.members[-2].content = b"another"
    body = other.archive()
    assert len(body) > 2 * PART
    board.other = board.shown.body("board")[: 2 * PART] + body[2 * PART :]
    assert pass_rounds(watched, HOUR, anew=anew) in (["unlike-checkpoint"], ["rewritten"])
    assert len(set(board.parts)) > len(board.other) // PART  # and each part was asked for


# ------------------------------------------------------------------ the zip


def in_zip(board: TestBoard, change: Callable[[Shown], Shown]) -> None:
    """Whoever verifies is given this in a zip."""

    def view(_: TestBoard, path: str, agent: Agent) -> bytes | None:
        return zipped(change(board.shown)) if path == RECORD else None

    board.view = view


def forked(shown: Shown) -> Shown:
    """Signed as well."""
    logs = copied(shown.logs)
    replaced(logs, Random("1791"))
    logs.chained()
    return Shown(logs, publication(logs, 1791600600))


def shortened(shown: Shown) -> Shown:
    """Under the notes of what is shown."""
    logs = copied(shown.logs)
    dropped(logs, Random("1791"))
    return Shown(logs, shown.notes)


@pytest.fixture
def grown(board: TestBoard, watched: Watched) -> Watched:
    for _ in range(3):
        board.cast()
        board.pass_time()
        assert watched.round() == []
    return watched


def test_a_signed_fork_in_the_zip_alone_convicts_within_the_hour(
    board: TestBoard, grown: Watched
) -> None:
    in_zip(board, forked)
    kinds = pass_rounds(grown, HOUR)
    assert sorted(kinds) == ["fork", "unlike-checkpoint"]
    name = next(alarm.evidence for alarm in grown.alarms if alarm.kind == "fork")
    assert name is not None
    assert judge_evidence((grown.folder / "evidence" / name).read_bytes()).held.convicts


def test_a_zip_with_other_entries_is_seen_within_the_hour(board: TestBoard, grown: Watched) -> None:
    in_zip(board, shortened)
    assert pass_rounds(grown, HOUR) == ["unlike-checkpoint"]
    assert pass_rounds(grown, HOUR) == []  # said once


def lacking(shown: Shown) -> Shown:
    """The checkpoint of the board alone."""
    return Shown(shown.logs, {"board": shown.notes["board"]})


@pytest.mark.parametrize("given", [b"", b"PK\x05\x06", b"no zip" * 99, None])
def test_a_zip_that_nobody_can_read_is_not_given(
    given: bytes | None, board: TestBoard, grown: Watched
) -> None:
    """For an hour in which it was asked for, every ten minutes."""
    board.view = lambda _, path, agent: given if path == RECORD else None
    if given is None:
        in_zip(board, lacking)
    assert pass_rounds(grown, 2 * HOUR - 12 * STEP) == []
    assert pass_rounds(grown, 12 * STEP) == ["withheld"]
    assert not (grown.folder / "reading").exists()
    board.view = lambda *_: None
    assert pass_rounds(grown, HOUR) == []


def test_what_comes_too_slowly_at_one_go_is_no_alarm_and_is_named(
    board: TestBoard, grown: Watched
) -> None:
    """A server may be slow, and a record long."""

    def slow(_: TestBoard, path: str, agent: Agent) -> bytes | None:
        if path == RECORD:
            raise Away(*TOO_SLOW)
        return None

    board.view = slow
    assert pass_rounds(grown, 3 * HOUR) == []
    what = [thing.what.en for thing in grown.watcher.withholding.unseen]
    assert what == ["the complete record"]
