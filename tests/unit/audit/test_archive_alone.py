# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is said of an archive alone, which nobody signed: in the first lines, not only at the end.

A server that lacks its witnesses could give the archive at the address of the record: §17.1, §20.3.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from audit.receipt_words import UNDATED, UNDATED_ARCHIVE
from audit.words import Text
from tests.tamper.forge.logs import STAMPED_AT
from tests.tamper.record import BOARD, Files, served
from tests.tamper.test_witnesses import stamp, witnessed
from tests.unit.audit.receipts import KEY, Tell, link, of, whole
from tests.unit.audit.test_convicting_receipts import with_another
from tests.unit.audit.test_promises import cut
from tests.unit.audit.test_promises import of as promise_of
from tests.unit.audit.test_served_record import NAME, Run, folder, judged, run, zipped

__all__ = ["run"]

ALONE = "l'archive seule, pas le dossier complet"
UNSIGNED = "si cette archive est bien celle que le serveur a publiée"


def forms(tmp_path: Path, files: Files) -> dict[str, Path]:
    """The archive of a record by itself, in each of the forms in which it may be given."""
    record = folder(tmp_path / "record", files)
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / NAME).write_bytes((record / NAME).read_bytes())
    bundle = zipped(tmp_path / "alone.zip", alone)
    return {"record": record, "file": record / NAME, "folder": alone, "zip": bundle}


def head(run: Run, path: Path, language: str = "fr") -> str:
    status, out, _ = run("verify", path, "--lang", language)
    assert status == 0
    return " ".join(out.split("\n\n")[0].split())


@pytest.mark.parametrize("form", ["file", "folder", "zip"])
def test_witnesses_that_were_not_looked_at_are_told_first(
    form: str, tmp_path: Path, run: Run
) -> None:
    """None of them signed, so that the complete record is refused."""
    given = forms(tmp_path, witnessed([stamp], [stamp]))
    assert run("verify", given["record"])[0] == 1
    first = head(run, given[form])
    assert ALONE in first.partition("État :")[0]
    assert "celles des témoins n'y sont pas, et ne sont pas vérifiés" in first
    assert (
        "Témoins : l'élection en nomme 3 et en demande 2 ; leurs signatures sont dans le dossier"
        " complet, pas dans cette archive seule ; pas vérifiées ici." in first
    )
    assert first.index("Témoins :") < first.index("Clés des témoins :")
    limits = " ".join(run("verify", given[form])[1].split()).partition("ne peut pas dire")[2]
    assert "Que des témoins ont cosigné" in limits
    english = head(run, given[form], "en")
    assert "the archive alone, not the complete record" in english.partition("State:")[0]
    assert "Witnesses: the election names 3 and demands 2; their signatures are in" in english


@pytest.mark.parametrize("earlier", ["", "journal.checkpoint"], ids=["record", "checkpoint"])
@pytest.mark.parametrize("form", ["file", "folder", "zip"])
def test_a_journal_that_was_not_given_is_not_compared_and_is_no_fault(
    form: str, earlier: str, tmp_path: Path, run: Run
) -> None:
    """Beside a complete earlier copy: the reader gave the wrong one of two files."""
    old = folder(tmp_path / "old", served(until="Ballot"))
    given = forms(tmp_path, served())[form]
    status, out, _ = run("verify", given, "--since", old / earlier)
    first = " ".join(out.split("\n\n")[0].split())
    assert status == 2
    assert first.startswith("Le résultat est vérifié")
    assert "la comparaison demandée par --since n'a pas été faite" in first
    assert "donnez son dossier complet" in first
    assert judged(run, given, "--since", old / earlier)[1]["verdict"] == "unreadable"


@pytest.mark.parametrize("form", ["file", "folder", "zip"])
def test_what_is_damaged_in_the_copy_is_told_beside_a_journal_that_was_not_given(
    form: str, tmp_path: Path, run: Run
) -> None:
    old = folder(tmp_path / "old", served(until="Ballot"))
    (old / NAME).write_bytes((old / NAME).read_bytes()[:-1])
    given = forms(tmp_path, served())
    status, out, _ = run("verify", given[form], "--since", old)
    first = " ".join(out.split("\n\n")[0].split())
    assert status == 2
    assert "la copie donnée à --since est abîmée ou n'en est pas une" in first.lower()
    assert "donnez son dossier complet" in first
    status, out, _ = run("verify", given["record"], "--since", old)
    assert status == 2
    assert "donnez son dossier complet" not in out


def test_a_board_that_differs_is_told_without_its_journal(tmp_path: Path, run: Run) -> None:
    old = folder(tmp_path / "old", with_another())
    status, out, _ = run("verify", forms(tmp_path, served())["file"], "--since", old)
    assert status == 1
    assert "ce dossier et la copie de --since diffèrent" in " ".join(out.split()).lower()


@pytest.mark.parametrize("until", ["Ballot", "Result"])
def test_where_no_witness_is_named_the_servers_signature_is_missed(
    until: str, tmp_path: Path, run: Run
) -> None:
    for form, path in forms(tmp_path, served(until=until)).items():
        first = head(run, path)
        assert (ALONE in first.partition("État :")[0]) == (form != "record")
        assert "témoins n'y sont pas" not in first


# ------------------------------------------------------------------- receipts and promises


@pytest.mark.parametrize("form", ["file", "folder", "zip"])
def test_no_comfort_is_taken_from_an_archive_that_nobody_signed(
    form: str, tmp_path: Path, tell: Tell
) -> None:
    """Anybody can put a ballot into it: where it convicts, the same is said."""
    given = forms(tmp_path, whole())
    (tmp_path / "receipt").write_bytes(of(whole(), 2))
    (tmp_path / "promise").write_bytes(promise_of())
    for paper in (tmp_path / "receipt", tmp_path / "promise", link(whole(), 2)):
        status, out = tell("receipt", paper, given[form])
        assert status == 0
        assert UNSIGNED in " ".join(out.split()).partition("Constat")[0]
        assert "dossier complet de l'élection, qui est signé, et recommencez avec lui." in out
        english = tell("receipt", paper, given[form], "--lang", "en")[1]
        assert "if this archive is what the server published" in english.partition("Finding")[0]
        assert UNSIGNED not in tell("receipt", paper, given["record"])[1]


@pytest.mark.parametrize("form", ["file", "folder", "zip"])
def test_nobody_is_told_to_wait_by_an_archive_that_nobody_dated(
    form: str, tmp_path: Path, tell: Tell
) -> None:
    """Whatever is tried later, another archive alone says no more until the ballots end."""
    given = forms(tmp_path, cut(4))
    (tmp_path / "receipt").write_bytes(of(whole(), 4))
    (tmp_path / "promise").write_bytes(promise_of(4, until=STAMPED_AT - 1))
    for paper in (tmp_path / "receipt", tmp_path / "promise", link(whole(), 4)):
        assert_undated(tell, paper, given[form], UNDATED_ARCHIVE)
    assert "CONVAINC" in tell("receipt", tmp_path / "promise", given["record"])[1]


def test_nor_by_a_record_without_the_servers_time(tmp_path: Path, tell: Tell) -> None:
    files = cut(4)
    files.instead[BOARD] = KEY.checkpoint(files.events())
    (tmp_path / "receipt").write_bytes(of(whole(), 4))
    (tmp_path / "promise").write_bytes(promise_of(4, until=STAMPED_AT - 1))
    record = folder(tmp_path / "record", files)
    for paper in (tmp_path / "receipt", tmp_path / "promise", link(whole(), 4)):
        assert_undated(tell, paper, record, UNDATED)


def assert_undated(tell: Tell, paper: Path | str, given: Path, first: Text) -> None:
    status, out = tell("receipt", paper, given)
    assert (status, out[: len(first.fr)]) == (0, first.fr)
    assert "trop ancien" not in out
    assert "téléchargé plus tard" not in out
    assert "dossier complet de l'élection, que le serveur signe avec l'heure, et recom" in out
    english = tell("receipt", paper, given, "--lang", "en")[1]
    assert english[: len(first.en)] == first.en
    assert "download the election's complete record, which the server signs with the" in english
