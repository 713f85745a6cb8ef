# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a watcher saw, on its disk: a diary that is only ever added to, and the record.

The diary, ``watch.jsonl``, has a line for each thing that happened; what it says was kept of
archive and journal is in ``record/``, which is a record of §17.1. After a stop anywhere, a torn
last line and bytes of the record that no line speaks of are taken off again. What is asked for in
vain is beside it in ``asking.json``, which is replaced. Both have check sums (``sums.py``).
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from audit.locking import hold
from audit.record import CHECKPOINTS, JOURNAL
from audit.strict_json import encode
from audit.watching.disk import Disk, read_back, written
from audit.watching.sums import summed, unsummed
from audit.words import Text, Unusable

_OF_SYSTEMS = (".DS_Store", "Thumbs.db", "desktop.ini")  # left by whoever looks into a folder
VERSION = 1
DIARY = "watch.jsonl"
HOURS = "asking.json"
LOGS = ("board", "journal")
_CHUNK = 2**20
Line = dict[str, Any]
LOOK_AFTER = Text(
    "voyez ce disque, puis lancez la même commande : elle reprend où elle en était",
    "look after this disk, then give the same command: it goes on from where it was",
)
_OTHER = Text(
    "arrêtez-la, ou donnez un autre dossier avec --store",
    "stop it, or give another folder with --store",
)
_ANOTHER = Text(
    "donnez un autre dossier avec --store, et gardez celui-ci",
    "give another folder with --store, and keep this one",
)


class Store:
    """The folder of one watch.

    Args:
        folder: made if it is not there.
        uuid: of the election that is watched.
        disk: how it is written.

    Raises:
        Unusable: another watcher uses it, it is of another election, or it is damaged.
    """

    def __init__(self, folder: Path, uuid: str, disk: Disk | None = None) -> None:
        self.folder = folder
        self.uuid = uuid
        self.record = folder / "record"
        self.evidence = folder / "evidence"
        self.promises = folder / "promises"
        self._disk = disk or Disk()
        with written():
            for each in (folder, self.record, self.evidence, self.promises):
                each.mkdir(parents=True, exist_ok=True)
        self._lock = _held(folder / "lock")
        self.signed = 0  # checkpoints in the diary
        self.signed_bytes = 0  # of their notes, and of those that came again with more lines
        self.first: Line = {}
        try:
            self._read()
            self._require_begun()
        except BaseException:
            self._lock.close()
            raise
        self.fresh = not self.first

    def close(self) -> None:
        """Let another watcher have it."""
        self._lock.close()

    def path(self, log: str) -> Path:
        """The record's file of a log."""
        return self.record / (f"{self.uuid}.bel" if log == "board" else JOURNAL)

    def note(self, **line: Any) -> None:  # noqa: ANN401
        """Add a line to the diary."""
        if not self.first and "watch" not in line:
            raise RuntimeError("the diary begins with whom it watches")
        self._disk.append(self.folder / DIARY, summed(encode(line)) + b"\n")
        self._count(line)

    def begin(self, fingerprint: str, now: int) -> None:
        """The first line: whose election this is."""
        self.note(watch=VERSION, uuid=self.uuid, fingerprint=fingerprint, at=now)
        self.fresh = False

    @property
    def lines(self) -> Iterator[Line]:
        """The diary, one line in memory at a time: it may be large.

        Raises:
            Unusable: it is damaged.
        """
        path = self.folder / DIARY
        with read_back():
            if not path.exists():
                return
        with read_back(), path.open("rb") as file:
            for data in file:
                if not data.endswith(b"\n"):
                    return  # torn
                yield _line(data)

    def _count(self, line: Line) -> None:
        self.first = self.first or line
        self.signed += "seen" in line
        self.signed_bytes += len(line.get("note", ""))

    def grow(self, log: str, source: Iterator[bytes]) -> None:
        """Add to the record's file of a log; ``keep`` says how far it counts."""
        for data in source:
            self._disk.append(self.path(log), data)

    def show(self, notes: dict[str, str]) -> None:
        """Put the two checkpoints beside what they cover."""
        for log, note in notes.items():
            path = self.record / CHECKPOINTS[log]
            data = note.encode("utf-8")
            with read_back():
                same = path.exists() and path.read_bytes() == data
            if not same:
                self._disk.replace(path, data)

    def trim(self, log: str, size: int) -> None:
        """Take off what came in without being kept.

        Raises:
            Unusable: there is less than was kept.
        """
        path = self.path(log)
        with read_back():
            there = path.stat().st_size if path.exists() else 0
        if there < size:
            raise damaged()
        if there > size:
            self._disk.cut(path, size)

    def read(self, log: str, start: int = 0) -> Iterator[bytes]:
        """What the record's file of a log has, in pieces."""
        path = self.path(log)
        if not path.exists():
            return
        with read_back(), path.open("rb") as file:
            file.seek(start)
            while data := file.read(_CHUNK):
                yield data

    def evidence_size(self, line: Line) -> int | None:
        """How many bytes an alarm's file of evidence has; 0 without one, None if it is missing."""
        if line.get("evidence") is None:
            return 0
        path = self.evidence / str(line["evidence"])
        with read_back():
            return path.stat().st_size if path.exists() else None

    def write_evidence(self, name: str, data: bytes) -> None:
        """A file of evidence, whole or not at all."""
        self._disk.replace(self.evidence / name, data)

    def add_promise(self, name: str, data: bytes) -> None:
        """A promise to look after."""
        self._disk.replace(self.promises / name, data)

    def hours(self) -> Line:
        """What was asked for in vain when it was last kept; nothing before that.

        Raises:
            Unusable: it cannot be read back, or is damaged.
        """
        path = self.folder / HOURS
        try:
            with read_back():
                data = path.read_bytes() if path.exists() else None
            kept = {} if data is None else json.loads(unsummed(data))
        except ValueError:
            raise damaged() from None
        if not isinstance(kept, dict):
            raise damaged()
        return kept

    def keep_hours(self, hours: Mapping[str, Any]) -> None:
        """In the place of what was kept of it before."""
        self._disk.replace(self.folder / HOURS, summed(encode(dict(hours))))

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder for what is needed for a moment; what a kill left in it is gone first."""
        path = self.folder / "reading"
        shutil.rmtree(path, ignore_errors=True)
        with written():
            path.mkdir()
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def pending(self, log: str) -> BinaryIO:
        """A file for what came in and is not kept yet; empty at each start."""
        with written():
            return (self.folder / f"pending.{log}").open("w+b")

    def _read(self) -> None:
        """Look through the diary, and take a torn end off."""
        for line in self.lines:
            if not self.first:
                self._require_mine(line)
            self._count(line)
        path = self.folder / DIARY
        with read_back():
            whole, there = (_whole(path), path.stat().st_size) if path.exists() else (0, 0)
        if whole < there:
            self._disk.cut(path, whole)

    def _require_begun(self) -> None:
        """A diary that is lost, beside what it told of, is no first visit."""
        if self.first:
            return
        for folder in (self.record, self.evidence):
            with read_back():
                kept = (each for each in folder.iterdir() if not _is_of_system(each.name))
                lost = any(each.stat().st_size for each in kept)
            if lost:
                raise damaged()

    def _require_mine(self, first: Line) -> None:
        if first.get("watch") != VERSION:
            raise Unusable(
                "ce dossier a été fait par une autre version de ce programme",
                "this folder was made by another version of this program",
                _ANOTHER,
            )
        if first.get("uuid") != self.uuid:
            raise Unusable(
                "ce dossier surveille une autre élection",
                "this folder watches another election",
                _ANOTHER,
            )


def _is_of_system(name: str) -> bool:
    return name in _OF_SYSTEMS or name.startswith("._")


def _line(data: bytes) -> Line:
    try:
        line = json.loads(unsummed(data[:-1]))
    except ValueError:
        raise damaged() from None
    if not isinstance(line, dict) or not isinstance(line.get("note", ""), str):
        raise damaged()
    return line


def _whole(path: Path) -> int:
    """Up to where the lines of a file are whole."""
    size, end = path.stat().st_size, 0
    with path.open("rb") as file:
        while size and not end:
            start = max(0, size - _CHUNK)
            file.seek(start)
            end = file.read(size - start).rfind(b"\n") + 1
            end, size = start + end if end else 0, start
    return end


def _held(path: Path) -> BinaryIO:
    with written():
        try:
            return hold(path)
        except BlockingIOError:
            raise Unusable(
                "une autre surveillance se sert déjà de ce dossier",
                "another watch already uses this folder",
                _OTHER,
            ) from None


def damaged() -> Unusable:
    """The refusal of a store that is not what its diary says."""
    return Unusable(
        "le dossier de surveillance est abîmé", "the folder of this watch is damaged", _ANOTHER
    )


def garbled() -> Unusable:
    """The refusal of what waited on the disk to be kept, and is not what came in."""
    return Unusable(
        "le disque de cette machine a changé ce qui venait d'y être écrit",
        "this machine's disk changed what had just been written to it",
        LOOK_AFTER,
    )
