# SPDX-License-Identifier: AGPL-3.0-or-later
"""An earlier copy that is damaged or doctored does not accuse a sound record: §17.3 (C26)."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from audit.case import Case
from audit.checks import c26_earlier
from audit.earlier import open_earlier
from audit.outcome import Outcome
from audit.record import Record
from audit.verify import Options
from audit.verify import verify as audit_verify
from tests.tamper import surgery
from tests.tamper.damage import said
from tests.tamper.forge.logs import LogKey, board_key
from tests.tamper.record import BOARD, ENTRIES, JOURNAL, Files, edited, served
from tests.tamper.touches import put
from tests.tamper.verifier import verify

NAME = "election.bel"
EDGE, STRIDE = 400, 149


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A sound record, verified: C26 can be asked of it again and again."""
    late = served()
    path = tmp_path_factory.mktemp("late") / NAME
    path.write_bytes(late.archive.write())
    verdict = audit_verify(Record.of(path, late.files()), None, Options(jobs=1))
    assert verdict.valid
    return verdict.case


def outcome(case: Case, path: Path) -> tuple[Outcome, bool]:
    """What C26 says of the copy at this path, and whether it was set aside."""
    case.incomparable = case.differing = None
    with open_earlier(path) as earlier:
        case.since = earlier
        finding = c26_earlier.check(case)
    return finding.outcome, case.incomparable is not None


def flips(data: bytes) -> Iterator[bytes]:
    """One bit changed: at every byte near both ends, at one in so many between.

    Of a checkpoint, before its stamp: that may be false, and sets nothing aside.
    """
    _, line, stamp = data.rpartition(b"\n\xe2\x80\x94 ")
    for place in range(len(data) - len(line + stamp if line else b"")):
        if EDGE <= place < len(data) - EDGE and place % STRIDE:
            continue
        changed = bytearray(data)
        changed[place] ^= 1 << (place % 8)
        yield bytes(changed)


def folder(path: Path, files: Files) -> Path:
    path.mkdir()
    (path / NAME).write_bytes(files.archive.write())
    for name, data in files.files().items():
        (path / name).write_bytes(data)
    return path


def test_a_flipped_bit_of_an_old_archive_sets_it_aside(case: Case, tmp_path: Path) -> None:
    path = tmp_path / NAME
    for changed in flips(served(until="Ballot").archive.write()):
        path.write_bytes(changed)
        assert outcome(case, path) == (Outcome.NOT_REACHED, True)


def test_a_cut_sets_an_old_archive_aside(case: Case, tmp_path: Path) -> None:
    path, data = tmp_path / NAME, served(until="Ballot").archive.write()
    for size in (0, 1, 100, 512, 700, len(data) // 2, len(data) - 1):
        path.write_bytes(data[:size])
        assert outcome(case, path) == (Outcome.NOT_REACHED, True)


@pytest.mark.parametrize("name", [NAME, JOURNAL, BOARD, ENTRIES])
def test_a_flipped_bit_in_a_file_of_an_old_record_sets_it_aside(
    case: Case, tmp_path: Path, name: str
) -> None:
    record = folder(tmp_path / "old", served(until="Ballot"))
    assert outcome(case, record) == (Outcome.PASSED, False)
    for changed in flips((record / name).read_bytes()):
        (record / name).write_bytes(changed)
        assert outcome(case, record) == (Outcome.NOT_REACHED, True)


@pytest.mark.parametrize("name", [BOARD, ENTRIES])
def test_a_flipped_bit_of_an_old_checkpoint_sets_it_aside(
    case: Case, tmp_path: Path, name: str
) -> None:
    path = folder(tmp_path / "old", served(until="Ballot")) / name
    assert outcome(case, path) == (Outcome.PASSED, False)
    for changed in flips(path.read_bytes()):
        path.write_bytes(changed)
        assert outcome(case, path) == (Outcome.NOT_REACHED, True)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_flipped_bit_of_an_old_zip_accuses_nobody(
    case: Case, tmp_path: Path, method: int
) -> None:
    record, path = folder(tmp_path / "old", served(until="Ballot")), tmp_path / "old.zip"
    with zipfile.ZipFile(path, "w", method) as bundle:
        for file in sorted(record.iterdir()):
            bundle.write(file, file.name)
    assert outcome(case, path) == (Outcome.PASSED, False)
    for changed in flips(path.read_bytes()):
        path.write_bytes(changed)
        # A date or a right of a file in the zip may change without any effect.
        assert outcome(case, path) in ((Outcome.NOT_REACHED, True), (Outcome.PASSED, False))


# ------------------------------------------------------------------ doctored


def doctored() -> Files:
    """Two ballots exchanged, and all hashes made again: a chain that holds."""
    files = served(until="Ballot")
    members = files.archive.members
    members[-4:] = [*members[-2:], *members[-4:-2]]
    files.archive.repair()
    return files


def keeping(files: Files, **names: bytes) -> Files:
    files.instead = {name.replace("_", "."): data for name, data in names.items()}
    return files


def imposed(key: LogKey) -> LogKey:
    return LogKey(key.name, b"\x07" * 32)


ASIDE: dict[str, Callable[[], Files]] = {
    "ballots exchanged below the true checkpoint": lambda: keeping(
        doctored(), board_checkpoint=served(until="Ballot").files()[BOARD]
    ),
    "signed anew with a key of one's own": lambda: keeping(
        doctored(),
        board_checkpoint=imposed(board_key(doctored().uuid)).checkpoint(doctored().events()),
    ),
    "a journal's checkpoint in the place of the board's": lambda: keeping(
        doctored(), board_checkpoint=served(until="Ballot").files()[ENTRIES]
    ),
}


@pytest.mark.parametrize("phrase", ASIDE)
def test_a_doctored_record_is_set_aside(phrase: str) -> None:
    report = served().verify(since=ASIDE[phrase]())
    assert said(report) == (2, [], ["C26"]), report.text
    assert report.first_line.startswith("Le résultat est vérifié")


def test_a_doctored_archive_is_one_of_two_copies() -> None:
    late = served()
    report = verify(late.archive.write(), files=late.files(), since=doctored().archive.write())
    assert said(report) == (1, ["C26"], [])
    assert "rien ne prouve lequel des deux a été altéré" in report.first_line


def test_what_the_server_signed_and_changed_convicts() -> None:
    report = served().verify(since=doctored())
    assert said(report) == (1, ["C26"], [])
    assert report.first_line.startswith("Ce dossier n'est pas en règle (en défaut : C26)")


def wrapped_otherwise(files: Files) -> Files:
    """Another time in the header of the archive's first member, which C01 permits."""
    time = surgery.header_time(files.archive.head)
    files.archive.head = files.archive.head.replace(b"%d" % time, b"%d" % (time + 1))
    return files


def with_another_entry(files: Files) -> Files:
    """A note that was changed since, when nothing named the journal yet."""
    edited(1, put("body", "note", "Une coupure"))(files)
    return files


def unsigned(files: Files) -> Files:
    files.instead = {BOARD: None, ENTRIES: None}
    return files


def test_other_bytes_around_the_same_events_convict_nobody(case: Case, tmp_path: Path) -> None:
    early = wrapped_otherwise(served(until="Ballot"))
    assert outcome(case, folder(tmp_path / "old", early)) == (Outcome.FAILED, False)
    assert case.differing is not None
    assert "rien ne prouve" in case.differing.fr


def test_nor_do_they_where_the_copy_is_the_longer() -> None:
    report = served(until="Ballot").verify(since=wrapped_otherwise(served()))
    assert said(report) == (1, ["C26"], [])
    assert "rien ne prouve lequel des deux a été altéré" in report.first_line


# ------------------------------------------------------------------ both logs


def test_what_the_journal_convicts_of_is_not_hidden_by_the_archives_wrapping() -> None:
    early = with_another_entry(served(until="Ballot"))
    report = wrapped_otherwise(served()).verify(since=early)
    assert said(report) == (1, ["C26"], [])
    assert report.first_line.startswith("Ce dossier n'est pas en règle (en défaut : C26)")
    assert report.text == "C26: what the earlier journal told was changed or removed (§17.3)"


def test_differences_that_convict_nobody_are_each_told_once() -> None:
    early = with_another_entry(unsigned(served(until="Ballot")))
    report = wrapped_otherwise(served()).verify(since=early)
    assert report.text.count("nothing proves which of the two was altered") == 1
    report = served(until="Ballot").verify(since=unsigned(served()))
    assert report.text.count("did you swap them?") == 1
    report = served(until="Ballot").verify(since=with_another_entry(unsigned(served())))
    assert len(report.text.splitlines()) == 2
    assert report.first_line.endswith("les avez-vous inversées ?")
