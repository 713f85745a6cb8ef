# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whoever comes late or begins again is sent home by nothing that a server puts in the way."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from audit import cli
from audit.watching.agents import Agent
from audit.watching.site import Away
from audit.watching.sums import summed, unsummed
from audit.watching.troubles import Troubles
from audit.words import Unusable
from tests.tamper.forge.remake import Forge
from tests.tamper.record import SERVED
from tests.tamper.surgery import event_member
from tests.watching.attacks import ARCHIVE
from tests.watching.board import UUID, Logs, TestBoard, copied
from tests.watching.conftest import Watching
from tests.watching.http_board import serving
from tests.watching.test_booth_withheld import Heard
from tests.watching.watched import Watched

GARBAGE = b"\1" * 1024


def of_no_form(logs: Logs) -> None:
    """A signed event that says nothing: nothing after it is read."""
    logs.members.append(event_member(b'{"hello":1}'))


def twice_set_up(logs: Logs) -> None:
    """A signed event that has no place there; what follows is read."""
    logs.members.append(event_member(logs.events()[0]))
    logs.chained()


@pytest.mark.parametrize("damage", [of_no_form, twice_set_up])
def test_what_was_signed_after_the_set_up_sends_no_new_watcher_home(
    damage: Callable[[Logs], None], board: TestBoard, watching: Watching
) -> None:
    board.cast()
    damage(board.logs)
    board.pass_time()
    watched = watching(board, "late")
    assert [alarm.kind for alarm in watched.round()] == ["out-of-order"]
    assert watched.watcher.met
    assert watched.watcher.logs["board"].kept == 3


def with_garbage(board: TestBoard, path: str, agent: Agent) -> bytes | None:
    """What nobody signed follows what was published."""
    body = board.answer(path)
    return body + GARBAGE if body and path.endswith(("/archive", "/journal.jsonl")) else None


def test_what_nobody_signed_is_not_looked_at(board: TestBoard, watching: Watching) -> None:
    board.view = with_garbage
    watched = watching(board, "late")
    for size in range(1, 5):
        assert watched.round() == []
        assert watched.troubles == []
        assert watched.watcher.logs["board"].kept == size
        board.cast()
        board.logs.tell("incident", {"note": "Une file d'attente"})
        board.pass_time()
        if size % 2:
            watched.restart()


def in_place_of_the_archive(body: bytes) -> Callable[[BaseHTTPRequestHandler], bool]:
    """An answer over HTTP that gives these bytes as the archive."""

    def instead(handler: BaseHTTPRequestHandler) -> bool:
        if not handler.path.endswith("/archive"):
            return False
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
        return True

    return instead


def test_the_command_watches_both(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, damage, status in (("signed", of_no_form, 1), ("unsigned", None, 0)):
        board = TestBoard()
        monkeypatch.setattr("time.time", lambda board=board: float(board.now))
        if damage:
            damage(board.logs)
        board.pass_time()
        body = board.shown.body("board") + (b"" if damage else GARBAGE)
        with serving(board, in_place_of_the_archive(body)) as host:
            url = f"http://{host}/e/{UUID}"
            found = cli.main(["watch", url, "--once", "--json", "--store", str(tmp_path / name)])
        events = [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()]
        assert (name, found, events[0]) == (name, status, "started")


# ------------------------------------------------------------------ once a watch has begun


def begun(board: TestBoard, watching: Watching) -> Watched:
    """A watcher that knows whose election it is, and could keep nothing of it."""
    watched = watching(board, "begun")
    watched.watcher.meet(None)
    watched.restart()
    assert not watched.watcher.met
    assert not watched.store.fresh
    return watched


def another(board: TestBoard) -> bytes:
    """The set-up of another election of this number."""
    forge = Forge(SERVED, {"election": lambda value: value | {"name": "Une autre"}}, until="Setup")
    forge.make()
    return Logs([m.copy() for m in forge.members], []).archive()


INSTEAD: dict[str, tuple[Callable[[TestBoard], bytes], str]] = {
    "garbage": (lambda board: GARBAGE, "out-of-order"),
    "a page": (lambda board: b"<html>" + b" " * 2000, "out-of-order"),
    "another election": (another, "another-election"),
}


@pytest.mark.parametrize("name", INSTEAD)
def test_what_is_given_instead_of_the_election_is_an_alarm_and_ends_no_watch(
    name: str, board: TestBoard, watching: Watching
) -> None:
    make, kind = INSTEAD[name]
    body = make(board)
    watched = begun(board, watching)
    board.view = lambda _, path, agent: body if path == ARCHIVE else None
    assert [alarm.kind for alarm in watched.round()] == [kind]
    assert watched.watcher.fingerprint not in watched.alarms[0].sentence.fr
    for _ in range(2):
        board.pass_time()
        assert watched.round() == []  # said once
        assert isinstance(watched.troubles[0], Away)
        watched.restart()
    board.view = lambda *_: None
    board.pass_time()
    assert watched.round() == []
    assert watched.watcher.logs["board"].kept == 1


@pytest.mark.parametrize(("name", "status"), [("garbage", 1), ("another election", 1)])
def test_the_command_says_so_and_does_not_end_with_nothing_watched(
    name: str,
    status: int,
    board: TestBoard,
    watching: Watching,
    capsys: pytest.CaptureFixture[str],
) -> None:
    body = INSTEAD[name][0](board)
    watched = begun(board, watching)
    watched.close()
    with serving(board, in_place_of_the_archive(body)) as host:
        url = f"http://{host}/e/{UUID}"
        assert cli.main(["watch", url, "--once", "--store", str(watched.folder)]) == status
    out = " ".join(capsys.readouterr().out.split())
    assert "ALARME : l'élection surveillée n'est plus à cette adresse" in out
    watched.start()


def test_a_first_visit_that_can_keep_nothing_ends_no_watch(
    board: TestBoard, watching: Watching
) -> None:
    """What came in is not what was signed, so it is forgotten, with whose election it is."""
    board.cast("one")
    board.pass_time()
    other = copied(board.shown.logs)
    del other.members[-2:]
    other.cast(b"another")
    body = other.archive()
    board.view = lambda _, path, agent: body if path == ARCHIVE else None
    watched = watching(board, "late")
    assert {alarm.kind for alarm in watched.round()} == {"unlike-checkpoint"}
    board.pass_time()
    watched.round()
    board.view = lambda *_: None
    board.pass_time()
    assert watched.round() == []
    assert watched.watcher.logs["board"].kept == 2


# ------------------------------------------------------------------ whose folder it is


def test_a_folder_of_another_version_is_refused_as_such(watched: Watched) -> None:
    watched.close()
    diary = watched.folder / "watch.jsonl"
    mine = diary.read_bytes()
    first, _, rest = mine.partition(b"\n")
    other = summed(unsummed(first).replace(b'"watch":1', b'"watch":2', 1))
    diary.write_bytes(other + b"\n" + rest)
    with pytest.raises(Unusable) as refused:
        watched.start()
    assert refused.value.text.fr == "ce dossier a été fait par une autre version de ce programme"
    diary.write_bytes(mine)
    watched.start()


# ------------------------------------------------------------------ nothing is there


def test_a_wrong_number_is_said_to_be_watched_by_nobody(
    board: TestBoard, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the first trouble, and not in each round; and by status 2 where there is one round."""
    wrong = UUID[:-1] + ("a" if UUID[-1] != "a" else "b")
    stopped: list[float] = []

    def third(handler: BaseHTTPRequestHandler) -> bool:
        stopped.append(1)
        if len(stopped) == 3:
            os.kill(os.getpid(), signal.SIGINT)
        return False

    with serving(board, third) as host:
        words = ["watch", f"http://{host}/e/{wrong}", "--store", str(tmp_path / "s")]
        assert cli.main([*words, "--every", "1"]) == 2
        waiting = " ".join(capsys.readouterr().err.split())
        assert cli.main([*words, "--once"]) == 2
        once = " ".join(capsys.readouterr().err.split())
    assert waiting.count("Rien n'est encore surveillé : vérifiez l'adresse") == 1
    assert "vérifiez l'adresse : le nom du site et le numéro de l'élection" in once


def test_that_nothing_is_watched_yet_is_said_again_each_hour() -> None:
    heard = Heard()
    troubles = Troubles(heard)
    said = []
    for minute in range(0, 150, 10):
        troubles.not_yet(60 * minute)
        said.append(len(heard.lines))
    assert said == [1] * 6 + [2] * 6 + [3] * 3
