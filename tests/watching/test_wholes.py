# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is asked for at one go, once an hour: the logs as a browser asks, and the record's zip."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from random import Random

import pytest

from audit.evidence import judge_evidence
from audit.watching import rereading
from audit.watching.agents import DESKTOP, PHONE, PLAIN, Agent
from audit.watching.line import TOO_SLOW
from audit.watching.sentences_of_files import unseen
from audit.watching.site import SHORT_SECONDS, Answer, Away
from audit.watching.store import LOGS
from tests.watching.attacks import ARCHIVE, HOUR, dropped, replaced
from tests.watching.board import (
    STEP,
    UUID,
    Shown,
    TestBoard,
    answer_of,
    copied,
    publication,
    zipped,
)
from tests.watching.conftest import Watching
from tests.watching.watched import Watched

RECORD = f"/e/{UUID}/record"
PART = 2**12
TIMER = HOUR // 6


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


def pass_rounds(
    watched: Watched, seconds: int, *, anew: bool = False, every: int = STEP
) -> list[str]:
    """The kinds of alarm of so many rounds; whether each is of a program of its own."""
    kinds = []
    for _ in range(seconds // every):
        watched.board.pass_time(every)
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


@pytest.mark.parametrize("lying", [ARCHIVE, RECORD])
def test_what_is_signed_for_whoever_asks_after_what_differs_convicts(
    lying: str, board: TestBoard, grown: Watched
) -> None:
    """In this minute alone: both looks of its round are over when other entries are given."""
    fork, lied_at = forked(board.shown), set[int]()
    looks: dict[int, list[Agent]] = {}

    def view(_: TestBoard, path: str, agent: Agent) -> bytes | None:
        if path.endswith("checkpoint"):
            looks.setdefault(board.now, []).append(agent)
            return answer_of(fork, path) if board.now in lied_at else None
        if path != lying or len(looks[board.now]) < 2 * len(LOGS) or lied_at - {board.now}:
            return None
        lied_at.add(board.now)
        unsigned = Shown(fork.logs, board.shown.notes)
        return zipped(unsigned) if path == RECORD else unsigned.body("board")

    board.view = view
    assert "fork" in pass_rounds(grown, HOUR)
    (at,) = lied_at
    assert {*looks[at]} == {PLAIN, DESKTOP, PHONE}  # who asks last has not looked before


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
    what = unseen(grown.watcher.withholding.unseen).en
    assert "not give to read the complete record: that was not compared" in what


# ------------------------------------------------------------------ kept from some


class KeptFrom(TestBoard):
    """It gives something to some alone, of those who ask for it at one go.

    Attributes:
        path: of what.
        agents: who is refused it; by how often that agent asked for it, which begins with 0.
        at_one_go: who asked for it.
    """

    def __init__(self, agents: Callable[[Agent, int], bool]) -> None:
        super().__init__()
        self.path = ""
        self.agents = agents
        self.at_one_go: list[Agent] = []

    @contextlib.contextmanager
    def get(
        self, path: str, agent: Agent, start: int = 0, *, patience: int = 0
    ) -> Iterator[Answer]:
        if path == self.path and not start and patience > SHORT_SECONDS:
            often = self.at_one_go.count(agent)
            self.at_one_go.append(agent)
            if self.agents(agent, often):
                raise Away("il répond par l'erreur 503", "it answers with error 503", status=503)
        with super().get(path, agent, start, patience=patience) as answer:
            yield answer


@pytest.fixture(params=[RECORD, ARCHIVE])
def path(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What is asked for at one go, of the least logs, too."""
    monkeypatch.setattr(rereading, "PART", 1)
    return str(request.param)


def followed(watching: Watching, board: KeptFrom, path: str) -> Watched:
    """It gave all to its first visitor."""
    watched = watching(board, "store")
    assert watched.round() == []
    board.path = path
    return watched


@pytest.mark.parametrize(
    ("agents", "said"),
    [
        ((PLAIN,), " (demandé comme un programme)"),
        ((DESKTOP, PHONE), " (demandé comme un ordinateur, un téléphone)"),
        ((PHONE,), " (demandé comme un téléphone)"),
        ((PLAIN, DESKTOP, PHONE), ""),
    ],
)
def test_what_is_kept_from_some_at_one_go_is_an_alarm(
    agents: tuple[Agent, ...], said: str, path: str, watching: Watching
) -> None:
    """It is asked for as each within three hours; then for an hour, and as that one once more."""
    watched = followed(watching, KeptFrom(lambda agent, _: agent in agents), path)
    assert pass_rounds(watched, 5 * HOUR, anew=len(agents) == 1, every=TIMER) == ["withheld"]
    (alarm,) = watched.alarms
    assert alarm.sentence.fr.partition("à lire ")[2] in (
        f"le dossier complet{said}",
        f"d'une traite, tout ce qu'il a donné de l'urne{said}",
    )


def test_what_some_are_refused_for_a_moment_at_one_go_is_no_alarm(
    path: str, watching: Watching
) -> None:
    """Each second time, each of them."""
    board = KeptFrom(lambda _, often: not often % 2)
    watched = followed(watching, board, path)
    assert pass_rounds(watched, 8 * HOUR, every=TIMER) == []
    assert set(board.at_one_go) == {PLAIN, DESKTOP, PHONE}


def test_what_is_asked_for_at_one_go_turns_whenever_a_timer_asks(
    path: str, watching: Watching
) -> None:
    """Sixty rounds of ten minutes are ten hours: it has turns of its own."""
    board = KeptFrom(lambda *_: False)
    watched = followed(watching, board, path)
    assert pass_rounds(watched, 3 * HOUR, anew=True, every=TIMER) == []
    assert board.at_one_go == [DESKTOP, PHONE, PLAIN]
