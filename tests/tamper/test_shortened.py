# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two signed states of which the shorter was signed later, beside each other: §17.3 (C26)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from audit.notes import decode_checkpoint
from tests.tamper.damage import said
from tests.tamper.forge.logs import STAMPED_AT, LogKey, board_key, journal_key
from tests.tamper.record import BOARD, ENTRIES, SERVED, Files, publishable
from tests.tamper.verifier import Report, verify

KEY = board_key(SERVED.uuid)
IMPOSTOR = LogKey(KEY.name, b"i" * 32)
EVENTS, LINES = 5, 10  # of the longer state
LATER = STAMPED_AT + 7200
STATES = list(publishable(SERVED))
BOTH = pytest.mark.parametrize("name", [BOARD, ENTRIES])
Stamp = Callable[[LogKey, bytes], bytes]


def at(time: int) -> Stamp:
    return lambda key, text: key.stamper.line(text, time)


def false(key: LogKey, _: bytes) -> bytes:
    return key.stamper.line(b"x", STAMPED_AT)


def noted(key: LogKey, entries: Sequence[bytes], stamp: Stamp | None) -> bytes:
    """The checkpoint of a log, stamped so."""
    note = key.checkpoint(entries)
    text = note.partition(b"\n\n")[0] + b"\n"
    return note + (b"" if stamp is None else stamp(key, text))


def state(events: int, lines: int, stamp: Stamp | None) -> Files:
    """A state that the server could have published, and stamped so."""
    found = next(f for f in STATES if (len(f.events()), len(f.lines)) == (events, lines))
    files = Files(found.archive, list(found.lines))
    logs = (
        (BOARD, board_key(files.uuid), files.events()),
        (ENTRIES, journal_key(files.uuid), files.lines),
    )
    files.instead = {name: noted(key, entries, stamp) for name, key, entries in logs}
    return files


def longer(stamp: Stamp | None) -> Files:
    return state(EVENTS, LINES, stamp)


def shorter(stamp: Stamp | None) -> Files:
    """An event and some entries less."""
    return state(EVENTS - 1, LINES - 1, stamp)


def by_checkpoint(record: Files, earlier: Files, name: str) -> Report:
    data = decode_checkpoint(earlier.files()[name])
    return verify(record.archive.write(), files=record.files(), since=data)


def assert_convicts(report: Report, what: str) -> None:
    assert said(report) == (1, ["C26"], []), report.text
    assert what in report.text
    assert "swap" not in report.text
    assert "older" not in report.text
    assert report.first_line.startswith("Ce dossier n'est pas en règle (en défaut : C26)")


# ------------------------------------------------------------------ beside a record


@pytest.mark.parametrize("swapped", [False, True], ids=["as meant", "swapped"])
def test_a_shorter_state_that_was_stamped_later_convicts(*, swapped: bool) -> None:
    earlier, record = longer(at(STAMPED_AT)), shorter(at(LATER))
    if swapped:
        earlier, record = record, earlier
    report = record.verify(since=earlier)
    assert_convicts(report, "the server shortened the board: 5 events signed on 10 October 2026")
    assert "the server shortened its journal: 10 lines signed" in report.text
    assert ", then only 9 on 10 October 2026" in report.text


AGREES: dict[str, tuple[Stamp | None, Stamp | None]] = {
    "the shorter stamped earlier": (at(LATER), at(STAMPED_AT)),
    "both stamped at one time": (at(LATER), at(LATER)),
    "no stamp on the longer": (None, at(LATER)),
    "no stamp on the shorter": (at(STAMPED_AT), None),
    "no stamp": (None, None),
}


def unstamped(stamp: Stamp | None) -> list[str]:
    """What is wrong with a record of this stamp."""
    return ["C31"] if stamp is None else []


@pytest.mark.parametrize("phrase", AGREES)
def test_a_shorter_record_whose_stamps_show_nothing_is_asked_about(phrase: str) -> None:
    long, short = AGREES[phrase]
    report = shorter(short).verify(since=longer(long))
    assert said(report) == (1, ["C26", *unstamped(short)], [])
    assert "did you swap them?" in report.text
    if short is not None:
        assert report.first_line.endswith("les avez-vous inversées ?")
    found = unstamped(long)
    assert said(longer(long).verify(since=shorter(short))) == (len(found), found, [])


def test_an_archive_alone_shows_no_time() -> None:
    report = shorter(at(LATER)).verify(since=longer(at(STAMPED_AT)), alone=True)
    assert report.first_line.endswith("les avez-vous inversées ?")


FALSE: dict[str, Callable[[Files], bytes]] = {
    "signed by another key": lambda f: noted(IMPOSTOR, f.events(), at(LATER)),
    "of another size": lambda f: noted(KEY, f.events()[:-1], at(LATER)),
    "a false stamp": lambda f: noted(KEY, f.events(), false),
}


@pytest.mark.parametrize("phrase", FALSE)
def test_a_record_whose_checkpoint_does_not_hold_shows_no_time(phrase: str) -> None:
    record = shorter(None)
    record.instead[BOARD] = FALSE[phrase](record)
    report = record.verify(since=longer(at(STAMPED_AT)))
    assert said(report) == (1, ["C26", "C31"], [])
    assert "did you swap them?" in report.text


# ------------------------------------------------------------------ beside a checkpoint alone


@BOTH
@pytest.mark.parametrize("swapped", [False, True], ids=["as meant", "swapped"])
def test_a_shorter_state_convicts_beside_a_checkpoint_alone(name: str, *, swapped: bool) -> None:
    earlier, record = longer(at(STAMPED_AT)), shorter(at(LATER))
    if swapped:
        earlier, record = record, earlier
    report = by_checkpoint(record, earlier, name)
    assert_convicts(report, "the server shortened " + ("the board" if name == BOARD else "its jou"))


@BOTH
@pytest.mark.parametrize("phrase", AGREES)
def test_a_later_checkpoint_is_told_so_where_the_stamps_show_nothing(
    name: str, phrase: str
) -> None:
    long, short = AGREES[phrase]
    report = by_checkpoint(shorter(short), longer(long), name)
    assert said(report) == (1, ["C26", *unstamped(short)], [])
    assert "the record given is older" in report.text
    if short is not None:
        assert report.first_line.startswith("Le dossier donné est plus ancien")
    found = unstamped(long)
    assert said(by_checkpoint(longer(long), shorter(short), name)) == (len(found), found, [])


def test_a_false_stamp_of_a_checkpoint_alone_shows_no_time() -> None:
    report = by_checkpoint(shorter(at(LATER)), longer(false), BOARD)
    assert report.first_line.startswith("Le dossier donné est plus ancien")
