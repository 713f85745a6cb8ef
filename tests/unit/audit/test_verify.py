# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command: exit status, JSON alone on standard output, sentences for people (§16, §17.2)."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from audit import cli
from audit.catalogue import CATALOGUE
from audit.titles import TITLES
from audit.words import shown
from tests.tamper.damage import SCHOOL
from tests.tamper.forge.remake import Forge
from tests.tamper.surgery import Archive
from tests.unit.audit import peer

ROOT = Path(__file__).parents[3]
OF_THE_JOURNAL = ["C27", "C28", "C29", "C30", "C31", "C32"]
SCHEMA = json.loads((ROOT / "docs/schemas/verify.schema.json").read_text("utf-8"))


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = cli.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def verdict(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, Any]]:
    status, out, _ = run(capsys, "verify", *arguments, "--json")
    value: dict[str, Any] = json.loads(out)
    jsonschema.validate(value, SCHEMA)
    return status, value


def outcomes(value: dict[str, Any]) -> dict[str, str]:
    return {check["id"]: check["outcome"] for check in value["checks"]}


def test_the_catalogue_is_the_table_of_the_protocol() -> None:
    text = (ROOT / "docs/protocol.md").read_text("utf-8")
    table = re.findall(r"^\| (C\d\d) \| (.*?) \| §", text, re.MULTILINE)
    assert [(entry.id, entry.title.en) for entry in CATALOGUE] == table
    assert list(TITLES) == [entry.id for entry in CATALOGUE]


@pytest.mark.parametrize("name", peer.RESULTS)
def test_every_election_of_the_peer_is_valid(capsys: pytest.CaptureFixture[str], name: str) -> None:
    status, value = verdict(capsys, peer.archive(name))
    assert (status, value["verdict"], value["profile"]) == (0, "valid", "belenios")
    assert tuple(tuple(row) for row in value["result"]) == peer.RESULTS[name]
    assert set(outcomes(value).values()) == {"passed", "not_applicable"}


@pytest.mark.parametrize("name", peer.OPEN)
def test_an_open_election_is_valid_so_far(capsys: pytest.CaptureFixture[str], name: str) -> None:
    status, value = verdict(capsys, peer.archive(name, still_open=True))
    assert (status, value["state"], value["result"]) == (0, "open", None)
    assert outcomes(value)["C18"] == "not_applicable"
    _, out, _ = run(capsys, "verify", peer.archive(name, still_open=True))
    first = out.replace("\n  ", " ").splitlines()[0]
    assert "pas encore de résultat" in first
    assert "vérifié" not in first


def test_two_processes_say_the_same_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    path = peer.archive("six-lists-300")
    assert verdict(capsys, path, "--jobs", "2") == verdict(capsys, path, "--jobs", "1")


def test_workers_report_faults_and_where(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data = bytearray(peer.archive("six-lists-300").read_bytes())
    board = peer.board("six-lists-300")
    for index in (3, 250):
        data[board.ballots.offsets[index] + 1000] ^= 1
    (tmp_path / "a.bel").write_bytes(data)
    reports = [verdict(capsys, tmp_path / "a.bel", "--jobs", jobs) for jobs in (1, 2)]
    assert reports[0] == reports[1]
    status, value = reports[0]
    found = outcomes(value)
    assert (status, found["C02"], found["C18"]) == (1, "failed", "not_reached")
    faults = " ".join(fault for check in value["checks"] for fault in check["faults"])
    assert f"événement {board.ballots.heights[250]} " in faults


def test_a_plain_election_says_what_it_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    path = peer.archive("plain")
    _, french, _ = run(capsys, "verify", path)
    _, english, _ = run(capsys, "verify", path, "--lang", "en")
    assert french.splitlines()[0].startswith("Élection Belenios, sans les garanties de Préau")
    assert english.splitlines()[0].startswith("A Belenios election, without the guarantees")
    assert "Ce que cette vérification ne peut pas dire" in french
    assert "What this verification cannot tell" in english


def test_the_guarantees_of_preau_can_be_demanded(capsys: pytest.CaptureFixture[str]) -> None:
    status, value = verdict(capsys, peer.archive("plain"), "--require", "preau")
    assert (status, value["verdict"], value["profile"]) == (1, "invalid", "belenios")
    found = outcomes(value)
    assert [check for check, outcome in found.items() if outcome == "failed"] == ["C10"]
    unreached = [check for check, outcome in found.items() if outcome == "not_reached"]
    assert unreached == ["C11", "C12", "C17", "C21", "C24", "C25", *OF_THE_JOURNAL]
    _, out, _ = run(capsys, "verify", peer.archive("plain"), "--require", "preau")
    assert out.splitlines()[0] == (
        "Cette élection n'a pas les garanties de Préau, qui étaient exigées."
    )
    assert "sans objet pour une élection Belenios" in out.splitlines()[4]


def test_our_guarantees_change_nothing_where_they_are_given(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "a.bel").write_bytes(Forge(SCHOOL).archive())
    for path in (tmp_path / "a.bel", tmp_path):
        assert verdict(capsys, path, "--require", "preau") == verdict(capsys, path)


def test_a_record_with_signatures_is_held_to_preau(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    shutil.copy(peer.archive("plain"), tmp_path)
    (tmp_path / "setup-signatures.json").write_bytes(b"{}")
    assert verdict(capsys, tmp_path)[0] == 1


def test_an_earlier_state_is_found_again(capsys: pytest.CaptureFixture[str]) -> None:
    late, early = peer.archive("plain"), peer.archive("plain", still_open=True)
    for since in (early, early.parent, late):
        status, value = verdict(capsys, late, "--since", since)
        assert (status, outcomes(value)["C26"]) == (0, "passed")


def test_an_earlier_state_that_differs_is_a_fault(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    late, early = peer.archive("plain"), peer.archive("plain", still_open=True)
    other = Archive.read(early.read_bytes())
    del other.members[-2:]  # its last ballot, and in its place once more the one before
    other.members += [member.copy() for member in other.members[-2:]]
    other.repair()
    (tmp_path / "other.bel").write_bytes(other.write())
    for path, since, said in (
        (early, late, "L'archive donnée est plus ancienne que celle de --since"),
        (late, tmp_path / "other.bel", "Ce dossier et la copie de --since diffèrent, et rien"),
    ):
        status, value = verdict(capsys, path, "--since", since)
        assert (status, outcomes(value)["C26"]) == (1, "failed")
        _, out, _ = run(capsys, "verify", path, "--since", since)
        assert out.startswith(said)
        assert "Liste A" not in out


@pytest.mark.parametrize("what", ["a flipped bit", "another election", "nothing at all"])
def test_an_earlier_copy_that_is_damaged_accuses_nobody(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, what: str
) -> None:
    late, early = peer.archive("plain"), peer.archive("plain", still_open=True)
    changed = bytearray(early.read_bytes())
    changed[-600] ^= 1
    (tmp_path / "flipped.bel").write_bytes(changed)
    (tmp_path / "empty.bel").write_bytes(b"")
    copies = (tmp_path / "flipped.bel", peer.archive("t35"), tmp_path / "empty.bel")
    since = dict(zip(("a flipped bit", "another election", "nothing at all"), copies, strict=True))
    status, value = verdict(capsys, late, "--since", since[what])
    assert (status, value["verdict"], value["result"]) == (2, "unreadable", None)
    found = outcomes(value)
    assert (found.pop("C26"), "failed" in found.values()) == ("not_reached", False)
    _, out, _ = run(capsys, "verify", late, "--since", since[what])
    said = " ".join(out.split())
    assert "toutes les vérifications de ce format ont réussi" in said
    assert "Attention : la comparaison demandée par --since n'a pas été faite" in said
    assert "Liste A" in out


def test_what_cannot_be_read_gives_no_verdict(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "empty.bel").write_bytes(b"")
    (tmp_path / "text.bel").write_bytes(b"\x1b[31mnot an archive" * 100)
    (tmp_path / "none").mkdir()
    good = peer.archive("plain")
    for arguments in (
        [tmp_path / "empty.bel"],
        [tmp_path / "text.bel"],
        [tmp_path / "none"],
        [tmp_path / "missing\x1b[31m"],
        [good, "--since", tmp_path / "missing"],
    ):
        status, value = verdict(capsys, *arguments)
        assert (status, value["verdict"], value["checks"]) == (2, "unreadable", [])
        status, out, err = run(capsys, "verify", *arguments)
        sentence, *hint = err.replace("\n  ", " ").splitlines()
        assert (status, out, sentence[:16]) == (2, "", "Aucun verdict : ")
        assert [line[:10] for line in hint] == ["conseil : "]
        assert "\x1b" not in err
        assert "Traceback" not in err


def test_a_bug_is_never_a_verdict(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def bug(_file: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr("audit.verify.read_board", bug)
    status, value = verdict(capsys, peer.archive("plain"))
    assert (status, value["verdict"]) == (2, "unreadable")
    assert "défaut du vérificateur" in run(capsys, "verify", peer.archive("plain"))[2]


def test_an_interruption_is_its_own_status(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_file: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("audit.verify.read_board", interrupt)
    assert run(capsys, "verify", peer.archive("plain"))[0] == 130


def test_a_zip_that_holds_more_is_not_judged(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    shutil.make_archive(str(tmp_path / "r"), "zip", peer.archive("plain").parent)
    status, value = verdict(capsys, tmp_path / "r.zip")
    assert (status, value["verdict"], value["checks"]) == (2, "unreadable", [])


def test_nothing_of_the_record_acts_on_a_terminal() -> None:
    assert shown("a\x1b[2J\u202eb\x9bc\u200dd\n") == "a\\u001b[2J\\u202eb\\u009bc\\u200dd\\u000a"
    assert shown("é" * 100) == "é" * 60 + "…"
