# SPDX-License-Identifier: AGPL-3.0-or-later
"""§22: a witness never goes back: two at once, a restart, a disk that fails, a damaged memory."""

from __future__ import annotations

import itertools
import os
import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from audit.cosignatures import cosigned_at
from audit.notes import decode_checkpoint, decode_key
from audit.system import sync_folder
from audit.witness import SIZE, Answer, Witness
from audit.witness_store import LIST, LOCK, Store, name_of
from audit.words import Unusable
from tests.tamper.forge.logs import STAMPED_AT, root
from tests.unit.audit.witnesses import (
    ENTRIES,
    KEY,
    LOG,
    NAME,
    OTHER_LOG,
    OTHERS,
    SIGNER,
    STRANGER,
    THIEF,
    close_stores,
    grown,
    refused,
    text_of,
    witness,
)

# ------------------------------------------------------------------ at once, and again


class SlowStore(Store):
    """A disk so slow that two requests are sure to meet."""

    def read(self, origin: str) -> bytes | None:
        found = super().read(origin)
        time.sleep(0.002)
        return found

    def keep(self, origin: str, data: bytes) -> None:
        time.sleep(0.002)
        super().keep(origin, data)


def test_of_two_that_exclude_each_other_at_once_one_is_signed(tmp_path: Path) -> None:
    one = witness(tmp_path, store=SlowStore(tmp_path))
    start = threading.Barrier(2)

    def ask(entries: list[bytes]) -> int:
        start.wait()
        return one.add_checkpoint(grown(0, 5, entries)).status

    with ThreadPoolExecutor(2) as threads:
        statuses = sorted(threads.map(ask, (ENTRIES, OTHERS)))
    assert statuses == [200, 409]


def test_many_at_once_never_roll_it_back(tmp_path: Path) -> None:
    """Whatever comes first: what anybody sees of it only grows, and all of it is of one log."""
    one = witness(tmp_path, store=SlowStore(tmp_path))
    signed: set[bytes] = set()

    def ask(number: int) -> list[int]:
        entries, seen = OTHERS if number % 4 == 3 else ENTRIES, []
        for size in range(1 + number % 3, 40, 3):
            kept = one.checkpoint(NAME)
            old = decode_checkpoint(kept.body).size if kept.status == 200 else 0
            seen.append(old)
            if old <= size and one.add_checkpoint(grown(old, size, entries)).status == 200:
                signed.add(root(entries[:size]))
        return seen

    with ThreadPoolExecutor(8) as threads:
        for seen in threads.map(ask, range(8)):
            assert seen == sorted(seen)
    assert len(signed) > 5
    sides = [{root(entries[:n]) for n in range(1, 41)} for entries in (ENTRIES, OTHERS)]
    assert any(signed <= side for side in sides)


def test_a_restart_goes_on_where_it_was(tmp_path: Path) -> None:
    one = witness(tmp_path)
    one.add_checkpoint(grown(0, 7))
    kept = one.checkpoint(NAME)
    close_stores()
    again = witness(tmp_path)
    assert again.checkpoint(NAME) == kept
    assert again.add_checkpoint(grown(0, 9)) == Answer(409, b"7\n", SIZE)
    assert refused(again.add_checkpoint(grown(7, 9, OTHERS)), 422)
    assert again.add_checkpoint(grown(7, 9)).status == 200


FAILING = {"write": 3, "fsync": 7, "replace": 3, "sync": 4}
"""How often each step is made for one co-signature: the list before, the note, the list after."""


@pytest.mark.parametrize("crashed", [False, True], ids=["it goes on", "it is started again"])
@pytest.mark.parametrize(
    ("step", "number"), [(step, n) for step, most in FAILING.items() for n in range(most)]
)
def test_a_disk_that_fails_lets_nothing_out(
    step: str, number: int, *, crashed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever step fails, no line is given, and what is co-signed later excludes nothing."""
    one = witness(tmp_path)
    one.add_checkpoint(grown(0, 3))
    with monkeypatch.context() as patch:
        patch.setattr(*_breaking(step, number))
        with pytest.raises(OSError, match="planted"):
            one.add_checkpoint(grown(3, 5))
    if crashed:
        close_stores()
        one = witness(tmp_path)
    size = decode_checkpoint(one.checkpoint(NAME).body).size
    assert size in (3, 5)
    assert one.add_checkpoint(grown(size, 7)).status == 200
    close_stores()
    assert witness(tmp_path).add_checkpoint(grown(7, 9)).status == 200


def _breaking(step: str, number: int) -> tuple[str, Callable[..., object]]:
    """Where a step is, and one that fails at its time of this number."""
    place, real = {
        "write": ("pathlib.Path.open", Path.open),
        "fsync": ("os.fsync", os.fsync),
        "replace": ("pathlib.Path.replace", Path.replace),
        "sync": ("audit.witness_store.sync_folder", sync_folder),
    }[step]
    made = itertools.count()

    def failing(*given: object, **more: object) -> object:
        if (step != "write" or "wb" in given) and next(made) == number:
            raise OSError(5, "planted")
        return real(*given, **more)  # type: ignore[operator]

    return place, failing


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "emptied": lambda _: b"",
    "cut short": lambda data: data[:-1],
    "a bit of the witness's line": lambda data: data[:-10] + b"AAAA" + data[-6:],
    "without the witness's line": lambda data: data.rpartition(b"\xe2\x80\x94")[0],
    "without the log's line": lambda data: text_of(7) + b"\n" + SIGNER.line(text_of(7)),
    "of a thief": lambda _: THIEF.checkpoint(ENTRIES[:7]) + SIGNER.line(text_of(7)),
    "of the other log": lambda _: OTHER_LOG.checkpoint(ENTRIES[:7]),
    "of another origin, signed by this log": lambda _: (
        LOG.checkpoint(ENTRIES[:7], origin=OTHER_LOG.name)
        + SIGNER.line(text_of(7).replace(LOG.name.encode(), OTHER_LOG.name.encode()))
    ),
    "of another witness": lambda _: LOG.checkpoint(ENTRIES[:7]) + STRANGER.stamper.line(text_of(7)),
}


@pytest.mark.parametrize("phrase", DAMAGES)
def test_a_damaged_memory_is_not_taken_for_an_empty_one(phrase: str, tmp_path: Path) -> None:
    one = witness(tmp_path)
    one.add_checkpoint(grown(0, 7))
    kept = tmp_path / f"{name_of(LOG.name)}.checkpoint"
    kept.write_bytes(DAMAGES[phrase](kept.read_bytes()))
    with pytest.raises(Unusable):
        one.add_checkpoint(grown(7, 9))
    close_stores()
    with pytest.raises(Unusable):
        witness(tmp_path)


# ------------------------------------------------------------------ files that belong together

BOARD, JOURNAL = (f"{name_of(log.name)}.checkpoint" for log in (LOG, OTHER_LOG))


def both(folder: Path, size: int) -> None:
    """A witness that co-signed this much of both logs, and ended."""
    one = witness(folder)
    for log in (LOG, OTHER_LOG):
        kept = one.checkpoint(name_of(log.name))
        old = decode_checkpoint(kept.body).size if kept.status == 200 else 0
        assert one.add_checkpoint(grown(old, size, ENTRIES, log)).status == 200
    close_stores()


def put_back(folder: Path, *names: str) -> None:
    """These files again as they were earlier, the others as they are."""
    both(folder, 3)
    earlier = {name: (folder / name).read_bytes() for name in names}
    both(folder, 5)
    both(folder, 7)
    for name, data in earlier.items():
        (folder / name).write_bytes(data)


def _lose(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).unlink()


APART: dict[str, Callable[[Path], object]] = {
    "the board's is lost": lambda folder: (folder / BOARD).unlink(),
    "the journal's is lost": lambda folder: (folder / JOURNAL).unlink(),
    "both are lost": lambda folder: _lose(folder, BOARD, JOURNAL),
    "the list is lost": lambda folder: (folder / LIST).unlink(),
    "the list is emptied": lambda folder: (folder / LIST).write_bytes(b""),
    "the list is cut short": lambda folder: (folder / LIST).write_bytes(
        (folder / LIST).read_bytes()[:-1]
    ),
    "the list lacks a log": lambda folder: (folder / LIST).write_bytes(
        b"".join((folder / LIST).read_bytes().splitlines(keepends=True)[:-1])
    ),
    "the board's is older": lambda folder: put_back(folder, BOARD),
    "the journal's is older": lambda folder: put_back(folder, JOURNAL),
    "the list is older": lambda folder: put_back(folder, LIST),
}


@pytest.mark.parametrize("phrase", APART)
def test_files_that_do_not_belong_together_are_refused(phrase: str, tmp_path: Path) -> None:
    both(tmp_path, 3)
    APART[phrase](tmp_path)
    with pytest.raises(Unusable) as refused_:
        witness(tmp_path)
    assert "n'est pas entière" in refused_.value.text.fr
    assert refused_.value.hint is not None
    with pytest.raises(Unusable, match="not whole"):  # and nothing was made whole by trying
        witness(tmp_path)


def _moved(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))


def _copied(folder: Path) -> None:
    _moved(folder)
    shutil.copytree(folder.with_name("elsewhere"), folder)


def _emptied(folder: Path) -> None:
    _moved(folder)
    folder.mkdir()


def _another(folder: Path) -> None:
    _moved(folder)
    Store(folder).close()


WHILE_IT_RUNS: dict[str, Callable[[Path], object]] = {
    "the folder is moved away": _moved,
    "the folder is deleted": shutil.rmtree,
    "an empty one is in its place": _emptied,
    "a new memory is in its place": _another,
    "its own copy is in its place": _copied,
    "its files are deleted": lambda folder: _lose(folder, LOCK, LIST, BOARD, JOURNAL),
    "its notes are deleted": lambda folder: _lose(folder, BOARD, JOURNAL),
    "its lock is deleted": lambda folder: (folder / LOCK).unlink(),
    "its list is deleted": lambda folder: (folder / LIST).unlink(),
    "an older copy is written over it": lambda folder: shutil.copytree(
        folder.with_name("copy"), folder, dirs_exist_ok=True
    ),
}


@pytest.mark.parametrize("phrase", WHILE_IT_RUNS)
def test_a_memory_replaced_while_it_runs_ends_the_signing(phrase: str, tmp_path: Path) -> None:
    folder = tmp_path / "memory"
    both(folder, 3)
    shutil.copytree(folder, tmp_path / "copy")
    both(folder, 7)
    one = witness(folder)
    WHILE_IT_RUNS[phrase](folder)
    there = sorted(folder.rglob("*")) if folder.exists() else None
    for request in (grown(0, 9, OTHERS), grown(7, 9), grown(3, 9)):
        with pytest.raises(Unusable):
            one.add_checkpoint(request)
    with pytest.raises(Unusable):
        one.checkpoint(NAME)
    assert (sorted(folder.rglob("*")) if folder.exists() else None) == there


def test_a_folder_put_back_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "memory"
    both(folder, 7)
    one = witness(folder)
    _another(folder)
    with pytest.raises(Unusable):
        one.add_checkpoint(grown(0, 9, OTHERS))
    shutil.rmtree(folder)
    (tmp_path / "elsewhere").rename(folder)
    assert one.add_checkpoint(grown(7, 9)).status == 200


def test_another_log_is_followed_later(tmp_path: Path) -> None:
    """The first request of the journal may come long after those of the board."""
    one = witness(tmp_path)
    one.add_checkpoint(grown(0, 7))
    close_stores()
    one = witness(tmp_path)
    assert one.add_checkpoint(grown(0, 3, ENTRIES, OTHER_LOG)).status == 200
    assert one.add_checkpoint(grown(7, 9)).status == 200


def test_a_memory_is_new_once_and_empty_until_something_is_cosigned(tmp_path: Path) -> None:
    for is_first in (True, False):
        store = Store(tmp_path)
        assert (store.is_new, store.is_empty) == (is_first, True)
        store.close()
    one = witness(tmp_path)
    one.add_checkpoint(grown(0, 0))
    close_stores()
    store = Store(tmp_path)
    assert (store.is_new, store.is_empty) == (False, False)
    store.close()


def test_what_a_system_or_a_person_left_beside_is_no_note(tmp_path: Path) -> None:
    both(tmp_path, 3)
    for name in (f"._{BOARD}", f"Copie de {BOARD}", "notes.checkpoint", ".DS_Store"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "d.checkpoint").mkdir()
    store = Store(tmp_path)
    assert not store.is_empty
    store.close()


def test_what_a_crash_left_beside_is_not_read(tmp_path: Path) -> None:
    one = witness(tmp_path)
    one.add_checkpoint(grown(0, 7))
    (tmp_path / f"{name_of(LOG.name)}.new").write_bytes(LOG.checkpoint(ENTRIES[:9])[:50])
    close_stores()
    assert witness(tmp_path).add_checkpoint(grown(7, 9)).status == 200


def test_a_new_folder_is_on_the_disk_before_anything_is_signed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr("audit.witness_store.sync_folder", synced.append)
    Store(tmp_path / "a" / "b").close()
    assert synced == [tmp_path, tmp_path / "a", tmp_path / "a" / "b"]
    Store(tmp_path / "a" / "b").close()
    assert len(synced) == 3


def test_two_witnesses_do_not_share_a_folder(tmp_path: Path) -> None:
    store = Store(tmp_path / "m")
    with pytest.raises(Unusable):
        Store(tmp_path / "m")
    store.close()
    Store(tmp_path / "m").close()
    assert (tmp_path / "m").stat().st_mode & 0o777 == 0o700


def test_its_line_is_that_of_a_cosignature(tmp_path: Path) -> None:
    one: Witness = witness(tmp_path)
    line = one.add_checkpoint(grown(0, 7)).body
    checkpoint = decode_checkpoint(LOG.checkpoint(ENTRIES[:7]) + line)
    assert checkpoint.signed_by(decode_key(LOG.vkey))
    assert cosigned_at(checkpoint, KEY) == STAMPED_AT
