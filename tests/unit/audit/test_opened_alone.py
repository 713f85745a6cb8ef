# SPDX-License-Identifier: AGPL-3.0-or-later
"""§15: a checked ballot judged by the election that it carries, which a lying device may choose."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from audit import cli
from audit.arithmetic import base_power, element_text
from audit.election import decode_election
from audit.strict_json import encode
from tests.unit.audit import peer, test_opened

ARCHIVE = peer.archive("plain", still_open=True)
TEXT = peer.election_bytes("plain").decode()
ELECTION = test_opened.ELECTION
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    def run(value: dict[str, Any], *options: str) -> tuple[int, str]:
        path = tmp_path / "b.json"
        path.write_bytes(encode(value))
        status = cli.main(["opened", str(path), *options])
        captured = capsys.readouterr()
        return status, " ".join((captured.out + captured.err).split())

    return run


def honest() -> dict[str, Any]:
    return test_opened.checked_ballot([0, 1, 0, 0]) | {"election": TEXT}


def with_another_key() -> str:
    value = json.loads(TEXT)
    value["public_key"] = element_text(base_power(7))
    return encode(value).decode()


def test_the_file_alone_is_enough_and_says_where_its_election_is_from(run: Run) -> None:
    status, text = run(honest())
    assert status == 0
    assert "Choix : « Liste A »" in text
    assert "L'élection a été prise dans ce fichier même" in text
    assert "comparez son empreinte à celle que montre la page de l'école" in text
    assert f"Empreinte de l'élection : {ELECTION.fingerprint}" in text


def test_an_archive_has_the_last_word_and_nothing_is_left_to_compare(run: Run) -> None:
    status, text = run(honest(), "--election", str(ARCHIVE))
    assert status == 0
    assert "Empreinte" not in text
    assert "dans ce fichier même" not in text


def test_without_any_election_there_is_no_verdict(run: Run) -> None:
    value = honest()
    del value["election"]
    status, text = run(value)
    assert status == 2
    assert text.startswith("Aucun verdict : ce bulletin contrôlé ne porte pas son élection")
    assert "conseil : donnez-la : --election suivi de l'archive" in text
    assert "ne votez pas" not in text  # nothing was shown of the device


@pytest.mark.parametrize(
    "carried",
    [with_another_key(), TEXT + " ", peer.election_bytes("t35").decode()],
    ids=["another key", "one byte more", "another election"],
)
@pytest.mark.parametrize("options", [(), ("--election", str(ARCHIVE))], ids=["alone", "archive"])
def test_an_election_that_is_not_the_ballots_was_changed_and_accuses_nobody(
    run: Run, carried: str, options: tuple[str, ...]
) -> None:
    status, text = run(honest() | {"election": carried}, *options)
    assert status == 1
    assert_changed(text)


def assert_changed(text: str) -> None:
    assert text.startswith("Ce fichier a été changé en route : l'élection qu'il porte n'est plus")
    assert "il n'accuse personne" in text
    assert "reprenez le fichier tel que l'appareil l'a donné" in text
    assert "ne votez pas" not in text


@pytest.mark.parametrize("options", [(), ("--election", str(ARCHIVE))], ids=["alone", "archive"])
@pytest.mark.parametrize("accents", ["Ã©", "?", "e\u0301", "\u2019"])
def test_a_charset_on_the_way_accuses_nobody(
    run: Run, accents: str, options: tuple[str, ...]
) -> None:
    """The file is still one canonical line: nothing else shows that a program changed it."""
    status, text = run(honest() | {"election": TEXT.replace("e", accents, 1)}, *options)
    assert status == 1
    assert_changed(text)


def test_with_the_archive_a_ballot_that_lies_is_told_whatever_the_file_carries(run: Run) -> None:
    value = honest() | {"election": TEXT + " ", "choices": [[0, 0, 1, 0]]}
    status, text = run(value, "--election", str(ARCHIVE))
    assert status == 1
    assert "IL NE CONTIENT PAS LE CHOIX AFFICHÉ" in text
    assert "gardez ce fichier, ne votez pas avec cet appareil" in text


@pytest.mark.parametrize("carried", ["", "{}", "[]"])
@pytest.mark.parametrize("options", [(), ("--election", str(ARCHIVE))], ids=["alone", "archive"])
def test_a_text_that_is_no_election_was_changed(
    run: Run, carried: str, options: tuple[str, ...]
) -> None:
    status, text = run(honest() | {"election": carried}, *options)
    assert status == 1
    assert_changed(text)


@pytest.mark.parametrize("carried", [None, 1])
@pytest.mark.parametrize("options", [(), ("--election", str(ARCHIVE))], ids=["alone", "archive"])
def test_what_is_no_election_is_refused(
    run: Run, carried: object, options: tuple[str, ...]
) -> None:
    status, text = run(honest() | {"election": carried}, *options)
    assert status == 1
    assert text.startswith("Ce bulletin n'est pas en règle : ")
    assert "gardez ce fichier, ne votez pas avec cet appareil" in text


def test_a_whole_election_of_the_device_is_told_alone_and_refused_with_the_archive(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything agrees, but with a key that the device knows: only the fingerprint tells."""
    forged = with_another_key()
    election = decode_election(forged.encode(), strict=False)[0]
    monkeypatch.setattr(test_opened, "ELECTION", election)
    value = test_opened.checked_ballot([0, 1, 0, 0]) | {"election": forged}
    status, text = run(value)
    assert status == 0
    assert f"Empreinte de l'élection : {election.fingerprint}" in text
    assert ELECTION.fingerprint not in text
    status, text = run(value, "--election", str(ARCHIVE))
    assert status == 1
    assert text.startswith("Ce bulletin est celui d'une autre élection que cette archive.")


def test_the_number_of_another_election_was_changed_and_accuses_nobody(run: Run) -> None:
    value = honest()
    value["ballot"]["election_uuid"] = "AnotherNumber1"
    status, text = run(value)
    assert status == 1
    assert_changed(text)


def test_another_choice_is_found_with_the_election_of_the_file(run: Run) -> None:
    status, text = run(honest() | {"choices": [[0, 0, 1, 0]]})
    assert status == 1
    assert "IL NE CONTIENT PAS LE CHOIX AFFICHÉ" in text


ACCENTS: dict[str, Callable[[str], str]] = {
    "as another charset": lambda text: text.replace("É", "Ã‰").replace("é", "Ã©"),
    "as two characters": lambda text: unicodedata.normalize("NFD", text),
    "lost": lambda text: text.replace("É", "?").replace("é", "?"),
}


@pytest.mark.parametrize("accents", ACCENTS)
@pytest.mark.parametrize("options", [(), ("--election", str(ARCHIVE))], ids=["alone", "archive"])
def test_a_file_that_an_editor_wrote_anew_accuses_nobody_whatever_became_of_its_accents(
    accents: str, options: tuple[str, ...], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Its election is then not the ballot's, but nothing shows that the device made it so."""
    value = honest()
    named = json.loads(TEXT)
    named["name"] = "École élémentaire"
    value["election"] = encode(named).decode()
    text = ACCENTS[accents](json.dumps(value, indent=1, ensure_ascii=False))
    (tmp_path / "b.json").write_text(text, encoding="utf-8")
    status = cli.main(["opened", str(tmp_path / "b.json"), *options])
    captured = capsys.readouterr()
    words = " ".join((captured.out + captured.err).split())
    assert status == 1
    assert words.startswith("Ce fichier a été réécrit depuis que l'appareil l'a donné")
    assert "ne votez pas" not in words
