# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote demo``: the story ends with the verifier's verdict; the seed fixes the result alone."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import jsonschema
import pytest

from evote.credentials.sealed import open_desk
from evote.demo.committee import PASSPHRASES_NAME
from protocol.secret import Secret
from tally.keyfile import load_keyfile
from tally.record import opened_record, verify_whole_record

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs/schemas/result.schema.json").read_text("utf-8"))
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
Done = subprocess.CompletedProcess[str]


def run(*arguments: str, before: Callable[[], None] | None = None, cwd: Path | None = None) -> Done:
    return subprocess.run(
        [sys.executable, "-m", "evote", "demo", *arguments],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=300,
        env=ENVIRONMENT,
        cwd=cwd,
        preexec_fn=before,
    )


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    folder = tmp_path_factory.mktemp("demo") / "school"
    return folder, run("--out", str(folder), "--voters", "24", "--seed", "été")


def test_the_story_ends_with_a_valid_election(story: tuple[Path, Done]) -> None:
    folder, done = story
    assert (done.returncode, done.stderr) == (0, "")
    assert "Vérificateur indépendant : ÉLECTION VALIDE" in done.stdout
    assert "graine été" in done.stdout
    assert "24 parents" in done.stdout
    (archive,) = folder.glob("*.bel")
    assert archive.name in done.stdout


def test_the_story_fits_a_screen(story: tuple[Path, Done]) -> None:
    lines = story[1].stdout.replace(str(story[0]), "DOSSIER").split("\n")
    assert all(len(line) <= 80 for line in lines)
    assert len(lines) <= 45


def test_the_folder_holds_what_was_promised(story: tuple[Path, Done]) -> None:
    folder, _ = story
    (archive,) = folder.glob("*.bel")
    record = folder / "record"
    assert {path.name for path in record.iterdir()} == {
        *(archive.name, "journal.jsonl", "board.checkpoint", "journal.checkpoint"),
    }
    assert (record / archive.name).read_bytes() == archive.read_bytes()
    assert {path.name for path in folder.iterdir()} == {
        *(archive.name, "checked-ballot.json", "desk", "minutes.txt", "onde.csv"),
        *("record", "record.zip", "result.json", "roll-sealed.json", "server", "trustees"),
    }
    log = (folder / "server" / "server.log").read_text("utf-8")
    assert {json.loads(line)["level"] for line in log.splitlines()} <= {"info", "warning"}


def test_the_record_is_that_of_a_server_from_sealing_to_result(story: tuple[Path, Done]) -> None:
    entries = (story[0] / "record" / "journal.jsonl").read_bytes().splitlines()
    kinds = [json.loads(entry)["kind"] for entry in entries]
    assert kinds == ["sealed", "opened", "closed", "closing-signed", "tallied"]
    with opened_record(story[0] / "record.zip") as record:
        assert verify_whole_record(record) is not None
    checked = json.loads((story[0] / "checked-ballot.json").read_bytes())
    assert checked["ballot"]["credential"].encode() in record_ballots(story[0])


def record_ballots(folder: Path) -> bytes:
    (archive,) = (folder / "record").glob("*.bel")
    return archive.read_bytes().partition(b'"type":"Setup"')[2]


@pytest.mark.parametrize("place", ["record", "record.zip"])
def test_another_run_of_the_verifier_agrees(story: tuple[Path, Done], place: str) -> None:
    folder, _ = story
    command = [sys.executable, "-m", "audit", "verify", str(folder / place), "--json"]
    report = json.loads(
        subprocess.run(command, capture_output=True, env=ENVIRONMENT, check=True).stdout
    )
    result = json.loads((folder / "result.json").read_bytes())
    assert (report["verdict"], report["profile"], report["state"]) == ("valid", "preau", "tallied")
    assert report["ballots"] == result["ballots"]
    assert report["rehearsal"] is result["rehearsal"]
    assert report["result"] == [[result["blank"], *(each["votes"] for each in result["lists"])]]


def test_the_folder_around_the_record_is_not_taken_for_it(story: tuple[Path, Done]) -> None:
    folder, _ = story
    command = [sys.executable, "-m", "audit", "verify", str(folder)]
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", env=ENVIRONMENT, check=False
    )
    assert done.returncode == 2
    assert "C27" not in done.stdout + done.stderr
    assert f"vérifiez {folder}/record" in " ".join(done.stderr.split())


def test_the_result_follows_its_schema_and_adds_up(story: tuple[Path, Done]) -> None:
    result = json.loads((story[0] / "result.json").read_bytes())
    jsonschema.validate(result, SCHEMA, format_checker=jsonschema.FormatChecker())
    assert result["electors"] == 24
    assert result["blank"] + result["valid_votes"] == result["ballots"] <= 24
    assert sum(each["votes"] for each in result["lists"]) == result["valid_votes"]


def test_the_minutes_carry_the_result(story: tuple[Path, Done]) -> None:
    minutes = (story[0] / "minutes.txt").read_text("utf-8")
    assert "PROCÈS-VERBAL" in minutes
    result = json.loads((story[0] / "result.json").read_bytes())
    for each in result["lists"]:
        assert f"{each['votes']:>6} voix" in minutes


def test_the_same_seed_gives_the_same_result_and_other_keys(
    story: tuple[Path, Done], tmp_path: Path
) -> None:
    folder, _ = story
    again = tmp_path / "again"
    assert run("--out", str(again), "--voters", "24", "--seed", "été").returncode == 0
    assert (again / "result.json").read_bytes() == (folder / "result.json").read_bytes()
    assert (again / "onde.csv").read_bytes() == (folder / "onde.csv").read_bytes()
    for name in ("desk/letters.txt", "desk/public-credentials.json", "trustees/trustees.json"):
        assert (again / name).read_bytes() != (folder / name).read_bytes()
    assert next(again.glob("*.bel")).name != next(folder.glob("*.bel")).name


@pytest.mark.soak
def test_another_seed_gives_another_school(story: tuple[Path, Done], tmp_path: Path) -> None:
    other = tmp_path / "other"
    assert run("--out", str(other), "--voters", "24", "--seed", "hiver").returncode == 0
    assert (other / "result.json").read_bytes() != (story[0] / "result.json").read_bytes()


def test_the_key_files_and_the_desk_open_with_the_words_beside_them(
    story: tuple[Path, Done],
) -> None:
    trustees, desk = story[0] / "trustees", story[0] / "desk"
    lines = (trustees / PASSPHRASES_NAME).read_text("utf-8").split("\n")
    words = dict(line.split("  ") for line in lines if line.startswith("secret-"))
    assert len(words) == 3
    for name, passphrase in words.items():
        assert load_keyfile(trustees / name, Secret(passphrase)).index == int(name[7])
    passphrase = (desk / "DEMO-ONLY-passphrase.txt").read_text("utf-8").strip()
    memory = open_desk((desk / "desk-sealed").read_bytes(), Secret(passphrase))
    assert len(memory.credentials) == 24


def test_no_code_is_outside_the_letters(story: tuple[Path, Done]) -> None:
    folder, done = story
    letters = (folder / "desk" / "letters.txt").read_text("utf-8")
    links = [line.split("#")[1] for line in letters.split("\n") if "#" in line]
    assert len(links) == 24
    others = [path for path in folder.rglob("*") if path.is_file() and path.name != "letters.txt"]
    everything = b"\n".join(path.read_bytes() for path in others) + done.stdout.encode()
    for code in links:
        assert code.encode() not in everything
        assert code.replace("-", "").encode() not in everything


@pytest.mark.share(2)
@pytest.mark.parametrize("voters", ["2", "3"])
def test_a_tiny_school_votes_too(tmp_path: Path, voters: str) -> None:
    done = run("--out", str(tmp_path / "tiny"), "--voters", voters)
    assert done.returncode == 0, done


# -------------------------------------------------------------------- refusals


def refused(done: Done, status: int, sentence: str) -> None:
    assert done.returncode == status, done
    lines = done.stderr.rstrip("\n").split("\n")
    assert lines[0].startswith("evote : ")
    assert sentence in lines[0]
    assert len(lines) == 2
    assert lines[1].startswith("conseil : ")


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("dear to me")
    refused(run("--out", str(tmp_path)), 1, "n'est pas vide")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_file_in_the_place_of_the_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("dear to me")
    refused(run("--out", str(tmp_path / "mine")), 2, "est un fichier")
    refused(run("--out", str(tmp_path / "mine" / "deeper")), 2, "est un fichier")


@pytest.mark.parametrize("voters", ["1", "0", "-3", "20001", "beaucoup"])
def test_a_school_of_another_size_is_refused(tmp_path: Path, voters: str) -> None:
    done = run("--out", str(tmp_path / "new"), f"--voters={voters}")
    assert done.returncode == 2
    assert not (tmp_path / "new").exists()


def test_the_empty_current_folder_will_do(tmp_path: Path) -> None:
    done = run("--out", ".", "--voters", "4", cwd=tmp_path)
    assert done.returncode == 0, done
    assert (tmp_path / "result.json").exists()


@contextmanager
def voting(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A story whose parents are voting, on every processor, in a process group of its own."""
    command = [sys.executable, "-m", "evote", "demo", "--out", str(folder), "--voters", "240"]
    running = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=ENVIRONMENT | {"PYTHONUNBUFFERED": "1"},
        start_new_session=True,
    )
    try:
        assert running.stdout is not None
        for line in running.stdout:
            if line.startswith("Vérification"):
                break
        yield running
    finally:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()


def ends(running: subprocess.Popen[str], folder: Path) -> str:
    """Wait for the end; nothing may be left, no process either; return what it said."""
    _, errors = running.communicate(timeout=60)
    assert not folder.exists()
    deadline = time.monotonic() + 10
    while left := processes_of(running):  # what Python itself started sees the end a little later
        assert time.monotonic() < deadline, left
        time.sleep(0.1)
    return errors


def processes_of(running: subprocess.Popen[str]) -> dict[int, str]:
    """The commands of the story's process group that are alive, by number."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it may end while we look
            state, _, group = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
            if int(group) == running.pid and state != "Z":
                found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
    return found


@pytest.mark.share(3)
@pytest.mark.parametrize(
    ("everybody", "after"),
    [(True, 0.1), (True, 0.5), (True, 1.5), (False, 0.5)],
    ids=["Ctrl-C at once", "Ctrl-C soon", "Ctrl-C later", "a request to terminate"],
)
def test_an_interruption_leaves_nothing(
    tmp_path: Path,
    everybody: bool,  # noqa: FBT001
    after: float,
) -> None:
    folder = tmp_path / "new"
    with voting(folder) as running:
        time.sleep(after)
        if everybody:
            os.killpg(running.pid, signal.SIGINT)
        else:
            running.send_signal(signal.SIGTERM)
        assert ends(running, folder) == "evote : interrompu\n"
        assert running.returncode == 130


def test_a_server_that_dies_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    with voting(folder) as running:
        (server,) = [pid for pid, words in processes_of(running).items() if " serve " in words]
        os.kill(server, signal.SIGKILL)
        errors = ends(running, folder)
        assert running.returncode == 1
    assert errors.startswith("evote : le serveur s'est arrêté en route\nconseil : ")
    assert errors.count("\n") == 2


@pytest.mark.share(3)
@pytest.mark.parametrize(
    ("room", "sentence"),
    [
        (60_000, "le serveur n'a pas pu démarrer"),
        (350_000, "impossible d'écrire dans la base de l'élection"),  # at the organiser's desk
        (1_500_000, "le serveur ne peut rien enregistrer en ce moment"),  # parents are voting
    ],
)
def test_a_full_disk_leaves_nothing(tmp_path: Path, room: int, sentence: str) -> None:
    def little_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    done = run("--out", str(tmp_path / "new"), "--voters", "60", before=little_room)
    refused(done, done.returncode, sentence)
    assert done.returncode in (1, 2)
    assert not (tmp_path / "new").exists()
