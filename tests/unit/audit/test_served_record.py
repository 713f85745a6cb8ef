# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records of version 2 on the command line: folder, zip, ``--since``, report and JSON."""

from __future__ import annotations

import errno
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from audit import cli
from audit.record import open_record
from tests.tamper.record import SERVED, Files, served
from tests.tamper.test_journal_form import cancellation
from tests.tamper.test_journal_story import CANCELLED, FINI, NOTE, PANNE, THREE, Told, after
from tests.tamper.touches import put

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "docs/schemas/verify.schema.json").read_text("utf-8"))
NAME = "election.bel"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        status = cli.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


def folder(path: Path, files: Files) -> Path:
    path.mkdir()
    (path / NAME).write_bytes(files.archive.write())
    for name, data in files.files().items():
        (path / name).write_bytes(data)
    return path


def zipped(
    path: Path, record: Path, *, inside: str = "", method: int = zipfile.ZIP_DEFLATED
) -> Path:
    with zipfile.ZipFile(path, "w", method) as bundle:
        for file in sorted(record.iterdir()):
            bundle.write(file, f"{inside}{file.name}")
    return path


def judged(run: Run, *arguments: object) -> tuple[int, dict[str, Any]]:
    status, out, _ = run("verify", *arguments, "--json")
    value: dict[str, Any] = json.loads(out)
    jsonschema.validate(value, SCHEMA)
    return status, value


def test_folder_and_zip_give_one_verdict(tmp_path: Path, run: Run) -> None:
    record = folder(tmp_path / "record", served())
    (record / ".DS_Store").write_bytes(b"x")
    paths = [
        record,
        zipped(tmp_path / "top.zip", record),
        zipped(tmp_path / "in.zip", record, inside="record/"),
    ]
    verdicts = [judged(run, path) for path in paths]
    assert verdicts[0][0] == 0
    assert verdicts[0] == verdicts[1] == verdicts[2]
    kept = []
    for path in paths:
        with open_record(path) as opened:
            kept.append((opened.journal, opened.board_checkpoint, opened.journal_checkpoint))
    assert kept[0] == kept[1] == kept[2]
    assert None not in kept[0]


def test_the_json_tells_the_journal(tmp_path: Path, run: Run) -> None:
    record = folder(tmp_path / "record", served())
    _, value = judged(run, record)
    told = value["journal"]
    assert (told["entries"], told["suspensions"], told["incidents"]) == (18, 1, 5)
    assert told["cancelled"] is False
    assert [(a["number"], a["kind"]) for a in told["amendments"]] == [
        (1, "hours-changed"),
        (2, "booth-replaced"),
    ]
    assert judged(run, record / NAME)[1]["journal"] is None
    (record / "journal.jsonl").write_bytes(b"\n")
    status, value = judged(run, record)
    assert (status, value["journal"]) == (1, None)


def test_the_first_lines_tell_the_journal(tmp_path: Path, run: Run) -> None:
    record = folder(tmp_path / "record", served())
    status, out, _ = run("verify", record)
    assert status == 0
    head = " ".join(out.split("\n\n")[0].split())
    assert "Journal : 18 entrées, 1 suspension, 5 incidents, 2 votes contestés, 1 code" in head
    assert "horaires du 2026-10-08" in head
    assert "« Une grève »" in head
    assert "programme de vote remplacé (1 fichier)" in head
    assert "Signatures de clôture : Anne Lefèvre (directrice) et Bruno Diallo" in head
    assert "la parole du serveur" in " ".join(out.split())
    english = " ".join(run("verify", record, "--lang", "en")[1].split())
    assert "18 entries, 1 suspension, 5 incidents, 2 contested votes, 1 replaced code" in english


def test_an_archive_alone_says_that_the_journal_was_not_there(tmp_path: Path, run: Run) -> None:
    record = folder(tmp_path / "record", served())
    status, out, _ = run("verify", record / NAME)
    text = " ".join(out.split())
    assert status == 0
    assert "Journal : dans le dossier complet, pas dans cette archive seule" in text
    assert "il n'est pas dans l'archive seule" in text
    assert text.count("sans objet") == 7


@pytest.mark.parametrize("until", ["Ballot", "Result"])
def test_an_archive_alone_in_a_folder_is_an_archive_alone(
    tmp_path: Path, run: Run, until: str
) -> None:
    """Nobody is accused of what was not given; the report says where it is."""
    record = folder(tmp_path / "record", served(until=until))
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone" / NAME).write_bytes((record / NAME).read_bytes())
    status, out, _ = run("verify", record / NAME)
    assert status == 0
    inside = zipped(tmp_path / "in.zip", tmp_path / "alone", inside="alone/")
    (tmp_path / "alone" / ".DS_Store").write_bytes(b"x")
    for alone in (tmp_path / "alone", zipped(tmp_path / "alone.zip", tmp_path / "alone"), inside):
        assert run("verify", alone) == (status, out, "")
    assert "dossier complet, que donne la page publique" in " ".join(out.split())
    (record / "journal.jsonl").unlink()  # what has a part of a record is one
    assert run("verify", record)[0] == 1


def test_a_journal_at_fault_is_not_told(tmp_path: Path, run: Run) -> None:
    record = folder(tmp_path / "record", served({"board 5": put("root", "0" * 64)}))
    status, out, _ = run("verify", record)
    assert status == 1
    assert "Journal : pas vérifié, à cause d'un défaut" in out
    assert "Modifications" not in out


def test_a_cancelled_election_says_so_first(tmp_path: Path, run: Run) -> None:
    until, world = CANCELLED["while open"]
    record = folder(tmp_path / "record", served(world=world, until=until))
    status, out, _ = run("verify", record)
    head = " ".join(out.split("\n\n")[0].split())
    assert (status, head[:34]) == (0, "Cette élection a été annulée ; ce ")
    assert "État : ANNULÉE (vote en cours)" in head
    assert "par Anne Lefèvre (directrice) et Luc (maire), « Une erreur dans les listes »" in head
    assert judged(run, record)[1]["journal"]["cancelled"] is True


SEALED: Told = ("sealed", {})
OPENED: Told = ("opened", {})
OPEN = ("open", "vote en cours.", "the vote is open.")
STILL = ("suspended", "vote suspendu.", "the vote is suspended.")
NOT_BEGUN = ("set-up", "prête, le vote n'a pas commencé.", "ready, the vote has not begun.")


def stands(run: Run, record: Path) -> tuple[str, str, str]:
    """The state of a record in JSON, in French and in English."""
    words = []
    for lang, label in (("fr", "État : "), ("en", "State: ")):
        _, out, _ = run("verify", record, "--lang", lang)
        words.append(next(s for s in out.splitlines() if s.startswith(label)).removeprefix(label))
    return judged(run, record)[1]["state"], words[0], words[1]


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ([PANNE], STILL),
        ([PANNE, FINI], OPEN),
        ([PANNE, FINI, PANNE], STILL),
        ([NOTE], OPEN),
    ],
)
def test_a_vote_that_stands_still_is_not_said_to_go_on(
    tmp_path: Path, run: Run, told: list[Told], state: tuple[str, str, str]
) -> None:
    record = folder(tmp_path / "record", served(world=after(THREE, ballot_3=told), until="Ballot"))
    assert run("verify", record)[0] == 0
    assert stands(run, record) == state


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ([SEALED], NOT_BEGUN),
        ([SEALED, NOTE], NOT_BEGUN),
        ([SEALED, OPENED], OPEN),
        ([SEALED, OPENED, PANNE], STILL),
        ([SEALED, OPENED, PANNE, FINI], OPEN),
    ],
)
def test_people_vote_before_their_first_ballot_is_published(
    tmp_path: Path, run: Run, told: list[Told], state: tuple[str, str, str]
) -> None:
    record = folder(tmp_path / "record", served(world=after(THREE, setup=told), until="Setup"))
    assert run("verify", record)[0] == 0
    assert stands(run, record) == state


def test_of_a_cancelled_vote_the_journal_tells_how_far_it_was(tmp_path: Path, run: Run) -> None:
    for name, told, state in (("r", [SEALED, OPENED], OPEN), ("s", [SEALED], NOT_BEGUN)):
        world = after(THREE, setup=[*told, cancellation()])
        record = folder(tmp_path / name, served(world=world, until="Setup"))
        assert run("verify", record)[0] == 0
        code, french, english = state
        expected = f"ANNULÉE ({french[:-1]}).", f"CANCELLED ({english[:-1]})."
        assert stands(run, record) == (code, *expected)


@pytest.mark.parametrize(
    ("until", "state"),
    [
        ("Setup", ("set-up", "prête, aucun bulletin publié.", "ready, no ballot published.")),
        (
            "Ballot",
            (
                "open",
                "des bulletins publiés, pas encore la clôture.",
                "ballots published, not yet the closing.",
            ),
        ),
    ],
)
def test_without_a_verified_journal_the_state_is_what_the_board_shows(
    tmp_path: Path, run: Run, until: str, state: tuple[str, str, str]
) -> None:
    world = after(THREE, setup=[SEALED, OPENED], ballot_3=[PANNE])
    record = folder(tmp_path / "record", served(world=world, until=until))
    assert stands(run, record / NAME) == state
    (record / "journal.jsonl").write_bytes(b"{}\n")
    assert run("verify", record)[0] == 1
    assert stands(run, record) == state


def test_an_earlier_checkpoint_is_enough(tmp_path: Path, run: Run) -> None:
    early = folder(tmp_path / "early", served(until="Ballot"))
    late = folder(tmp_path / "late", served())
    stored = zipped(tmp_path / "stored.zip", early, method=zipfile.ZIP_STORED)  # as a server's is
    files = (early / NAME, early / "board.checkpoint", early / "journal.checkpoint")
    for since in (early, *files, zipped(tmp_path / "early.zip", early), stored):
        status, value = judged(run, late, "--since", since)
        assert status == 0
        assert next(c for c in value["checks"] if c["id"] == "C26")["outcome"] == "passed"
    for path in ("board.checkpoint", "journal.checkpoint"):
        status, out, _ = run("verify", early, "--since", late / path)
        assert (status, out[:14]) == (1, "Le dossier don")


def test_a_disk_that_is_full_or_ill_is_no_damaged_copy(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unpacking it, opening what was unpacked, or reading its archive beside the record's."""
    early = folder(tmp_path / "early", served(until="Ballot"))
    late = folder(tmp_path / "late", served())
    copy = zipped(tmp_path / "early.zip", early)

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for place in ("audit.bundle._copy", "tempfile.mkdtemp", "audit.earlier_copy.read_board"):
        with monkeypatch.context() as patched:
            patched.setattr(place, fail)
            status, out, err = run("verify", late, "--since", copy)
            assert (status, out) == (2, "")
            assert err.startswith("Aucun verdict : plus de place sur le disque")
            status, value = judged(run, late, "--since", copy)
        assert (status, value["verdict"], value["checks"]) == (2, "unreadable", [])
    assert run("verify", late, "--since", copy)[0] == 0


def test_a_checkpoint_that_is_none_gives_no_verdict(tmp_path: Path, run: Run) -> None:
    record = folder(tmp_path / "record", served(until="Ballot"))
    data = (record / "board.checkpoint").read_bytes()
    for damaged in (data[:-1], data + b"x", data.replace(b"\n5\n", b"\n05\n"), b"\n\n"):
        (tmp_path / "c").write_bytes(damaged)
        assert run("verify", record, "--since", tmp_path / "c")[0] == 2
    other = folder(tmp_path / "other", Files(served(until="Ballot").archive, [], "AnotherEleCtion"))
    status, out, _ = run("verify", record, "--since", other / "board.checkpoint")
    assert (status, "pas signé pour cette élection" in " ".join(out.split())) == (2, True)


def test_files_that_are_too_large_are_judged_by_their_check(tmp_path: Path, run: Run) -> None:
    record = folder(tmp_path / "record", served(until="Ballot"))
    (record / "journal.checkpoint").write_bytes(b"x" * 2**17)
    status, value = judged(run, record)
    failed = [check["id"] for check in value["checks"] if check["outcome"] == "failed"]
    assert (status, failed) == (1, ["C31"])


def test_the_school_of_these_tests_is_on_a_server() -> None:
    assert SERVED.served


@pytest.mark.parametrize(
    ("name", "failed"), [("journal.jsonl", "C27"), ("journal.checkpoint", "C31")]
)
def test_changed_line_ends_are_told_with_what_to_do(
    tmp_path: Path, run: Run, name: str, failed: str
) -> None:
    """A mail program or git writes them so; it is a fault all the same, told once."""
    record = folder(tmp_path / "record", served(world=after(THREE), until="Setup"))
    (record / name).write_bytes((record / name).read_bytes().replace(b"\n", b"\r\n"))
    status, value = judged(run, record)
    (check,) = [check for check in value["checks"] if check["outcome"] == "failed"]
    assert (status, check["id"], len(check["faults"])) == (1, failed, 1)
    assert "les fins de ligne ont été changées en route" in check["faults"][0]
    assert "reprenez ce fichier dans le zip d'où il vient" in check["faults"][0]


def test_an_earlier_checkpoint_with_changed_line_ends_is_told_so(tmp_path: Path, run: Run) -> None:
    record = folder(tmp_path / "record", served(world=after(THREE), until="Setup"))
    kept = tmp_path / "kept.checkpoint"
    kept.write_bytes((record / "board.checkpoint").read_bytes().replace(b"\n", b"\r\n"))
    status, out, _ = run("verify", record, "--since", kept)
    assert status == 2
    assert "les fins de ligne ont été changées en route" in " ".join(out.split())
