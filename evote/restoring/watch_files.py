# SPDX-License-Identifier: AGPL-3.0-or-later
"""The signed notes that a watcher has seen: its diary, and what it has written as evidence: §21.

A watcher sees more than it can fetch. What it saw stands in the diary ``watch.jsonl`` the moment it
was seen; the record beside it may be behind, where the server stopped between two questions. Both
are known by how they begin, whatever they are called: a watcher hands on what it has as evidence.
"""

import re
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
# What anybody gave it, and what it was reading when it was killed: it has judged neither.
UNJUDGED: Final = ("promises", "reading")
VERSION: Final = 1
MAX_LINE: Final = 2**18  # a note has 64 KiB at most, and JSON writes each newline with two signs
MAX_EVIDENCE: Final = 2**22
_EVIDENCE: Final = "evidence"
_HALF_WRITTEN: Final = ".new"
_BESIDE: Final = ("lock", "asking.json", "pending.board", "pending.journal")
_DIARY_BEGINS: Final = re.compile(rb'\{"watch":[0-9]')
_EVIDENCE_BEGINS: Final = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"evote_evidence"')
# Members of evidence that are checkpoints (§21). What was promised there was judged already.
_CHECKPOINTS: Final = ("first", "second", "checkpoint")
_ADVICE: Final = "donnez le dossier tel que « evote-audit watch » l'a laissé, ou une autre copie"


def is_diary(path: Path, beginning: bytes) -> bool:
    """Tell whether it is a diary, or has the name of one."""
    return path.name == WATCH_DIARY or _DIARY_BEGINS.match(beginning) is not None


def is_evidence(path: Path, beginning: bytes) -> bool:
    """Tell whether it is evidence, or stands where a watcher has put some."""
    stands = path.parent.name == _EVIDENCE and is_of_watch(path.parent)
    return (stands and path.suffix == ".json") or _EVIDENCE_BEGINS.match(beginning) is not None


def is_of_watch(path: Path) -> bool:
    """Tell whether a watcher's diary lies beside it."""
    return (path.parent / WATCH_DIARY).is_file()


def is_half_written(path: Path) -> bool:
    """Tell whether it is what a watcher was writing when it was killed."""
    return path.suffix == _HALF_WRITTEN and (is_of_watch(path) or is_of_watch(path.parent))


def is_beside_notes(path: Path) -> bool:
    """Tell whether it is a file that a watcher keeps for itself, without any note."""
    return path.name in _BESIDE and is_of_watch(path)


def notes_of_diary(path: Path) -> Iterator[bytes]:
    """Give every checkpoint that a watcher has in its diary.

    Of those of one size and root the one that was stamped last, with the most lines.

    Raises:
        Unreadable: it is not what a watcher writes.
    """
    last: dict[str, tuple[int, str]] = {}
    for line in _diary(path):
        note, stamp = line.get("note"), line.get("stamp")
        if isinstance(note, str):
            text, at = note.partition("\n\n")[0], stamp if isinstance(stamp, int) else 0
            if text not in last or last[text][0] <= at:  # the same one co-signed stands later
                last[text] = at, note
    yield from (note.encode() for _, note in last.values())


def notes_of_evidence(path: Path) -> Iterator[bytes]:
    """Give every checkpoint that a piece of evidence has.

    Raises:
        Unreadable: it is not what a watcher writes.
    """
    evidence = _evidence(path)
    notes = (evidence.get(name) for name in _CHECKPOINTS)
    yield from (note.encode() for note in notes if isinstance(note, str))


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
    return Unreadable(f"« {path} » a {what} : ce n'est pas ce qu'une surveillance écrit", _ADVICE)
