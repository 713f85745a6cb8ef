# SPDX-License-Identifier: AGPL-3.0-or-later
"""§20.2: a receipt without its one true stamp is not called good: it may convict nobody later."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tamper.forge.logs import STAMPED_AT, LogKey
from tests.tamper.record import BOARD
from tests.unit.audit.receipts import KEY, THIEF, Tell, link, of, whole
from tests.unit.audit.test_served_record import folder

INDEX = 2


def _stamp(data: bytes, time: int = STAMPED_AT, key: LogKey = KEY) -> bytes:
    """The line of a stamp of this receipt's checkpoint."""
    text = data.partition(b"\n\n")[2].partition(b"\n\n")[0] + b"\n"
    return key.stamper.line(text, time)


def _without(data: bytes) -> bytes:
    return b"".join(data.splitlines(keepends=True)[:-1])


DAMAGED: dict[str, Callable[[bytes], bytes]] = {
    "no stamp": _without,
    "two stamps": lambda data: data + _stamp(data, STAMPED_AT + 60),
    "the same stamp twice": lambda data: data + _stamp(data),
    "the stamp of another key": lambda data: _without(data) + _stamp(data, key=THIEF),
    "a stamp of another state": lambda data: (
        _without(data) + of(whole(), INDEX, whole().events()[:5]).splitlines(keepends=True)[-1]
    ),
}


def test_the_receipts_of_these_tests_are_stamped() -> None:
    data = of(whole(), INDEX)
    assert data.splitlines(keepends=True)[-1] == _stamp(data)


@pytest.mark.parametrize("what", DAMAGED)
def test_a_receipt_without_its_one_true_stamp_is_not_called_good(
    what: str, tmp_path: Path, tell: Tell
) -> None:
    files = whole()
    record = folder(tmp_path / "record", files)
    (tmp_path / "r").write_bytes(DAMAGED[what](of(files, INDEX)))
    for given in ((), (record,)):
        status, out = tell("receipt", tmp_path / "r", *given)
        assert status == 1
        assert out.startswith("Ce reçu est incomplet ou altéré : si le bulletin était enlevé")
        assert "reprenez-en un sur la page qui vous l'a donné" in out
        assert "Ce reçu tient" not in out
        assert "CONVAINC" not in out


def test_a_link_which_has_no_room_for_a_stamp_holds(tmp_path: Path, tell: Tell) -> None:
    record = folder(tmp_path / "record", whole())
    status, out = tell("receipt", link(whole(), INDEX), record)
    assert status == 0
    assert out.startswith("Ce reçu tient")


def test_a_receipt_that_convicts_does_so_without_a_stamp(tmp_path: Path, tell: Tell) -> None:
    """What it shows of another board rests on the checkpoint's own signature."""
    files = whole()
    record = folder(tmp_path / "record", files)
    events = [*files.events()[: INDEX + 1], b"another"]
    (tmp_path / "r").write_bytes(_without(of(files, INDEX, events)))
    status, out = tell("receipt", tmp_path / "r", record)
    assert status == 1
    assert "CONVAINC" in out


NEWER, COMPLETE = ", ou donnez un dossier plus récent,", ", ou donnez le dossier complet,"


def assert_asks_about_the_clock(status: int, out: str, other: str) -> None:
    """Neither good nor at fault: this computer's clock may be the wrong one, or the server's."""
    assert status == 2, out
    assert out.startswith(f"Réglez d'abord l'horloge de cet ordinateur{other} et recommencez :")
    assert "l'horloge du serveur ne l'était pas, ou cette heure est fausse : montrez" in out
    assert "aucun serveur" not in out
    assert "l'urne a signé ce reçu le " in out
    assert "Si l'horloge est juste, gardez ce reçu tel quel, et portez-en une copie" in out
    for untrue in ("incomplet", "altéré", "pourrait ne pas suffire", "reprenez", "Ce reçu tient"):
        assert untrue not in out


def test_a_receipt_stamped_for_a_time_to_come_is_not_called_good(
    tmp_path: Path, tell: Tell
) -> None:
    """With such a stamp no later one would show that the board was shortened."""
    files = whole()
    record = folder(tmp_path / "record", files)
    data = of(files, INDEX)
    (tmp_path / "r").write_bytes(_without(data) + _stamp(data, STAMPED_AT + 50 * 31_557_600))
    assert_asks_about_the_clock(*tell("receipt", tmp_path / "r"), "")
    assert_asks_about_the_clock(*tell("receipt", tmp_path / "r", record), NEWER)


EARLY = {"a dead battery": 1577836800, "17 minutes": STAMPED_AT - 17 * 60}


@pytest.mark.parametrize("slow", EARLY)
def test_a_slow_clock_is_no_fault_of_an_honest_receipt(
    slow: str, tmp_path: Path, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = whole()
    archive = folder(tmp_path / "record", files) / "election.bel"
    (tmp_path / "r").write_bytes(of(files, INDEX))
    monkeypatch.setattr("audit.receipt_report.time.time", lambda: EARLY[slow])
    assert_asks_about_the_clock(*tell("receipt", tmp_path / "r"), "")
    # An archive alone shows no time either, however new it is.
    assert_asks_about_the_clock(*tell("receipt", tmp_path / "r", archive), COMPLETE)


def test_beside_a_clock_a_record_says_how_late_it_is(
    tmp_path: Path, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the later of the two, and within the bounds of a promise, the receipt holds."""
    files = whole()
    data = of(files, INDEX)
    text = files.files()[BOARD].partition(b"\n\n")[0] + b"\n"
    files.instead[BOARD] = text + b"\n" + KEY.line(text) + KEY.stamper.line(text, STAMPED_AT)
    record = folder(tmp_path / "record", files)
    monkeypatch.setattr("audit.receipt_report.time.time", lambda: 1577836800)
    (tmp_path / "r").write_bytes(_without(data) + _stamp(data, STAMPED_AT + 1560))
    status, out = tell("receipt", tmp_path / "r", record)
    assert (status, out.startswith("Ce reçu tient")) == (0, True), out
    (tmp_path / "r").write_bytes(_without(data) + _stamp(data, STAMPED_AT + 1561))
    status, out = tell("receipt", tmp_path / "r", record)
    assert_asks_about_the_clock(status, out, NEWER)
    assert "(le dossier s'arrête le " in out


def test_a_smaller_board_signed_later_than_the_record_convicts(tmp_path: Path, tell: Tell) -> None:
    """The receipt is the later of the two: who took it saw the shortened board."""
    files = whole()
    events = files.events()
    text = files.files()[BOARD].partition(b"\n\n")[0] + b"\n"
    files.instead[BOARD] = text + b"\n" + KEY.line(text) + KEY.stamper.line(text, STAMPED_AT)
    record = folder(tmp_path / "record", files)
    data = of(files, INDEX, events[:5])
    (tmp_path / "r").write_bytes(_without(data) + _stamp(data, STAMPED_AT + 60))
    status, out = tell("receipt", tmp_path / "r", record)
    assert (status, "le serveur a raccourci l'urne" in out) == (1, True), out
