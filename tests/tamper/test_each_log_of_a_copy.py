# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each log of an earlier copy is judged by itself, and only what was signed convicts: §17.3."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.differences import difference
from audit.earlier_copy import Log
from audit.record import Record
from audit.shortened import Signed
from tests.tamper.damage import said
from tests.tamper.forge.logs import STAMPED_AT, LogKey, board_key, journal_key
from tests.tamper.forge.remake import Forge
from tests.tamper.forge.world import small_school
from tests.tamper.record import BOARD, ENTRIES, JOURNAL, Files, served
from tests.tamper.test_earlier_copies import doctored, with_another_entry
from tests.tamper.test_shortened import false, noted
from tests.tamper.verifier import Report, verify

EARLY = served(until="Ballot")
LATE = served()
KEY_OF_BOARD, KEY_OF_JOURNAL = board_key(EARLY.uuid), journal_key(EARLY.uuid)


def twice(key: LogKey, text: bytes) -> bytes:
    return key.stamper.line(text, STAMPED_AT) + key.stamper.line(text, STAMPED_AT + 60)


def flipped(data: bytes) -> bytes:
    changed = bytearray(data)
    changed[len(data) // 2] ^= 1
    return bytes(changed)


def beside(archive: bytes, files: dict[str, bytes]) -> Report:
    """The sound record, after a copy of which these are the files."""
    with tempfile.TemporaryDirectory(prefix="since-") as folder:
        path = Path(folder) / "old.bel"
        path.write_bytes(archive)
        copy = Record.of(path, files)
        return verify(LATE.archive.write(), files=LATE.files(), since=copy)


def assert_convicts(report: Report, what: str) -> None:
    assert said(report) == (1, ["C26"], []), report.text
    assert report.text == f"C26: what the earlier {what} was changed or removed (§17.3)"
    assert report.first_line.startswith("Ce dossier n'est pas en règle (en défaut : C26)")


# ------------------------------------------------------------------ what was signed convicts

OF_JOURNAL: dict[str, Callable[[dict[str, bytes]], dict[str, bytes]]] = {
    "a false stamp": lambda f: f | {ENTRIES: noted(KEY_OF_JOURNAL, EARLY.lines, false)},
    "two stamps": lambda f: f | {ENTRIES: noted(KEY_OF_JOURNAL, EARLY.lines, twice)},
    "a checkpoint of another state": lambda f: (
        f | {ENTRIES: KEY_OF_JOURNAL.checkpoint(EARLY.lines[:-1])}
    ),
    "a checkpoint that is none": lambda f: f | {ENTRIES: f[ENTRIES][:-1]},
    "a flipped bit": lambda f: f | {JOURNAL: flipped(f[JOURNAL])},
    "no last line's end": lambda f: f | {JOURNAL: f[JOURNAL][:-1]},
    "nothing in it": lambda f: f | {JOURNAL: b""},
    "no journal": lambda f: {name: data for name, data in f.items() if name != JOURNAL},
    "no checkpoint": lambda f: {name: data for name, data in f.items() if name != ENTRIES},
}


@pytest.mark.parametrize("fault", OF_JOURNAL)
def test_a_board_that_was_signed_convicts_whatever_the_journal_is(fault: str) -> None:
    copy = doctored()
    files = OF_JOURNAL[fault](copy.files())
    assert_convicts(beside(copy.archive.write(), files), "archive showed")


OF_BOARD: dict[str, Callable[[bytes, dict[str, bytes]], tuple[bytes, dict[str, bytes]]]] = {
    "a flipped bit": lambda a, f: (flipped(a), f),
    "no archive": lambda _, f: (b"not an archive", f),
    "the archive of another election": lambda _, f: (Forge(small_school()).archive(), f),
    "an archive that is not its checkpoint's": lambda _, f: (doctored().archive.write(), f),
    "a checkpoint that is none": lambda a, f: (a, f | {BOARD: f[BOARD][:-1]}),
    "no checkpoint": lambda a, f: (a, {n: d for n, d in f.items() if n != BOARD}),
}


@pytest.mark.parametrize("fault", OF_BOARD)
def test_a_journal_that_was_signed_convicts_whatever_the_board_is(fault: str) -> None:
    copy = with_another_entry(served(until="Ballot"))
    assert_convicts(beside(*OF_BOARD[fault](copy.archive.write(), copy.files())), "journal told")


def test_false_stamps_take_nothing_from_what_was_signed() -> None:
    copy = doctored()
    copy.instead = {
        BOARD: noted(KEY_OF_BOARD, copy.events(), false),
        ENTRIES: noted(KEY_OF_JOURNAL, copy.lines, false),
    }
    assert_convicts(beside(copy.archive.write(), copy.files()), "archive showed")
    honest = served(until="Ballot")
    honest.instead = {BOARD: noted(KEY_OF_BOARD, honest.events(), twice)}
    assert said(LATE.verify(since=honest)) == (0, [], [])


# ------------------------------------------------------------------ what nobody signed does not


def without(files: Files, *names: str) -> dict[str, bytes]:
    return {name: data for name, data in files.files().items() if name not in names}


def test_a_damaged_journal_hides_no_difference_of_the_board() -> None:
    copy = doctored()
    files = without(copy, BOARD) | {JOURNAL: b"damaged"}
    report = beside(copy.archive.write(), files)
    assert said(report) == (1, ["C26"], [])
    assert "rien ne prouve lequel des deux a été altéré" in report.first_line


@pytest.mark.parametrize("fault", [name for name in OF_BOARD if name != "no checkpoint"])
def test_beside_a_board_that_is_set_aside_an_unsigned_journal_says_nothing(fault: str) -> None:
    copy = with_another_entry(served(until="Ballot"))
    archive, files = OF_BOARD[fault](copy.archive.write(), copy.files())
    files = {name: data for name, data in files.items() if name != ENTRIES}
    report = beside(archive, files)
    assert said(report) == (2, [], ["C26"]), report.text
    assert report.first_line.startswith("Le résultat est vérifié")


SURPLUS = {
    "an empty journal": {JOURNAL: b""},
    "a journal": {JOURNAL: EARLY.files()[JOURNAL]},
    "all three files": EARLY.files(),
    "a checkpoint of the board": {BOARD: EARLY.files()[BOARD]},
}


@pytest.mark.parametrize("surplus", SURPLUS)
def test_a_journal_beside_an_election_without_one_accuses_nobody(
    surplus: str, tmp_path: Path
) -> None:
    forge = Forge(small_school())
    archive = forge.archive()
    (tmp_path / "old.bel").write_bytes(archive)
    signatures = forge.setup_signatures_file()
    copy = Record.of(tmp_path / "old.bel", SURPLUS[surplus])
    report = verify(archive, signatures=signatures, since=copy)
    assert said(report) == (2, [], ["C26"]), report.text
    assert "this election has none (§17.1)" in report.text


def test_a_journal_that_is_missing_convicts_only_where_it_was_signed(tmp_path: Path) -> None:
    ours = Log(Record(tmp_path, folder=True), "journal", None)
    theirs = Log(Record(tmp_path, folder=True, journal=b""), "journal", b"")
    for signed, convicts in ((None, False), (Signed(0, None), True)):
        found = difference(ours, theirs, None, signed)
        assert found is not None
        assert found.convicts is convicts
