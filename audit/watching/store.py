# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a watcher saw, on its disk: a diary that is only ever added to, and the record.

The diary, ``watch.jsonl``, has a line for each thing that happened; what it says was kept of
archive and journal is in ``record/``, which is a record of §17.1. After a stop anywhere, a torn
last line and bytes of the record that no line speaks of are taken off again. What is asked for in
vain is beside it in ``asking.json``, which is replaced.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from audit.locking import hold
from audit.record import CHECKPOINTS, JOURNAL
from audit.strict_json import encode
from audit.watching.disk import Disk, written
from audit.words import Text, Unusable

VERSION = 1
DIARY = "watch.jsonl"
HOURS = "asking.json"
LOGS = ("board", "journal")
_CHUNK = 2**20
Line = dict[str, Any]
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
        try:
            self.lines = self._read()
        except BaseException:
            self._lock.close()
            raise
        self.fresh = not self.lines

    def close(self) -> None:
        """Let another watcher have it."""
        self._lock.close()

    def path(self, log: str) -> Path:
        """The record's file of a log."""
        return self.record / (f"{self.uuid}.bel" if log == "board" else JOURNAL)

    def note(self, **line: Any) -> None:  # noqa: ANN401
        """Add a line to the diary."""
        if not self.lines and "watch" not in line:
            raise RuntimeError("the diary begins with whom it watches")
        self._disk.append(self.folder / DIARY, encode(line) + b"\n")
        self.lines.append(line)

    def begin(self, fingerprint: str, now: int) -> None:
        """The first line: whose election this is."""
        self.note(watch=VERSION, uuid=self.uuid, fingerprint=fingerprint, at=now)
        self.fresh = False

    @property
    def first(self) -> Line:
        """The first line."""
        return self.lines[0]

    def grow(self, log: str, source: Iterator[bytes]) -> None:
        """Add to the record's file of a log; ``keep`` says how far it counts."""
        for data in source:
            self._disk.append(self.path(log), data)

    def show(self, notes: dict[str, str]) -> None:
        """Put the two checkpoints beside what they cover."""
        for log, note in notes.items():
            path = self.record / CHECKPOINTS[log]
            data = note.encode("utf-8")
            if not path.exists() or path.read_bytes() != data:
                self._disk.replace(path, data)

    def trim(self, log: str, size: int) -> None:
        """Take off what came in without being kept.

        Raises:
            Unusable: there is less than was kept.
        """
        path = self.path(log)
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
        with path.open("rb") as file:
            file.seek(start)
            while data := file.read(_CHUNK):
                yield data

    def has_evidence(self, line: Line) -> bool:
        """Whether an alarm's file of evidence is there, if it has one."""
        name = line.get("evidence")
        return name is None or (self.evidence / str(name)).exists()

    def write_evidence(self, name: str, data: bytes) -> None:
        """A file of evidence, whole or not at all."""
        self._disk.replace(self.evidence / name, data)

    def add_promise(self, name: str, data: bytes) -> None:
        """A promise to look after."""
        self._disk.replace(self.promises / name, data)

    def hours(self) -> Line:
        """What was asked for in vain when it was last kept; nothing before that.

        Raises:
            Unusable: it cannot be read.
        """
        path = self.folder / HOURS
        try:
            kept = json.loads(path.read_bytes()) if path.exists() else {}
        except ValueError:
            raise damaged() from None
        if not isinstance(kept, dict):
            raise damaged()
        return kept

    def keep_hours(self, hours: Mapping[str, Any]) -> None:
        """In the place of what was kept of it before."""
        self._disk.replace(self.folder / HOURS, encode(dict(hours)))

    def pending(self, log: str) -> BinaryIO:
        """A file for what came in and is not kept yet; empty at each start."""
        return (self.folder / f"pending.{log}").open("w+b")

    def _read(self) -> list[Line]:
        path = self.folder / DIARY
        data = path.read_bytes() if path.exists() else b""
        whole = data.rfind(b"\n") + 1
        lines: list[Line] = []
        with contextlib.suppress(ValueError):
            lines += [json.loads(line) for line in data[:whole].splitlines()]
        if len(lines) != data.count(b"\n") or not all(isinstance(each, dict) for each in lines):
            raise damaged()
        if lines and lines[0].get("watch") != VERSION:
            raise Unusable(
                "ce dossier a été fait par une autre version de ce programme",
                "this folder was made by another version of this program",
                _ANOTHER,
            )
        if lines and lines[0].get("uuid") != self.uuid:
            raise Unusable(
                "ce dossier surveille une autre élection",
                "this folder watches another election",
                _ANOTHER,
            )
        if whole < len(data):
            self._disk.cut(path, whole)
        return lines


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
