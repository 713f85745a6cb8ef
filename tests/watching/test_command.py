# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote-audit watch`` over HTTP, as a person starts it."""

from __future__ import annotations

import contextlib
import errno
import gzip
import json
import os
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import jsonschema
import pytest

from audit import cli
from audit.hashing import sha256_base64
from audit.watching.address import read_address
from audit.watching.agents import PLAIN
from audit.watching.site import Away, HttpSite
from tests.watching.attacks import promised
from tests.watching.board import BOOTH, HOST, UUID, Logs, TestBoard, states, whole
from tests.watching.http_board import send_headers, send_move, serving
from tests.watching.watched import Watched

FINGERPRINT = sha256_base64(whole().election_bytes)
SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "watch.schema.json"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        status = cli.main(["watch", *(str(argument) for argument in arguments)])
        captured = capsys.readouterr()
        return status, " ".join(captured.out.split()), " ".join(captured.err.split())

    return call


@pytest.fixture
def board() -> TestBoard:
    """Its clock is this machine's."""
    board = TestBoard()
    board.now = int(time.time())
    board.publish()
    return board


def test_a_first_visit_says_what_to_compare_and_the_end_what_was_kept(
    board: TestBoard, tmp_path: Path, run: Run
) -> None:
    with serving(board) as host:
        url = f"http://{host}/e/{UUID}"
        status, out, err = run(url, "--once", "--store", tmp_path / "s")
        assert (status, err) == (0, "")
        assert FINGERPRINT in out
        assert "Première visite : comparez cette empreinte" in out
        assert "Tout ce que l'urne montre jusqu'ici est en règle" in out
        record = tmp_path / "s" / "record"
        assert f"evote-audit verify DOSSIER --since {record}" in out
        status, out, _ = run(url, "--once", "--store", tmp_path / "s")
        assert status == 0
        assert "Première visite" not in out
        assert cli.main(["verify", str(record), "--since", str(record)]) == 0


def test_a_host_that_is_not_the_sealed_one_is_told_at_each_start(
    board: TestBoard, tmp_path: Path, run: Run
) -> None:
    """With both names, and without alarm: it may be a mirror."""
    with serving(board) as host:
        for _ in range(2):
            status, out, err = run(f"http://{host}/e/{UUID}", "--once", "--store", tmp_path / "s")
            assert (status, err) == (0, "")
            told = f"scellée pour le site {HOST}, et vous la surveillez à {host} : un miroir, ou"
            assert out.count(told) == 1
            assert out.index(told) < out.index("Tout ce que l'urne montre")


def test_the_whole_election_to_its_end(board: TestBoard, tmp_path: Path, run: Run) -> None:
    board.logs = Logs.at(len(states()) - 1)
    board.booth = {"/booth/app.js": b"another booth"}
    board.publish()
    with serving(board) as host:
        status, out, err = run(f"http://{host}/e/{UUID}", "--store", tmp_path / "s")
    assert (status, err) == (0, "")
    assert "Le vote est clos : 4 bulletins." in out
    assert "Le résultat est vérifié" in out


def test_an_alarm_gives_status_1_now_and_later(board: TestBoard, tmp_path: Path, run: Run) -> None:
    board.booth["/booth/app.js"] = b"stolen"
    with serving(board) as host:
        url = f"http://{host}/e/{UUID}"
        status, out, _ = run(url, "--once", "--store", tmp_path / "s", "--observer", "Mme Roux")
        assert status == 1
        assert "ALARME : le fichier du programme de vote « /booth/app.js »" in out
        evidence = tmp_path / "s" / "evidence" / "001-booth-changed.json"
        assert str(evidence) in out
        assert cli.main(["evidence", str(evidence)]) == 0
        assert json.loads(evidence.read_bytes())["observer"] == "Mme Roux"
        board.booth["/booth/app.js"] = b"app"
        status, out, _ = run(url, "--once", "--store", tmp_path / "s")
        assert status == 1
        assert "Ce dossier en est à 1 alarme" in out


def test_another_election_than_the_one_named_is_refused(
    board: TestBoard, tmp_path: Path, run: Run
) -> None:
    with serving(board) as host:
        url = f"http://{host}/e/{UUID}"
        status, out, _ = run(url, "--once", "--store", tmp_path / "s", "--fingerprint", "A" * 43)
        assert (status, FINGERPRINT in out) == (1, True)
        assert run(url, "--once", "--store", tmp_path / "s", "--fingerprint", FINGERPRINT)[0] == 0
        assert run(url, "--once", "--store", tmp_path / "s", "--fingerprint", "A" * 43)[0] == 1


def test_a_letters_link_serves_and_its_code_goes_nowhere(
    board: TestBoard, tmp_path: Path, run: Run
) -> None:
    code = "SECRET7CODE"
    asked = []

    def note(handler: BaseHTTPRequestHandler) -> bool:
        asked.append(handler.path + str(handler.headers))
        return False

    with serving(board, note) as host:
        url = f"http://{host}/v/{UUID}#{code}"
        status, out, err = run(url, "--once", "--store", tmp_path / "s")
    assert status == 0
    kept = b"".join(path.read_bytes() for path in (tmp_path / "s").rglob("*") if path.is_file())
    assert code not in out + err + "".join(asked)
    assert code.encode() not in kept
    status, out, err = run(f"gopher://{host}/v/{UUID}#{code}")
    assert (status, code in out + err) == (2, False)


def test_promises_are_taken_and_judged(board: TestBoard, tmp_path: Path, run: Run) -> None:
    watched = Watched(board, tmp_path / "other")
    promised(board, watched, board.now - 1)
    watched.close()
    path = tmp_path / "other" / "promises" / "from a parent.txt"
    board.now += 60
    board.publish()
    with serving(board) as host:
        url = f"http://{host}/e/{UUID}"
        promise = ("--once", "--store", tmp_path / "s", "--promise", path)
        status, out, _ = run(url, *promise)
        assert (status, "un bulletin promis à la place 1 au plus tard" in out) == (1, True)
        status, out, _ = run(url, *promise)
        assert status == 1
        assert "Ce dossier en est à 1 alarme" in out
        assert len(list((tmp_path / "s" / "promises").iterdir())) == 1
        (tmp_path / "no").write_bytes(b"no promise")
        assert run(url, "--once", "--store", tmp_path / "s", "--promise", tmp_path / "no")[0] == 2
        assert run(url, "--once", "--store", tmp_path / "s", "--promise", tmp_path / "?")[0] == 2


def test_two_watchers_do_not_share_a_store(board: TestBoard, tmp_path: Path, run: Run) -> None:
    watched = Watched(board, tmp_path / "s")
    watched.round()
    with serving(board) as host:
        status, _, err = run(f"http://{host}/e/{UUID}", "--once", "--store", tmp_path / "s")
        assert (status, "une autre surveillance" in err) == (2, True)
        watched.close()
        assert run(f"http://{host}/e/{UUID}", "--once", "--store", tmp_path / "s")[0] == 0


def test_json_is_a_line_an_event(
    board: TestBoard, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board.booth["/booth/app.js"] = b"stolen"
    del board.booth["/booth/index.html"]
    schema = json.loads(SCHEMA.read_text("utf-8"))
    with serving(board) as host:
        url = f"http://{host}/e/{UUID}"
        assert cli.main(["watch", url, "--once", "--store", str(tmp_path / "s"), "--json"]) == 1
    captured = capsys.readouterr()
    events = [json.loads(line) for line in captured.out.splitlines()]
    for event in events:
        jsonschema.validate(event, schema)
    names = [event["event"] for event in events]
    assert names == [
        *("started", "elsewhere", "compare", "alarm", "trouble"),
        *("verified", "unseen", "ended"),
    ]
    assert captured.err == ""


# ------------------------------------------------------------------ bad answers


def redirect(where: str) -> Callable[[BaseHTTPRequestHandler], bool]:
    def answer(handler: BaseHTTPRequestHandler) -> bool:
        if handler.path in BOOTH:  # of these it is an alarm: test_booth_headers.py
            return False
        send_move(handler, where)
        return True

    return answer


def status_of(code: int) -> Callable[[BaseHTTPRequestHandler], bool]:
    def answer(handler: BaseHTTPRequestHandler) -> bool:
        handler.send_error(code)
        return True

    return answer


def endless(handler: BaseHTTPRequestHandler) -> bool:
    """A checkpoint without end."""
    if not handler.path.endswith("/checkpoint"):
        return False
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b"x" * 2**16)
    except OSError:
        return True


def packed_bomb(handler: BaseHTTPRequestHandler) -> bool:
    """A small answer that becomes a large one."""
    if "app.js" not in handler.path or "gzip" not in handler.headers["Accept-Encoding"]:
        return False
    body = gzip.compress(bytes(2**26))
    handler.send_response(200)
    send_headers(handler)
    handler.send_header("Content-Encoding", "gzip")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
    return True


def packed_and_more(handler: BaseHTTPRequestHandler) -> bool:
    """What was compressed ends, and the answer does not."""
    if not handler.path.endswith("/checkpoint"):
        return False
    data = gzip.compress(b"checkpoint") + b"\1" * 2**22
    handler.send_response(200)
    handler.send_header("Content-Encoding", "gzip")
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    with contextlib.suppress(OSError):
        handler.wfile.write(data)
    return True


def torn(handler: BaseHTTPRequestHandler) -> bool:
    """Less than was announced."""
    if not handler.path.endswith("/checkpoint"):
        return False
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"vote")
    handler.close_connection = True
    return True


def unsigned(handler: BaseHTTPRequestHandler) -> bool:
    """A page of something else."""
    if not handler.path.endswith("/checkpoint"):
        return False
    handler.send_response(200)
    handler.send_header("Content-Length", "6")
    handler.end_headers()
    handler.wfile.write(b"<html>")
    return True


def other_part(handler: BaseHTTPRequestHandler) -> bool:
    """Another range than was asked for."""
    if "Range" not in handler.headers:
        return False
    handler.send_response(206)
    handler.send_header("Content-Range", "bytes 0-3/4")
    handler.send_header("Content-Length", "4")
    handler.end_headers()
    handler.wfile.write(b"BELE")
    return True


BAD = {
    "another site": (redirect("https://example.org/"), "il renvoie vers le site example.org"),
    "an address that is none": (redirect("http://[/"), "il renvoie vers le site ?"),
    "round and round": (redirect("/"), "il renvoie d'une page à l'autre"),
    "503": (status_of(503), "il répond par l'erreur 503"),
    "without end": (endless, "il répond par un texte démesuré"),
    "a bomb": (packed_bomb, "il répond par un texte démesuré"),
    "more than was packed": (packed_and_more, "sa réponse va plus loin que sa fin"),
    "torn": (torn, "sa réponse est coupée"),
    "something else": (unsigned, "il donne un point de contrôle mal formé"),
    "another part": (other_part, "il donne une autre partie que demandé"),
}


@pytest.mark.parametrize("phrase", BAD)
def test_a_bad_answer_is_said_and_is_no_alarm(
    phrase: str, board: TestBoard, tmp_path: Path, run: Run
) -> None:
    instead, sentence = BAD[phrase]
    with serving(board) as host:
        assert run(f"http://{host}/e/{UUID}", "--once", "--store", tmp_path / "s")[0] == 0
    board.go_on()
    with serving(board, instead) as host:
        status, out, err = run(f"http://{host}/e/{UUID}", "--once", "--store", tmp_path / "s")
    assert (status, sentence in err) == (0, True), (out, err)
    assert "ALARME" not in out


@pytest.mark.parametrize("phrase", ["another site", "503"])
def test_nothing_to_watch_is_status_2(
    phrase: str, board: TestBoard, tmp_path: Path, run: Run
) -> None:
    with serving(board, BAD[phrase][0]) as host:
        status, _, err = run(f"http://{host}/e/{UUID}", "--once", "--store", tmp_path / "s")
    assert (status, BAD[phrase][1] in err) == (2, True)
    assert run(f"http://{host}/e/{UUID}", "--once", "--store", tmp_path / "s")[0] == 2  # gone


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_a_booth_that_is_compressed_on_the_way_is_the_sealed_one(
    pack: Callable[[bytes], bytes], board: TestBoard, tmp_path: Path, run: Run
) -> None:
    def packed(handler: BaseHTTPRequestHandler) -> bool:
        body = board.booth.get(handler.path)
        if body is None or "gzip" not in handler.headers["Accept-Encoding"]:
            return False
        body = pack(body)
        handler.send_response(200)
        send_headers(handler)
        handler.send_header("Content-Encoding", "gzip" if pack is gzip.compress else "deflate")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
        return True

    with serving(board, packed) as host:
        status, out, err = run(f"http://{host}/e/{UUID}", "--once", "--store", tmp_path / "s")
    assert (status, err) == (0, ""), out


def test_a_server_without_ranges_is_watched_all_the_same(
    board: TestBoard, tmp_path: Path, run: Run
) -> None:
    def no_range(handler: BaseHTTPRequestHandler) -> bool:
        del handler.headers["Range"]
        return False

    with serving(board, no_range) as host:
        for _ in range(3):
            board.go_on()
            status, out, err = run(f"http://{host}/e/{UUID}", "--once", "--store", tmp_path / "s")
            assert (status, err) == (0, ""), out
            kept = (tmp_path / "s" / "record" / f"{UUID}.bel").read_bytes()
            assert kept == board.shown.body("board")


# ------------------------------------------------------------------ the process


def started(host: str, store: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "audit", "watch", f"http://{host}/e/{UUID}", "--every", "1"]
    return subprocess.Popen([*command, "--store", str(store)], stdout=subprocess.PIPE, text=True)


def test_ctrl_c_ends_with_the_verdict_and_a_kill_loses_nothing(
    board: TestBoard, tmp_path: Path
) -> None:
    with serving(board) as host:
        for _ in range(3):
            process = started(host, tmp_path / "s")
            assert process.stdout is not None
            assert process.stdout.readline()
            time.sleep(0.3)
            process.kill()
            process.communicate()
            board.publish()
        process = started(host, tmp_path / "s")
        assert process.stdout is not None
        first = process.stdout.readline()
        os.kill(process.pid, signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 0, first + out
    assert "est en règle" in " ".join(out.split())


def test_a_folder_that_takes_nothing_ends_the_watch_with_a_sentence(
    board: TestBoard, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    with serving(board) as host:
        url = f"http://{host}/e/{UUID}"
        with monkeypatch.context() as patch:
            patch.setattr("audit.watching.disk.os.fsync", full)
            status, _, err = run(url, "--once", "--store", tmp_path / "s")
        assert (status, "plus de place sur le disque" in err) == (2, True)
        assert run(url, "--once", "--store", tmp_path / "s")[0] == 0
        (tmp_path / "file").touch()
        assert run(url, "--once", "--store", tmp_path / "file")[0] == 2


def dripping(handler: BaseHTTPRequestHandler) -> bool:
    """A byte now and then, for ever: of the headers, or of the text."""
    with contextlib.suppress(OSError):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        if handler.path.endswith("text"):
            handler.wfile.write(b"Connection: close\r\n\r\n")
        while True:
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.1)
    return True


@pytest.mark.parametrize("path", ["/text", "/headers"])
def test_a_slow_answer_is_cut(path: str, board: TestBoard) -> None:
    with serving(board, dripping) as host:
        site = HttpSite(read_address(f"http://{host}/e/{UUID}"))
        began = time.monotonic()
        with pytest.raises(Away), site.get(path, PLAIN, patience=1) as given:
            given.whole(2**20)
        assert time.monotonic() - began < 15


def test_to_verify_nothing_of_the_watcher_is_loaded(tmp_path: Path) -> None:
    program = (
        "import sys, audit.cli; audit.cli.main(['verify', 'x']);"
        " sys.exit(any(n.startswith(('audit.watching', 'http', 'ssl')) for n in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_refusal_is_a_line_of_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["watch", "x", "--json"]) == 2
    [line] = capsys.readouterr().out.splitlines()
    jsonschema.validate(json.loads(line), json.loads(SCHEMA.read_text("utf-8")))
    assert json.loads(line)["event"] == "refused"
