# SPDX-License-Identifier: AGPL-3.0-or-later
"""No alarm over honest rounds, whatever is stopped, killed or slow; and what is kept is a record.

The server grows, steps, is away and comes back between any two answers; the watcher is killed at
any write to its disk, with a torn end, and started again.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from audit import cli
from audit.watching.agents import Agent
from audit.watching.disk import Disk
from audit.watching.site import Answer, Away
from tests.watching.board import UUID, Logs, TestBoard, states, whole
from tests.watching.watched import Watched

SEED = os.environ.get("SOAK_SEED", "1791")


class Killed(BaseException):
    """The process is no more."""


class DyingDisk(Disk):
    """Kills at one write after some, having written a part of it, or all."""

    def __init__(self, random: Random, writes: int) -> None:
        self.random = random
        self.left = writes

    def append(self, path: Path, data: bytes) -> None:
        if self._dies():
            super().append(path, data[: self.random.randrange(len(data) + 1)])
            raise Killed
        super().append(path, data)

    def replace(self, path: Path, data: bytes) -> None:
        if self._dies():
            if self.random.random() < 0.5:
                super().replace(path, data)
            else:
                path.with_name(f"{path.name}.new").write_bytes(data[: len(data) // 2])
            raise Killed
        super().replace(path, data)

    def cut(self, path: Path, size: int) -> None:
        if self._dies():
            raise Killed
        super().cut(path, size)

    def _dies(self) -> bool:
        self.left -= 1
        return self.left == 0


class Busy:
    """A board that lives on between any two answers."""

    def __init__(self, board: TestBoard, random: Random) -> None:
        self.board = board
        self.random = random
        self.away = 0

    @contextlib.contextmanager
    def get(
        self, path: str, agent: Agent, start: int = 0, *, patience: int = 0
    ) -> Iterator[Answer]:
        chance = self.random.random()
        if chance < 0.02:
            live_on(self.board, self.random)
        elif chance < 0.025:
            self.away = self.random.randrange(1, 60)
        self.away -= self.away > 0
        if self.away:
            raise Away("il répond par l'erreur 503", "it answers with error 503")
        with self.board.get(path, agent, start) as given:
            if self.random.random() < 0.02:
                yield replace(given, chunks=self._broken(given))
            else:
                yield given

    def _broken(self, given: Answer) -> Iterator[bytes]:
        """Some of it, and then nothing."""
        body = b"".join(given.chunks or ())
        yield body[: self.random.randrange(len(body) + 1)]
        raise Away("sa réponse est coupée", "its answer breaks off")


def live_on(board: TestBoard, random: Random) -> None:
    for _ in range(random.randrange(3)):
        board.cast(f"{random.random()}")
    if random.random() < 0.05:
        board.logs.tell("incident", {"note": "Une file d'attente"})
    board.pass_time(random.choice((1, 5, 60, 60)))


def revive(watched: Watched, random: Random) -> int:
    """Start the watcher on a disk that kills, again and again; how often it was killed at once."""
    killed = 0
    while True:
        try:
            watched.restart(DyingDisk(random, random.randrange(1, 12)))
        except Killed:
            killed += 1
        else:
            return killed


def hold(rounds: int, random: Random, folder: Path) -> None:
    """So many honest rounds; the watcher is killed now and then, and no round alarms."""
    board = TestBoard()
    site = Busy(board, random)
    watched = Watched(board, folder, site=site)
    killed = 0
    for number in range(rounds):
        live_on(board, random)
        try:
            assert watched.round() == [], (number, watched.alarms)
        except Killed:
            killed += 1
            watched.restart()
        if random.random() < 0.2:
            killed += revive(watched, random)
    assert killed >= rounds // 20
    site.away, random.random = 0, lambda: 1.0  # type: ignore[method-assign]
    watched.restart()
    board.pass_time()
    assert watched.round() == []
    shown = board.shown
    record = folder / "record"
    assert (record / f"{UUID}.bel").read_bytes() == shown.body("board")
    assert (record / "journal.jsonl").read_bytes() == shown.body("journal")
    assert (record / "board.checkpoint").read_bytes() == shown.notes["board"]
    assert (record / "journal.checkpoint").read_bytes() == shown.notes["journal"]
    assert list((folder / "evidence").iterdir()) == []
    watched.close()


@pytest.mark.parametrize("number", range(6))
def test_honest_rounds_are_quiet(number: int, tmp_path: Path) -> None:
    hold(50, Random(f"ci {number}"), tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("number", range(100))
def test_ten_thousand_honest_rounds_are_quiet(number: int, tmp_path: Path) -> None:
    print(f"seed {SEED}/{number}")
    hold(100, Random(f"{SEED}/{number}"), tmp_path)


def test_a_whole_election_is_followed_to_its_end_and_verified(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every state that the server could publish, each kept as a record that the verifier takes."""
    board = TestBoard(0)
    watched = Watched(board, tmp_path)
    for state in range(len(states())):
        board.logs = Logs.at(state)
        if b'"kind":"booth-replaced"' in board.logs.lines[-1]:
            board.booth = {"/booth/app.js": b"another booth"}
        board.pass_time()
        assert watched.round() == []
        assert watched.troubles == []
        assert cli.main(["verify", str(tmp_path / "record"), "--no-progress"]) == 0
    assert watched.watcher.phase.over
    assert watched.watcher.phase.closed == len(whole().ballots)
    capsys.readouterr()
    watched.close()
