# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote-audit witness serve``: kill -9, restarts, one at a time; what it is started with."""

from __future__ import annotations

import http.client
import random
import signal
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from audit.notes import decode_checkpoint
from tests.e2e.witnessing import HOST, NAME, PATIENCE, add, command, last, running
from tests.tamper.forge.logs import LogKey, board_key, journal_key, root
from tests.tamper.record import SERVED, served
from tests.tamper.test_witnesses import named
from tests.tamper.touches import put
from tests.unit.audit.witnesses import (
    ENTRIES,
    LOG,
    OTHERS,
    SIGNER,
    body,
    grown,
)

# ------------------------------------------------------------------ crashes and restarts


def test_killed_in_the_middle_it_never_forgets_what_it_said(tmp_path: Path) -> None:
    """kill -9 while requests come in: what was answered is there afterwards, and goes on."""
    rng, signed = random.Random(9), 0
    for _ in range(6):
        with running(tmp_path) as (process, port):
            kept = last(port)
            size = decode_checkpoint(kept.body).size if kept.status == 200 else 0
            assert size in (signed, signed + 1)  # what it had stored and not said may be there
            killer = threading.Timer(0.02 + rng.random() / 8, process.kill)
            killer.start()
            signed = size
            try:
                while True:
                    wanted = min(signed + 1, len(ENTRIES))
                    assert add(port, grown(signed, wanted)).status == 200
                    signed = wanted
            except (OSError, http.client.HTTPException):
                assert process.wait(PATIENCE) == -signal.SIGKILL
    with running(tmp_path) as (_, port):
        assert add(port, grown(signed + 9, signed + 9, OTHERS)).status in (400, 409)
        found = decode_checkpoint(last(port).body)
        assert found.root == root(ENTRIES[: found.size])


def test_a_folder_has_one_witness(tmp_path: Path) -> None:
    with running(tmp_path):
        second = subprocess.run(
            command(tmp_path), capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert (second.returncode, second.stdout) == (2, "")
        assert second.stderr.startswith("un autre témoin tourne déjà sur ce dossier")
    with running(tmp_path) as (_, port):
        assert last(port).status == 404


def test_an_interruption_ends_it(tmp_path: Path) -> None:
    with running(tmp_path) as (process, port):
        add(port, grown(0, 7))
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 130
        assert "interrompu" in process.communicate()[1]
    with running(tmp_path) as (_, port):
        assert decode_checkpoint(last(port).body).size == 7


def test_a_memory_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    with running(tmp_path) as (_, port):
        assert add(port, grown(0, 7)).status == 200
    note = tmp_path / "memory" / f"{NAME}.checkpoint"
    note.unlink()
    done = subprocess.run(
        command(tmp_path), capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    said = " ".join(done.stderr.split())
    assert f"n'est pas entière : {note.name} manque" in said
    assert "remettez le dossier entier" in said
    assert not note.exists()


def test_a_memory_replaced_while_it_runs_is_said_and_signs_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as (process, port):
        assert add(port, grown(0, 7)).status == 200
        (tmp_path / "memory").rename(tmp_path / "elsewhere")
        assert [add(port, grown(0, 9, OTHERS)).status, last(port).status] == [503, 503]
        (tmp_path / "memory").mkdir()
        assert add(port, grown(0, 9, OTHERS)).status == 503
        assert not list((tmp_path / "memory").iterdir())
        process.kill()
        assert "was replaced or removed while it runs" in process.communicate()[1]


def test_a_new_memory_is_said_to_be_new_once_and_empty_until_the_first_signature(
    tmp_path: Path,
) -> None:
    """A machine that is started again between sealing and opening has lost nothing."""
    new, empty = "mémoire neuve", "mémoire déjà faite, encore vide"
    for sizes, status, said in (((3, 7), 409, new), ((0, 7), 200, empty), ((7, 9), 200, None)):
        with running(tmp_path) as (process, port):
            assert add(port, grown(*sizes)).status == status
            process.kill()
            complaint = process.communicate()[1]
        assert [words for words in (new, empty) if words in complaint] == ([said] if said else [])


# ------------------------------------------------------------------ what it is started with


def test_it_follows_board_and_journal_of_an_election(tmp_path: Path) -> None:
    files = served(until="Ballot")
    (tmp_path / "e.bel").write_bytes(files.archive.write())
    with running(tmp_path, "--election", tmp_path / "e.bel") as (process, port):
        for key, entries in (
            (board_key(SERVED.uuid), files.events()),
            (journal_key(SERVED.uuid), files.lines),
        ):
            assert add(port, body(0, [], key.checkpoint(entries))).status == 200
        assert add(port, grown(0, 7)).status == 404
        process.kill()
        assert "cette élection ne nomme pas ce témoin" in process.communicate()[1]


def test_an_election_that_names_it_is_followed_without_a_word(tmp_path: Path) -> None:
    files = served({"evote": put("witnesses", named(1, [SIGNER]))}, until="Ballot")
    (tmp_path / "e.bel").write_bytes(files.archive.write())
    with running(tmp_path, "--election", tmp_path / "e.bel", "--log", LOG.vkey) as (process, port):
        assert add(port, grown(0, 7)).status == 200
        process.kill()
        assert "ne nomme pas" not in process.communicate()[1]


REFUSED: dict[str, tuple[list[str], str]] = {
    "no log": ([], "aucune urne à suivre"),
    "a log that is none": (["--log", "x"], "x : une clé de vérification mal formée"),
    "a witness's key for a log": (["--log", SIGNER.vkey], "une clé de vérification mal formée"),
    "an archive that is none": (["--election", "/nowhere"], "Aucun verdict : fichier introuvable"),
    "two keys of one log": (
        ["--log", LOG.vkey, LogKey(LOG.name, b"t" * 32).vkey],
        "deux clés pour",
    ),
    "an address without port": (["--log", LOG.vkey, "--listen", HOST], "--listen attend"),
    "a port too high": (["--log", LOG.vkey, "--listen", f"{HOST}:65536"], "--listen attend"),
    "no key": (["--log", LOG.vkey, "--key", "/nowhere"], "fichier introuvable : /nowhere"),
    "no folder": (["--log", LOG.vkey, "--store", "/dev/null/x"], "fichier introuvable"),
}


@pytest.mark.parametrize("phrase", REFUSED)
def test_what_it_cannot_start_with_is_said_in_a_sentence(phrase: str, tmp_path: Path) -> None:
    words, said = REFUSED[phrase]
    whole = [*command(tmp_path, "--lang", "fr"), *words]
    done = subprocess.run(whole, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as taken:
        number = taken.getsockname()[1]
        whole = [*command(tmp_path), "--listen", f"{HOST}:{number}"]
        done = subprocess.run(whole, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 2
    assert f"adresse {HOST}:{number} : un autre programme l'a déjà" in done.stderr
