# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the report and the JSON say of checkpoints and witnesses: who signed, when, and for what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from audit import cli
from audit.moments import moment
from tests.tamper.forge.logs import STAMPED_AT, Cosigner
from tests.tamper.record import BOARD, Files, served
from tests.tamper.test_witnesses import A, B, C, by, flipped, named, stamp, witnessed

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "docs/schemas/verify.schema.json").read_text("utf-8")
)
LATER = STAMPED_AT + 86_400


def told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, files: Files, language: str = "fr"
) -> tuple[str, dict[str, Any]]:
    """The first lines of the report, and the JSON."""
    (tmp_path / "election.bel").write_bytes(files.archive.write())
    for name, data in files.files().items():
        (tmp_path / name).write_bytes(data)
    cli.main(["verify", str(tmp_path), "--lang", language])
    head = " ".join(capsys.readouterr().out.split("\n\n")[0].split())
    cli.main(["verify", str(tmp_path), "--json"])
    value: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema.validate(value, SCHEMA)
    return head, value


def at(signer: Cosigner, time: int) -> Any:  # noqa: ANN401
    return lambda _, text: signer.line(text, time)


def test_who_cosigned_and_when_is_said_first(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    files = witnessed([stamp, at(A, LATER), at(B, STAMPED_AT)], [stamp, at(A, STAMPED_AT), *by(B)])
    head, value = told(capsys, tmp_path, files)
    assert (
        "Dernière publication : 10 événements de l'urne et 18 entrées du journal, signés par le"
        " serveur le 10 octobre 2026 à 3 h 40 UTC." in head
    )
    assert (
        "Témoins : 2 sur 3 ont cosigné, l'élection en demande 2 : fcpe.exemple.fr/temoin (le 10"
        " octobre 2026 à 3 h 40 UTC) et mairie.exemple.fr (le 10 octobre 2026 à 3 h 40 UTC) ; sans"
        " peep.exemple.fr/temoin." in head
    )
    assert "Qui répond de quoi : le bureau, par ses signatures, de la mise en place" in head
    assert "chaque témoin, de n'avoir vu ni raccourcir ni réécrire" in head
    told_keys = [f"{key.name} [{key.id.hex()}]" for key in (A, B, C)]
    assert f"Clés des témoins : {told_keys[0]}, {told_keys[1]} et {told_keys[2]}." in head
    assert value["witness_keys"] == [A.vkey, B.vkey, C.vkey]
    found = value["checkpoints"]
    assert (found["quorum"], found["witnesses"]) == (2, [A.name, B.name, C.name])
    assert found["board"]["stamped_at"] == STAMPED_AT
    assert found["board"]["size"] == 10
    assert found["board"]["cosigned"] == [
        {"name": A.name, "at": LATER},
        {"name": B.name, "at": STAMPED_AT},
    ]
    assert [row["at"] for row in found["journal"]["cosigned"]] == [STAMPED_AT, STAMPED_AT]


AHEAD, OPEN_AHEAD = 366 * 86_400, 3 * 86_400
TIMES: dict[str, tuple[int, str, str]] = {
    "seventy years ahead": (STAMPED_AT + 70 * AHEAD, "Result", "plus d'un an après"),
    "a year ahead": (STAMPED_AT + AHEAD, "Result", ""),
    "as in 1970": (0, "Result", "avant ce qu'il signe"),
    "an hour before the result": (STAMPED_AT - 3600, "Result", "avant ce qu'il signe"),
    "a quarter of an hour before": (STAMPED_AT - 900, "Result", ""),
    "silent for days since the result": (STAMPED_AT + OPEN_AHEAD, "Result", ""),
    "silent for days while people vote": (STAMPED_AT - OPEN_AHEAD, "Ballot", ""),
    "as in 1970 while people vote": (5, "Ballot", "avant ce qu'il signe"),
}


@pytest.mark.parametrize("phrase", TIMES)
def test_a_time_that_cannot_be_is_told_and_accuses_nobody(
    phrase: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    time, until, said = TIMES[phrase]
    lines = [stamp, at(A, time), *by(B)]
    files = witnessed(lines, lines, until=until)
    head, value = told(capsys, tmp_path, files)
    assert ("Heures de témoins : " in head) == bool(said)
    assert f"Heures de témoins : {A.name} {said}" in head or not said
    assert value["verdict"] == "valid"


def test_a_witness_of_one_log_alone_is_told_as_such(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    head, _ = told(
        capsys, tmp_path, witnessed([stamp, *by(A)], [stamp, *by(C)], until="Ballot"), "en"
    )
    assert "Last publication: 5 events of the board and 10 entries of the journal, signed" in head
    assert "1 of 3 co-signed, the election demands 2: fcpe.exemple.fr/temoin (on 10" in head
    assert "at 03:40 UTC, the board only) and peep.exemple.fr/temoin (on" in head
    assert "UTC, the journal only); without mairie.exemple.fr." in head


def test_without_witnesses_the_reader_is_told_to_compare(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    head, value = told(capsys, tmp_path, served())
    assert "Témoins : l'élection n'en nomme pas." in head
    assert "comparez vos copies" in head
    found = value["checkpoints"]
    assert (found["quorum"], found["witnesses"], found["journal"]["cosigned"]) == (0, [], [])
    assert found["journal"]["stamped_at"] == STAMPED_AT


def test_silent_witnesses_vouch_for_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    head, _ = told(capsys, tmp_path, witnessed([stamp], [stamp], until="Ballot"))
    assert "Témoins : 0 sur 3 a cosigné, l'élection en demande 2 ; sans fcpe" in head
    assert "comparez vos copies" in head


def test_what_was_not_verified_is_not_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    files = witnessed()
    files.instead[BOARD] = b"x"
    head, value = told(capsys, tmp_path, files)
    assert "Témoins : pas vérifiés, à cause d'un défaut." in head
    assert "Qui répond de quoi" not in head
    assert value["checkpoints"] is None


def test_the_name_of_a_witness_acts_on_no_terminal(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    signer = Cosigner("a\u202eb", b"z" * 32)
    files = witnessed([stamp, *by(signer)], [stamp, *by(signer)], member=named(1, [signer]))
    head, _ = told(capsys, tmp_path, files)
    assert "a\\u202eb (le" in head
    assert "Clés des témoins : a\\u202eb [" in head


@pytest.mark.parametrize(
    ("seconds", "fr", "en"),
    [
        (0, "le 1er janvier 1970 à 0 h 00 UTC", "on 1 January 1970 at 00:00 UTC"),
        (1_785_585_845, "le 1er août 2026 à 12 h 04 UTC", "on 1 August 2026 at 12:04 UTC"),
        (253_402_300_800, "à la seconde 253402300800", "at second 253402300800"),
        (2**53, "à la seconde 9007199254740992", "at second 9007199254740992"),
    ],
)
def test_a_time_is_said_in_words(seconds: int, fr: str, en: str) -> None:
    assert moment(seconds) == (fr, en)


def test_a_result_that_waits_for_witnesses_is_not_called_wrong(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Nor is it vouched for: the status is 1 and no result is shown."""
    head, value = told(capsys, tmp_path, witnessed([stamp, *by(A)], [stamp, *by(A)]))
    assert head.startswith("Il manque encore des témoins à ce dossier (en défaut : C32) ; tout")
    assert "Résultat : NON VÉRIFIÉ" in head
    assert value["verdict"] == "invalid"


def test_a_false_line_is_called_wrong_whatever_is_lacking_too(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    forged = witnessed([stamp, lambda _, text: flipped(A.line(text))], [stamp])
    head, _ = told(capsys, tmp_path, forged, "en")
    assert head.startswith("This record is not in order (failed: C32).")
    lacking = witnessed([stamp, *by(A)], [stamp, *by(A)])
    lacking.archive.datum("Result", 0).edit(lambda value: value | {"result": [[2, 1, 1]]})
    head, _ = told(capsys, tmp_path, lacking, "en")
    assert head.startswith("This record is not in order (failed: C")
