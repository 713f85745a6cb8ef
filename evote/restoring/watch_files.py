# SPDX-License-Identifier: AGPL-3.0-or-later
"""The signed notes that a watcher has seen: its diary, and what it has written as evidence: §21.

A watcher sees more than it can fetch. What it saw stands in the diary ``watch.jsonl`` the moment it
was seen; the record beside it may be behind, where the server stopped between two questions.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Final

from evote.errors import Unreadable
from protocol.encoding import JsonValue, decode_json
from protocol.errors import ProtocolError
from tally.errors import cite
from tally.files import open_regular
from tally.french import reason

# What ``evote-audit watch`` begins its folder with; beside it lies the record.
WATCH_DIARY: Final = "watch.jsonl"
PROMISES: Final = "promises"
VERSION: Final = 1
MAX_LINE: Final = 2**18  # a note has 64 KiB at most, and JSON writes each newline with two signs
MAX_EVIDENCE: Final = 2**22
_EVIDENCE: Final = "evidence"
# Members of evidence that are checkpoints (§21). What was promised there was judged already.
_CHECKPOINTS: Final = ("first", "second", "checkpoint")
_ADVICE: Final = "donnez le dossier tel que « evote-audit watch » l'a laissé, ou une autre copie"


def notes_of_watch(folder: Path) -> Iterator[tuple[bytes, str]]:
    """Give every checkpoint that a watcher's folder has in diary and evidence, with its source.

    Of those of one size and root the one that was stamped last, with the most lines.

    Raises:
        Unreadable: the diary, or a file of evidence, is not what a watcher writes.
    """
    path = folder / WATCH_DIARY
    last: dict[str, tuple[int, str]] = {}
    for line in _diary(path):
        note, stamp = line.get("note"), line.get("stamp")
        if isinstance(note, str):
            text, at = note.partition("\n\n")[0], stamp if isinstance(stamp, int) else 0
            if text not in last or last[text][0] <= at:  # the same one co-signed stands later
                last[text] = at, note
    yield from ((note.encode(), str(path)) for _, note in last.values())
    for each in sorted((folder / _EVIDENCE).glob("*.json")):
        evidence = _evidence(each)
        notes = (evidence.get(name) for name in _CHECKPOINTS)
        yield from ((note.encode(), str(each)) for note in notes if isinstance(note, str))


def _diary(path: Path) -> Iterator[Mapping[str, JsonValue]]:
    with _opened(path) as stream:
        first = True
        while data := stream.readline(MAX_LINE + 1):
            if len(data) > MAX_LINE:
                raise _strange(path, "une ligne trop longue")
            if not data.endswith(b"\n"):
                break  # torn: the watcher was stopped while it wrote, and takes it off itself
            line = _object(data[:-1], path)
            if first and line.get("watch") != VERSION:
                raise _strange(path, "un autre début")
            first = False
            yield line
        if first:
            raise _strange(path, "aucune ligne")


def _evidence(path: Path) -> Mapping[str, JsonValue]:
    with _opened(path) as stream:
        data = stream.read(MAX_EVIDENCE + 1)
    if len(data) > MAX_EVIDENCE:
        raise _strange(path, "plus de 4 Mio")
    evidence = _object(data, path)
    if "evote_evidence" not in evidence:
        raise _strange(path, "autre chose qu'une preuve")
    return evidence


def _object(data: bytes, path: Path) -> Mapping[str, JsonValue]:
    try:
        value = decode_json(data)
    except ProtocolError as cause:
        raise _strange(path, f"une ligne illisible {cite(cause)}") from cause
    if not isinstance(value, dict):
        raise _strange(path, "une ligne illisible")
    return value


def _opened(path: Path) -> BinaryIO:
    try:
        return open_regular(path)
    except OSError as cause:
        raise Unreadable(f"impossible de lire « {path} » ({reason(cause)})", _ADVICE) from cause


def _strange(path: Path, what: str) -> Unreadable:
    return Unreadable(f"« {path} » a {what} : ce n'est pas ce qu'un témoin écrit", _ADVICE)
