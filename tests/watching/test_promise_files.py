# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is put into the folder of promises: half copied, of another election, replaced, or none."""

from __future__ import annotations

import json
import time
from pathlib import Path

import jsonschema
import pytest

from audit import cli
from tests.tamper.forge.logs import board_key
from tests.tamper.forge.papers import promise
from tests.unit.audit.receipts import of, whole
from tests.watching.attacks import promised
from tests.watching.board import HOST, STEP, UUID, TestBoard
from tests.watching.http_board import serving
from tests.watching.test_command import SCHEMA
from tests.watching.watched import Watched

OTHER = board_key(UUID[:-1] + "z", HOST)


def strangers(watched: Watched) -> list[str]:
    return [name for name, _ in watched.watcher.promised.files.strangers()]


def of_another_election() -> bytes:
    return promise(b"event", 1, b"ballot", OTHER)


def test_a_file_that_was_read_while_it_was_copied_is_read_again(
    board: TestBoard, watched: Watched
) -> None:
    promised(board, watched, board.now + STEP - 1)
    path = watched.folder / "promises" / "from a parent.txt"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert watched.round() == []
    assert strangers(watched) == [path.name]
    assert watched.round() == []
    assert strangers(watched) == []  # said once
    path.write_bytes(whole)
    board.pass_time(2 * STEP)
    assert [alarm.kind for alarm in watched.round()] == ["promise-broken"]
    assert strangers(watched) == []


def test_a_promise_that_is_kept_may_be_replaced_by_another(
    board: TestBoard, watched: Watched
) -> None:
    promised(board, watched, board.now + 5 * STEP)
    path = watched.folder / "promises" / "from a parent.txt"
    board.cast()  # in the place of the one that was promised
    board.pass_time()
    assert [alarm.kind for alarm in watched.round()] == ["promise-broken"]
    promised(board, watched, board.now + STEP - 1)
    assert path.exists()
    board.pass_time(2 * STEP)
    assert [alarm.kind for alarm in watched.round()] == ["promise-broken"]


def test_what_is_no_promise_of_this_election_is_named_with_the_reason(
    board: TestBoard, watched: Watched
) -> None:
    folder = watched.folder / "promises"
    (folder / "other").write_bytes(of_another_election())
    (folder / "none.new").write_bytes(b"none")
    (folder / ".hidden").write_bytes(b"of a file manager")
    (folder / "promise-0001.txt.new").write_bytes(b"our own, half written")
    (folder / "folder").mkdir()
    (folder / "gone").symlink_to("nowhere")
    assert watched.round() == []
    told = dict(watched.watcher.promised.files.strangers())
    assert sorted(told) == ["folder", "gone", "none.new", "other"]
    assert "de cette élection" in told["other"].fr
    (folder / "other").write_bytes(of_another_election() + b"\n")
    assert watched.round() == []
    assert strangers(watched) == ["other"]


# ------------------------------------------------------------------ the command


@pytest.fixture
def board_of_now(board: TestBoard) -> TestBoard:
    board.now = int(time.time())
    board.publish()
    return board


def test_the_command_says_it_once_in_each_run(
    board_of_now: TestBoard, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(board_of_now) as host:
        arguments = [
            "watch",
            f"http://{host}/e/{UUID}",
            "--once",
            "--store",
            str(tmp_path),
            "--json",
        ]
        assert cli.main(arguments) == 0
        (tmp_path / "promises" / "other").write_bytes(of_another_election())
        capsys.readouterr()
        assert cli.main(arguments) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for line in lines:
        jsonschema.validate(line, json.loads(SCHEMA.read_text("utf-8")))
    (said,) = [line for line in lines if line["event"] == "stranger"]
    assert said["name"] == "other"
    assert said["text"].startswith("« other », dans « promises », n'est pas suivi")


@pytest.mark.parametrize("visit", ["first", "second"])
def test_another_elections_promise_on_the_command_line_is_refused(
    visit: str, board_of_now: TestBoard, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "other.promise"
    path.write_bytes(of_another_election())
    with serving(board_of_now) as host:
        arguments = ["watch", f"http://{host}/e/{UUID}", "--once", "--store", str(tmp_path / "s")]
        if visit == "second":
            assert cli.main(arguments) == 0
        assert cli.main([*arguments, "--promise", str(path)]) == 2
    assert "n'est pas une promesse de cette élection" in " ".join(capsys.readouterr().err.split())
    assert list((tmp_path / "s" / "promises").iterdir()) == []


def test_a_receipt_in_the_place_of_a_promise_is_called_one(
    watched: Watched, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On the command line, before anything is asked, with what to do; and in the folder."""
    paper = of(whole(), 2)
    path = tmp_path / "my.tlog-proof"
    path.write_bytes(paper)
    assert cli.main(["watch", f"https://{HOST}/e/{UUID}", "--promise", str(path)]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "my.tlog-proof : c'est un reçu, pas une promesse" in said
    assert "conseil : vérifiez-le par « evote-audit receipt FICHIER DOSSIER »" in said
    (watched.folder / "promises" / path.name).write_bytes(paper)
    assert watched.round() == []
    ((name, why),) = watched.watcher.promised.files.strangers()
    assert (name, why.fr[:12]) == (path.name, "c'est un reç")
