# SPDX-License-Identifier: AGPL-3.0-or-later
"""A server that signs and does not give, one that is slow, a machine that sleeps; and what is said
of them, once each, before anything else can go wrong."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit.evidence import judge_evidence
from audit.watching.agents import AGENTS, Agent
from audit.watching.alarms import MOST_OF_A_KIND
from audit.watching.disk import Disk
from audit.watching.patience import ROUND_SECONDS
from audit.watching.site import Answer, Away, Stopped
from tests.watching.attacks import ARCHIVE, JOURNAL
from tests.watching.attacks_on_steps import refusing
from tests.watching.board import STEP, Logs, TestBoard, copied
from tests.watching.watched import Watched

HOUR = 3600


def go_on(watched: Watched, seconds: int) -> list[str]:
    """The kinds of alarm while ballots come and steps are signed, round by round."""
    kinds = []
    for _ in range(seconds // STEP):
        watched.board.cast()
        watched.board.pass_time()
        kinds += [alarm.kind for alarm in watched.round()]
    return kinds


def test_a_server_that_signs_and_gives_nothing_is_observed_after_an_hour(
    board: TestBoard, watched: Watched
) -> None:
    board.view = refusing
    assert go_on(watched, HOUR) == []
    kinds = go_on(watched, 4 * STEP)
    assert sorted(kinds) == ["withheld"] * 3  # the board, no step to keep, what was given before
    name = next(a.evidence for a in watched.alarms if a.evidence)
    held = judge_evidence((watched.folder / "evidence" / name).read_bytes()).held
    assert not held.convicts
    assert "ne la donnait pas à lire" in held.sentence.fr
    assert go_on(watched, HOUR) == []  # said once


def test_an_archive_that_comes_in_time_is_no_alarm(board: TestBoard, watched: Watched) -> None:
    """To each of those who ask for it, in turn: what one of them has ends the hour of that one."""
    turns = (len(AGENTS) + 2) * STEP  # where an hour of rounds begins, two ask twice
    for _ in range(3):
        board.view = refusing
        assert go_on(watched, HOUR - turns) == []
        board.view = lambda *_: None
        assert go_on(watched, turns) == []


@pytest.mark.parametrize("ends", [False, True])
def test_what_is_cut_by_the_end_of_a_watch_is_not_told_as_kept_back(
    ends: bool,  # noqa: FBT001
    board: TestBoard,
    watched: Watched,
) -> None:
    assert go_on(watched, STEP) == []

    def view(board: TestBoard, path: str, agent: Agent) -> bytes | None:
        if path == ARCHIVE:
            raise Stopped if ends else Away("non", "no")
        return None

    board.view = view
    assert go_on(watched, STEP) == []
    assert watched.watcher.waiting == ([] if ends else ["board"])
    board.view = lambda *_: None
    assert go_on(watched, STEP) == []
    assert watched.watcher.waiting == []


def test_a_watcher_that_slept_while_the_archive_was_away_has_not_asked(
    board: TestBoard, watched: Watched
) -> None:
    board.view = refusing
    for _ in range(4):
        board.cast()
        board.pass_time(HOUR)
        assert watched.round() == []


class Slow:
    """A server that gives what it signs more slowly than anybody waits."""

    def __init__(self, board: TestBoard) -> None:
        self.board, self.spent, self.path = board, 0, ARCHIVE

    @contextlib.contextmanager
    def get(
        self, path: str, agent: Agent, start: int = 0, *, patience: int = 60
    ) -> Iterator[Answer]:
        if path == self.path:
            self.spent += patience
            self.board.now += patience
            self.board.publish()
            raise Away("il répond trop lentement", "it answers too slowly")
        with self.board.get(path, agent, start) as given:
            yield given


@pytest.mark.parametrize("path", [ARCHIVE, JOURNAL])
def test_a_server_that_trickles_ends_no_round_late_and_is_said(
    path: str, board: TestBoard, watched: Watched
) -> None:
    slow = Slow(board)
    slow.path = path
    watched.site = slow
    watched.restart()
    kinds: list[str] = []
    for _ in range(15):
        board.cast()
        board.logs.tell("incident", {"note": "Une file d'attente"})
        board.pass_time()
        slow.spent, looks = 0, len(board.asked)
        kinds += [alarm.kind for alarm in watched.round()]
        assert slow.spent <= ROUND_SECONDS
        assert any(asked.endswith("checkpoint") for asked in board.asked[looks:])
    assert set(kinds) == {"withheld"}


@pytest.mark.parametrize("path", ["board/checkpoint", "journal.jsonl", "archive", "app.js"])
def test_a_machine_that_sleeps_within_a_round_sees_no_clock_that_stands(
    path: str, board: TestBoard, watched: Watched
) -> None:
    class Sleeping:
        slept = False

        @contextlib.contextmanager
        def get(
            self, asked: str, agent: Agent, start: int = 0, *, patience: int = 60
        ) -> Iterator[Answer]:
            with board.get(asked, agent, start) as given:
                if asked.endswith(path) and not self.slept:
                    self.slept = True
                    board.now += HOUR + 2 * STEP
                    board.publish()
                yield given

    watched.site = Sleeping()
    watched.restart()
    board.pass_time()
    assert watched.round() == []
    board.pass_time()
    assert watched.round() == []
    assert watched.troubles == []


# ------------------------------------------------------------------ said, whatever happens


class Crash(Exception):
    """The machine, at the worst moment."""


class NoEvidence(Disk):
    """Stops where a file of evidence is to be written."""

    def replace(self, path: Path, data: bytes) -> None:
        if path.parent.name == "evidence":
            raise Crash
        super().replace(path, data)


def test_an_alarm_is_noted_and_said_before_its_evidence_is_written(
    board: TestBoard, watched: Watched
) -> None:
    watched.restart(NoEvidence())
    board.cast()
    board.pass_time()
    assert watched.round() == []
    board.logs = Logs.at(board.state)
    board.pass_time()
    with pytest.raises(Crash):
        watched.round()
    assert [(a.kind, a.evidence) for a in watched.alarms] == [("rollback", None)]
    watched.restart()
    (again,) = [a for a in watched.alarms[1:] if a.kind == "rollback"]
    assert again.evidence is not None
    judge_evidence((watched.folder / "evidence" / again.evidence).read_bytes())
    before = len(watched.alarms)
    watched.restart()
    assert len(watched.alarms) == before


def test_a_second_rollback_is_said_and_a_log_that_grows_again_is_not(
    board: TestBoard, watched: Watched
) -> None:
    go_on(watched, 6 * STEP)
    large = copied(board.logs)
    small = copied(board.logs)
    del small.members[-4:]
    told = []
    for logs in (small, None, None, large, small, large):
        if logs is None:
            board.cast("again")
        else:
            board.logs = copied(logs)
        board.pass_time()
        told.append("rollback" in [alarm.kind for alarm in watched.round()])
    assert told == [True, False, False, False, True, False]


def test_what_goes_on_for_ever_fills_no_disk(board: TestBoard, watched: Watched) -> None:
    go_on(watched, 2 * STEP)
    large, small = copied(board.logs), copied(board.logs)
    del small.members[-2:]
    for _ in range(MOST_OF_A_KIND + 10):
        for logs in (small, large):
            board.logs = logs
            board.pass_time()
            watched.round()
    assert watched.kinds().count("rollback") == MOST_OF_A_KIND


def test_a_step_of_two_times_that_passes_is_none(board: TestBoard, watched: Watched) -> None:
    """Board and journal were asked for while a step came between them, each time."""

    class Hasty:
        @contextlib.contextmanager
        def get(
            self, path: str, agent: Agent, start: int = 0, *, patience: int = 60
        ) -> Iterator[Answer]:
            if path.endswith("journal/checkpoint"):
                board.now += STEP
                board.publish()
            with board.get(path, agent, start) as given:
                yield given

    watched.site = Hasty()
    watched.restart()
    assert watched.round() == []
