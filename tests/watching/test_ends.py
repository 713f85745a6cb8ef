# SPDX-License-Identifier: AGPL-3.0-or-later
"""When a watch is over: at a result that is there, and not at one that only the server tells."""

from __future__ import annotations

import json
import signal
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path

import jsonschema
import pytest

from audit import cli
from audit.evidence_parts import STALLED_SECONDS
from audit.watching import record_reading
from audit.watching.agents import DESKTOP, Agent
from audit.watching.phase import MARGIN_SECONDS
from audit.watching.site import Answer, HttpSite
from tests.tamper.forge.journal import CLOSES_AT
from tests.tamper.forge.logs import Cosigner
from tests.tamper.forge.remake import Forge
from tests.tamper.record import SERVED
from tests.tamper.test_witnesses import A, B, named
from tests.tamper.touches import put
from tests.watching import board as boards
from tests.watching.attacks import promised
from tests.watching.board import (
    STEP,
    UUID,
    Shown,
    TestBoard,
    View,
    answer_of,
    first_open,
    states,
)
from tests.watching.conftest import Watching
from tests.watching.http_board import serving
from tests.watching.test_command import SCHEMA
from tests.watching.test_old_states import AMENDED_END
from tests.watching.watched import Watched

HOUR = 3600
LIE = {"result_event": "0" * 64}

# ------------------------------------------------------------------ an end that only is told


@pytest.fixture
def lied_to(board: TestBoard, watched: Watched) -> Watched:
    """The journal says, in the middle of the vote, that there is a result."""
    board.logs.tell("tallied", LIE)
    board.pass_time()
    assert [alarm.kind for alarm in watched.round()] == ["out-of-order"]
    return watched


def test_a_result_that_only_the_journal_tells_ends_no_watch(
    board: TestBoard, lied_to: Watched
) -> None:
    """The others vote on, and what they were promised is judged."""
    phase = lied_to.watcher.phase
    promised(board, lied_to, board.now + STEP)
    board.pass_time(3 * STEP)
    assert [alarm.kind for alarm in lied_to.round()] == ["promise-broken"]
    until, ends = AMENDED_END + MARGIN_SECONDS, []
    for now in (CLOSES_AT, until, until + 1):
        board.now = now
        lied_to.round()
        ends.append(phase.over)
    assert ends == [False, False, True]


def test_nor_does_it_after_a_restart(board: TestBoard, lied_to: Watched) -> None:
    lied_to.restart()
    assert lied_to.round() == []
    assert not lied_to.watcher.phase.over
    board.down = True
    lied_to.restart()
    lied_to.round()
    assert not lied_to.watcher.phase.over


@pytest.mark.parametrize("kind", ["closed", "tallied"])
def test_what_is_not_in_order_before_it_makes_no_end(kind: str, watching: Watching) -> None:
    """The true result is there, and an entry before it breaks the rules: whose board is this?"""
    board = TestBoard(len(states()) - 1)
    board.booth = {}
    board.now = AMENDED_END
    at = next(i for i, x in enumerate(board.logs.lines) if f'"kind":"{kind}"'.encode() in x)
    line = json.loads(board.logs.lines[at])
    name = "tally_event" if kind == "closed" else "result_event"
    board.logs.lines[at] = board.logs.lines[at].replace(line["body"][name].encode(), b"0" * 64)
    board.publish()
    watched = watching(board, "store")
    assert "out-of-order" in [alarm.kind for alarm in watched.round()]
    assert not watched.watcher.phase.over


def test_a_true_result_ends_it_also_after_a_restart(watching: Watching) -> None:
    board = TestBoard(len(states()) - 1)
    board.booth = {}
    watched = watching(board, "store")
    ends = [watched.watcher.phase.over]
    for board.down in (False, True):
        watched.restart()
        watched.round()
        ends.append(watched.watcher.phase.over)
    assert ends == [False, True, True]


# ------------------------------------------------------------------ a result and its witnesses


@cache
def witnessed() -> Forge:
    forge = Forge(SERVED, {"evote": put("witnesses", named())})
    forge.make()
    return forge


@pytest.fixture
def result(monkeypatch: pytest.MonkeyPatch) -> TestBoard:
    """A server that has just published the result, and asks two of three witnesses to sign."""
    monkeypatch.setattr(boards, "whole", witnessed)
    line = next(i for i, x in enumerate(witnessed().lines) if b'"kind":"tallied"' in x)
    board = TestBoard(next(i for i, (_, n) in enumerate(states()) if n > line))
    board.booth = {"/booth/app.js": b"another booth"}
    board.now = AMENDED_END
    board.publish()
    return board


def cosign(board: TestBoard, *witnesses: Cosigner) -> None:
    for log, note in board.shown.notes.items():
        text = note.partition(b"\n\n")[0] + b"\n"
        lines = b"".join(each.line(text, board.now) for each in witnesses)
        board.shown.notes[log] = note + lines


def test_witnesses_are_waited_for_and_their_lines_end_it(
    result: TestBoard, watching: Watching
) -> None:
    watched = watching(result, "store")
    said = []
    for witness in (None, A, B):
        if witness is not None:
            cosign(result, witness)
        result.now += STEP
        assert watched.round() == []
        lacking = watched.watcher.witnessed.lacking
        said.append((watched.watcher.phase.over, lacking and lacking.found))
    assert said == [(False, 0), (False, 1), (True, None)]
    assert (watched.folder / "record" / "board.checkpoint").read_bytes().count(b"\n\xe2") == 4
    assert cli.main(["verify", str(watched.folder / "record"), "--no-progress"]) == 0


def only_to(shown: Shown, *, desktop: bool) -> View:
    """What is shown to the desktop's browser alone, or to all the others alone."""
    return lambda _, path, asked: answer_of(shown, path) if (asked == DESKTOP) is desktop else None


@pytest.mark.usefixtures("capsys")
def test_of_two_equal_notes_that_with_more_signatures_is_kept(
    result: TestBoard, watching: Watching
) -> None:
    bare = Shown(result.shown.logs, dict(result.shown.notes))
    cosign(result, A, B)
    for agent in (DESKTOP, None):
        watched = watching(result, f"{agent is None}")
        result.view = only_to(bare, desktop=agent is None)
        assert watched.round() == []
        assert watched.watcher.phase.over
        assert watched.watcher.witnessed.lacking is None


@pytest.mark.parametrize("restarted", [False, True])
def test_after_an_hour_of_asking_they_are_waited_for_no_longer(
    restarted: bool,  # noqa: FBT001
    result: TestBoard,
    watching: Watching,
) -> None:
    watched = watching(result, "store")
    for _ in range(STALLED_SECONDS // STEP + 1):
        assert watched.round() == []
        assert not watched.watcher.phase.over
        result.now += STEP
        if restarted:
            watched.restart()
    assert watched.round() == []
    assert watched.watcher.phase.over


def test_a_server_that_is_away_was_not_asked_for_them(
    result: TestBoard, watching: Watching
) -> None:
    watched = watching(result, "store")
    assert watched.round() == []
    result.down = True
    watched.restart()
    for _ in range(2 * HOUR // STEP):
        result.now += STEP
        assert "unwitnessed" not in [alarm.kind for alarm in watched.round()]
        assert not watched.watcher.phase.over


# ------------------------------------------------------------------ what is said of it


Events = list[dict[str, object]]


def once(
    board: TestBoard, folder: Path, status: int, capsys: pytest.CaptureFixture[str], *more: str
) -> Events:
    """The events of a run, by the schema."""
    with serving(board) as host:
        command = ["watch", f"http://{host}/e/{UUID}", "--store", str(folder), "--json", *more]
        assert cli.main(command) == status
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for event in events:
        jsonschema.validate(event, json.loads(SCHEMA.read_text("utf-8")))
    return [each for each in events if each["event"] != "trouble"]


def test_a_record_that_waits_for_witnesses_is_not_called_wrong(
    result: TestBoard,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is news, in words that are true; when they were waited for, it is an alarm of its own."""
    monkeypatch.setattr("time.time", lambda: float(result.now))
    cosign(result, A)
    store = tmp_path / "s"
    events = once(result, store, 0, capsys, "--once")
    names = [event["event"] for event in events]
    assert names == ["started", "elsewhere", "compare", "closed", "witnesses", "verified", "ended"]
    assert (events[4]["found"], events[4]["quorum"]) == (1, 2)
    assert events[5]["valid"] is False
    assert "encore cosigné que par 1 témoin" in str(events[5]["text"])
    assert "fiez" not in json.dumps(events)
    for _ in range(6):
        result.now += 600
        assert "alarm" not in [e["event"] for e in once(result, store, 0, capsys, "--once")]
    result.now += 600
    events = once(result, store, 1, capsys)  # and not --once: it ends by itself
    assert [event.get("kind") for event in events if event["event"] == "alarm"] == ["unwitnessed"]
    assert "n'est cosigné que par 1 témoin" in str(events)
    assert "fiez" not in json.dumps(events)


def test_a_record_with_another_fault_is_called_wrong_at_once(
    result: TestBoard,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("time.time", lambda: float(result.now))
    monkeypatch.setattr("tests.watching.test_ends.witnessed", _with_a_false_seat)
    monkeypatch.setattr(boards, "whole", _with_a_false_seat)
    result.logs = boards.Logs.at(result.state)
    result.publish()
    events = once(result, tmp_path / "s", 1, capsys, "--once")
    assert "invalid" in [event.get("kind") for event in events]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("more", [(), ("--once",)])
def test_a_stop_while_the_zip_comes_verifies_once_what_was_kept(
    number: signal.Signals,
    more: tuple[str, ...],
    board: TestBoard,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ask = HttpSite.get

    def get(
        site: HttpSite, path: str, agent: Agent, start: int = 0, *, patience: int = 1
    ) -> AbstractContextManager[Answer]:
        if path.endswith("/record"):
            signal.raise_signal(number)
        return ask(site, path, agent, start, patience=patience)

    monkeypatch.setattr(HttpSite, "get", get)
    monkeypatch.setattr("time.time", lambda: float(board.now))
    names = [event["event"] for event in once(board, tmp_path / "s", 0, capsys, *more)]
    assert (names.count("verified"), names.count("ended")) == (1, 1)


def test_whoever_each_zip_kills_has_said_and_verified_all_else(
    result: TestBoard,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A small machine, whose timer starts a round when the zip is due again, each time."""

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(record_reading, "unzip", killed)
    monkeypatch.setattr("time.time", lambda: float(result.now))
    monkeypatch.setattr("tests.watching.test_ends.witnessed", _with_a_false_seat)
    monkeypatch.setattr(boards, "whole", _with_a_false_seat)
    result.logs = boards.Logs.at(result.state)
    result.publish()
    with pytest.raises(Killed):
        once(result, tmp_path / "s", 1, capsys, "--once")
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"closed", "verified"} <= {event["event"] for event in events}
    assert "invalid" in [event.get("kind") for event in events]


@cache
def _with_a_false_seat() -> Forge:
    forge = Forge(
        SERVED,
        {
            "evote": put("witnesses", named()),
            "result": lambda value: value | {"result": [[9 for _ in value["result"][0]]]},
        },
    )
    forge.make()
    return forge


def test_the_journals_lie_is_said_and_the_watch_goes_on(
    board: TestBoard,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without ``--once``, it ends when everything that was promised had to be published."""
    assert board.state == first_open()
    ended, answer, looks = AMENDED_END + MARGIN_SECONDS + 1, board.answer, []

    def noted(path: str) -> bytes | None:
        if path.endswith("board/checkpoint"):
            looks.append(path)
        return answer(path)

    monkeypatch.setattr(board, "answer", noted)
    monkeypatch.setattr("time.time", lambda: float(board.now if len(looks) < 6 else ended))
    board.logs.tell("tallied", LIE)
    board.publish()
    events = once(board, tmp_path / "s", 1, capsys, "--every", "1")
    assert events[-1]["event"] == "ended"
    assert len(looks) == 6  # two in each round; in the third its time is past
