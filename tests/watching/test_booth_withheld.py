# SPDX-License-Identifier: AGPL-3.0-or-later
"""The booth, tiles and what was given before are asked for in vain while the server signs: said."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from audit import cli
from audit.watching.agents import AGENTS, DESKTOP, PHONE, PLAIN, Agent
from audit.watching.patience import ROUND_SECONDS
from audit.watching.site import Answer, Away, too_slow
from audit.watching.speaking import Speaker
from audit.watching.troubles import Troubles
from audit.words import Text
from tests.watching.attacks import ARCHIVE
from tests.watching.board import BOOTH, STEP, UUID, TestBoard, View, first_open
from tests.watching.conftest import Watching
from tests.watching.http_board import serving
from tests.watching.test_asking import once_each
from tests.watching.watched import Watched

HOUR = 3600
RECORD = f"/e/{UUID}/record"
PAGE, PROGRAM = "/booth/index.html", "/booth/app.js"
AS = {PLAIN: "un programme", DESKTOP: "un ordinateur", PHONE: "un téléphone"}


def refusing(*paths: str, agents: tuple[Agent, ...] = AGENTS) -> View:
    """The answers at these paths are errors, for these agents."""

    def view(board: TestBoard, path: str, agent: Agent) -> bytes | None:
        if agent in agents and any(each in path for each in paths):
            raise Away("il répond par l'erreur 503", "it answers with error 503", status=503)
        return None

    return view


def go_on(watched: Watched, seconds: int) -> list[str]:
    """The kinds of alarm while steps are signed, round by round."""
    kinds = []
    for _ in range(seconds // STEP):
        watched.board.pass_time()
        kinds += [alarm.kind for alarm in watched.round()]
    return kinds


@pytest.mark.parametrize("agent", AGENTS)
@pytest.mark.parametrize("path", BOOTH)
def test_one_file_kept_from_one_agent_for_an_hour_is_an_alarm(
    path: str, agent: Agent, board: TestBoard, watched: Watched
) -> None:
    board.view = refusing(path, agents=(agent,))
    assert go_on(watched, HOUR) == []
    assert go_on(watched, 3 * STEP) == ["withheld"]
    (alarm,) = watched.alarms
    assert f"« {path} », du programme de vote (demandé comme {AS[agent]})" in alarm.sentence.fr
    assert alarm.evidence is None
    assert go_on(watched, 10 * STEP) == []  # said once
    board.view = refusing()
    assert go_on(watched, STEP) == []
    board.view = refusing(path, agents=(agent,))
    assert go_on(watched, HOUR) == []
    assert go_on(watched, 3 * STEP) == ["withheld"]  # and again, after another hour


def test_all_files_kept_from_all_are_one_alarm(board: TestBoard, watched: Watched) -> None:
    board.view = refusing("/booth/")
    assert go_on(watched, HOUR + 3 * STEP) == ["withheld"]
    (alarm,) = watched.alarms
    assert alarm.sentence.fr.endswith(f"« {PROGRAM} », du programme de vote ; « {PAGE} », du"
                                      " programme de vote")  # fmt: skip


def test_an_hour_without_the_booth_is_seen_by_a_watch_that_is_started_each_time(
    board: TestBoard, watched: Watched
) -> None:
    board.view = refusing(PAGE)
    assert once_each(watched, HOUR) == []
    assert once_each(watched, 3 * STEP) == ["withheld"]
    assert once_each(watched, HOUR) == []


def test_a_server_that_shows_nothing_at_all_is_away_and_not_said_twice(
    board: TestBoard, watched: Watched
) -> None:
    board.down = True
    assert go_on(watched, 3 * HOUR) == ["silent"]


def test_before_the_opening_nobody_needs_the_booth(watching: Watching) -> None:
    watched = watching(TestBoard(first_open() - 1), "sealed")
    assert watched.round() == []
    watched.board.view = refusing("/booth/")
    assert go_on(watched, 2 * HOUR) == []


KEPT_BACK: dict[str, tuple[View, str]] = {
    "a tile of the board": (refusing("/board/tile/"), "la tuile 0 de l'urne"),
    "a tile of the journal": (refusing("/journal/tile/"), "la tuile 0 du journal"),
    "a second reading": (
        refusing(ARCHIVE, agents=(PHONE,)),
        "ce qu'il a déjà donné de l'urne",
    ),
}


def test_what_was_given_before_is_kept_from_a_phone_whatever_others_get(
    board: TestBoard, watched: Watched
) -> None:
    """Those that have it now ended no hour of those that have not."""
    asked = 0

    def view(board: TestBoard, path: str, agent: Agent) -> bytes | None:
        nonlocal asked
        asked += path == ARCHIVE and agent is DESKTOP
        each = (PHONE, DESKTOP) if asked % 2 else (PHONE,)
        return refusing(ARCHIVE, agents=each)(board, path, agent)

    board.view = view
    assert go_on(watched, HOUR) == []
    assert go_on(watched, 6 * STEP) == ["withheld"]
    assert "(demandé comme un téléphone)" in watched.alarms[-1].sentence.fr


def test_what_each_has_at_its_next_asking_is_no_alarm(board: TestBoard, watched: Watched) -> None:
    """A server may answer each second question with an error, and give all to everybody."""
    asked = Counter[tuple[str, Agent]]()

    def view(board: TestBoard, path: str, agent: Agent) -> bytes | None:
        if "/board/tile/" not in path and path != ARCHIVE:
            return None
        asked[path, agent] += 1
        return refusing(path, agents=AGENTS[: asked[path, agent] % 2 * 3])(board, path, agent)

    board.view = view
    assert go_on(watched, 3 * HOUR) == []


@pytest.mark.parametrize("phrase", KEPT_BACK)
@pytest.mark.parametrize("run", [go_on, once_each])
def test_what_is_kept_from_a_second_look_for_an_hour_is_an_alarm(
    phrase: str, run: Callable[[Watched, int], list[str]], board: TestBoard, watched: Watched
) -> None:
    board.view, said = KEPT_BACK[phrase]
    assert run(watched, HOUR) == []
    assert run(watched, 6 * STEP) == ["withheld"]  # each asks in each third round
    assert said in watched.alarms[-1].sentence.fr


def test_one_tile_that_is_kept_back_keeps_no_other_back(board: TestBoard, watched: Watched) -> None:
    for _ in range(600):
        board.cast()
    board.pass_time()
    assert watched.round() == []
    board.view = refusing("/board/tile/entries/001")
    kinds = go_on(watched, HOUR + 6 * STEP)
    assert kinds == ["withheld"]
    assert "la tuile 1 de l'urne" in watched.alarms[-1].sentence.fr
    board.asked.clear()
    go_on(watched, 3 * STEP)
    assert any("/tile/entries/000" in path for path in board.asked)
    assert any("/tile/entries/002" in path for path in board.asked)


# ------------------------------------------------------------------ a server that is slow


class Slow:
    """Gives what is asked for after so many seconds, if it is waited for so long."""

    def __init__(self, board: TestBoard, seconds: Callable[[str], int]) -> None:
        self.board, self.seconds = board, seconds

    @contextlib.contextmanager
    def get(
        self, path: str, agent: Agent, start: int = 0, *, patience: int = 60
    ) -> Iterator[Answer]:
        seconds = self.seconds(path)
        self.board.now += min(patience, seconds)
        if seconds > patience:
            raise too_slow().about(path)
        with self.board.get(path, agent, start) as given:
            yield given


def test_what_is_slow_before_takes_no_time_from_the_booth(
    board: TestBoard, watched: Watched
) -> None:
    watched.site = Slow(board, lambda path: 20 if path in BOOTH else 1000)
    watched.restart()
    board.pass_time()
    began = board.now
    watched.round()
    assert board.now - began <= ROUND_SECONDS
    assert {each.path for each in watched.troubles}.isdisjoint(BOOTH)


def test_the_zip_has_all_that_is_left_of_the_round(board: TestBoard, watched: Watched) -> None:
    """It is the longest of all."""
    watched.site = Slow(board, lambda path: 400 if path == RECORD else 2)
    watched.restart()
    board.pass_time(HOUR)
    began = board.now
    assert watched.round() == []
    assert board.asked[-1] == RECORD
    assert watched.troubles == []
    assert board.now - began <= ROUND_SECONDS


def test_what_this_machine_does_before_takes_no_time_from_the_zip(
    board: TestBoard, watched: Watched
) -> None:
    """A verification may take long, and a laptop sleep."""
    watched.site = Slow(board, lambda path: 400 if path == RECORD else 0)
    watched.restart()
    board.pass_time(HOUR)
    watched.watcher.round()
    board.now += 2 * ROUND_SECONDS
    assert watched.watcher.read_record() == []
    assert board.asked[-1] == RECORD


def test_the_zip_has_some_time_of_its_own(board: TestBoard, watched: Watched) -> None:
    """Where the booth's files take all that there is."""
    watched.site = Slow(board, lambda path: 30 if path == RECORD else 1000)
    watched.restart()
    board.pass_time(HOUR)
    watched.round()
    assert board.asked[-1] == RECORD
    assert RECORD not in {each.path for each in watched.troubles}


def test_a_booth_that_comes_too_late_each_time_is_an_alarm(
    board: TestBoard, watched: Watched
) -> None:
    """Each of the six questions has its share, so that no first one takes it from the last."""
    watched.site = Slow(board, lambda path: 50 if path in BOOTH else 0)
    watched.restart()
    kinds = go_on(watched, 30 * STEP)
    assert kinds == ["withheld"]


# ------------------------------------------------------------------ what is said of it


class Heard(Speaker):
    """What is said of troubles."""

    def __init__(self) -> None:
        super().__init__(lambda text: text.fr, programs=False)
        self.lines: list[str] = []

    def trouble(self, text: Text) -> None:
        self.lines.append(text.fr)


def trouble(path: str, why: str = "il répond par l'erreur 503") -> Away:
    return Away(why, why).about(path)


def test_no_trouble_masks_another_and_what_lasts_is_told_once() -> None:
    heard = Heard()
    troubles = Troubles(heard)
    tile, growing = trouble("/x/journal/tile/0/000.p/7"), trouble("/x/journal/tile/0/000.p/8")
    said: list[list[str]] = []
    for at, now in enumerate(
        (
            [tile],
            [growing, trouble("/v/1"), trouble("/en/v/1")],
            [tile, trouble("/v/1"), trouble("/en/v/1")],
            [tile, trouble("/v/1", "il répond trop lentement"), trouble("/en/v/1")],
            [],
            [],
            [tile],
        )
    ):
        heard.lines.clear()
        troubles.tell(now, at)
        said.append(list(heard.lines))
    first = "le serveur : /x/journal/tile/0/000.p/7 : il répond par l'erreur 503"
    assert said == [
        [first],
        ["le serveur : /v/1 et 1 de plus : il répond par l'erreur 503"],
        [],
        ["le serveur : /v/1 : il répond trop lentement"],
        ["Le serveur répond de nouveau."],
        [],
        [],
    ]


def test_what_lacks_at_the_end_of_every_round_is_not_over_while_the_next_goes_on() -> None:
    """The zip, which comes last."""
    heard = Heard()
    troubles = Troubles(heard)
    for at in range(0, 3 * HOUR, 900):
        troubles.tell([], at, goes_on=True)
        troubles.tell([trouble("/e/1/record")], at)
    assert heard.lines == ["le serveur : /e/1/record : il répond par l'erreur 503"]
    troubles.tell([trouble("/v/1")], 3 * HOUR, goes_on=True)
    troubles.tell([trouble("/v/1")], 3 * HOUR)
    troubles.tell([], 4 * HOUR)
    assert heard.lines[1:] == [
        "le serveur : /v/1 : il répond par l'erreur 503",
        "Le serveur répond de nouveau.",
    ]


def test_what_comes_and_goes_is_told_once_an_hour() -> None:
    heard = Heard()
    troubles = Troubles(heard)
    for minute in range(121):
        tile = trouble("/x/board/tile/0/000") if minute % 2 else trouble("/x/journal/tile/0/000")
        troubles.tell([tile] if minute % 3 else [], minute * 60)
    other = trouble("/v/1")
    troubles.tell([other], 121 * 60)
    told = [line.partition(" : il")[0] for line in heard.lines]
    assert told.count("le serveur : /x/board/tile/0/000") == 2
    assert told.count("le serveur : /x/journal/tile/0/000") == 2
    assert told.count("le serveur : /v/1") == 1
    assert told.count("Le serveur répond de nouveau.") <= 4


def test_a_watch_that_ends_says_what_it_could_not_see(
    board: TestBoard, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def instead(handler: BaseHTTPRequestHandler) -> bool:
        if "/journal/tile/" not in handler.path and handler.path != PAGE:
            return False
        handler.send_error(503)
        return True

    with serving(board, instead) as host:
        words = ["watch", f"http://{host}/e/{UUID}", "--once", "--store", str(tmp_path / "s")]
        assert cli.main(words) == 0
    told = capsys.readouterr()
    out, err = " ".join(told.out.split()), " ".join(told.err.split())
    assert "À la dernière demande, le serveur n'a pas donné à lire la tuile 0 du journal" in out
    assert f"« {PAGE} », du programme de vote : cela n'a pas été comparé." in out
    assert f"{PAGE} : il répond par l'erreur 503" in err
    assert "/journal/tile/entries/000.p/4 : il répond par l'erreur 503" in err
