# SPDX-License-Identifier: AGPL-3.0-or-later
"""§22: a witness never goes back: two at once, a restart, a disk that fails, a damaged memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from audit.cosignatures import cosigned_at
from audit.notes import decode_checkpoint, decode_key
from audit.witness import SIZE, Answer, Witness
from audit.witness_store import Store, name_of
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
    close_stores()
    again = witness(tmp_path)
    assert again.checkpoint(NAME) == one.checkpoint(NAME)
    assert again.add_checkpoint(grown(0, 9)) == Answer(409, b"7\n", SIZE)
    assert refused(again.add_checkpoint(grown(7, 9, OTHERS)), 422)
    assert again.add_checkpoint(grown(7, 9)).status == 200


FAILING = ("write", "fsync", "replace", "sync")


@pytest.mark.parametrize("step", FAILING)
def test_a_disk_that_fails_lets_nothing_out(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever step fails, no line is given, and what is co-signed later excludes nothing."""
    one = witness(tmp_path)
    one.add_checkpoint(grown(0, 3))
    with monkeypatch.context() as patch:
        broken = _breaking(step)
        patch.setattr(broken[0], broken[1])
        with pytest.raises(OSError, match="planted"):
            one.add_checkpoint(grown(3, 5))
    size = decode_checkpoint(one.checkpoint(NAME).body).size
    assert size == (5 if step == "sync" else 3)
    assert one.add_checkpoint(grown(size, 7)).status == 200


def _breaking(step: str) -> tuple[str, Callable[..., object]]:
    def fail(*_: object, **__: object) -> object:
        raise OSError(5, "planted")

    place = {
        "write": "pathlib.Path.open",
        "fsync": "os.fsync",
        "replace": "pathlib.Path.replace",
        "sync": "audit.witness_store.sync_folder",
    }[step]
    if step != "write":
        return place, fail
    real = Path.open

    def opened(self: Path, mode: str = "r", *rest: object) -> object:
        return fail() if "w" in mode else real(self, mode, *rest)  # type: ignore[call-overload]

    return place, opened


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
    assert synced == [tmp_path, tmp_path / "a"]
    Store(tmp_path / "a" / "b").close()
    assert len(synced) == 2


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
