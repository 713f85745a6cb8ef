# SPDX-License-Identifier: AGPL-3.0-or-later
"""The folder of promises, to which anybody may add at any time: docs/protocol.md §20.1.

A file is read again when it changes: it may have been read while it was copied. What is no promise
of this election is told, and never passed over in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from audit.as_given import as_given
from audit.notes import VerifierKey
from audit.promises import Promise, decode_promise
from audit.record import MAX_CHECKPOINT
from audit.system import CHECK_PATH, explained, open_regular
from audit.watching.disk import read_back
from audit.watching.store import Store
from audit.words import Malformed, Text, Unusable

MOST = 100_000
_OURS = re.compile(r"promise-[0-9]{4,6}\.txt\.new")  # half written by ``Store.add_promise``
_OTHER = Text(
    "ce n'est pas une promesse de cette élection, signée par la clé de son urne",
    "it is no promise of this election, signed by its board's key",
)
_GIVE = Text(
    "donnez le fichier que la page du vote de cette élection a donné, ou retirez --promise",
    "give the file that this election's voting page gave, or leave out --promise",
)
_TAKE_AS_GIVEN = Text(
    "donnez le fichier ….promise tel que la page du vote l'a donné",
    "give the file ….promise as the voting page gave it",
)


@dataclass(slots=True)
class _File:
    """One file, as it was when it was read.

    Args:
        mark: what changes when it is written again.
        promise: in it; None if it is none of this election.
        why: it is none.
        over: there is nothing more to do or to say about it.
    """

    mark: tuple[int, int, int]
    promise: Promise | None
    why: Text
    over: bool = False


class PromiseFolder:
    """The promises that wait.

    Args:
        folder: of the store.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, _File] = {}

    def waiting(self, key: VerifierKey) -> Iterator[tuple[str, Promise]]:
        """Every promise of this board's key that is not settled, with its file's name."""
        with read_back():
            paths = sorted(self._folder.iterdir())[:MOST]
        for path in paths:
            name = path.name
            if name.startswith(".") or _OURS.fullmatch(name):
                continue
            mark, known = _mark(path), self._files.get(name)
            if known is None or known.mark != mark:
                known = self._files[name] = _File(mark, *_read(path, key))
            if known.promise is not None and not known.over:
                yield name, known.promise

    def settle(self, name: str) -> None:
        """Nothing more is to be waited for, as long as the file stays what it is."""
        self._files[name].over = True

    def strangers(self) -> Iterator[tuple[str, Text]]:
        """The files that are no promise of this election, and why; each once until it changes."""
        for name, file in self._files.items():
            if file.promise is None and not file.over:
                file.over = True
                yield name, file.why


def _mark(path: Path) -> tuple[int, int, int]:
    """Taken before it is read, so that what is written meanwhile changes it."""
    try:
        there = path.stat()
    except OSError:
        return (0, 0, 0)
    return there.st_mtime_ns, there.st_size, there.st_ino


def _read(path: Path, key: VerifierKey) -> tuple[Promise | None, Text]:
    """The promise in a file, if it is one of this board; else why not."""
    try:
        promise = decode_promise(_bytes(path))
    except OSError as error:
        return None, explained(error)
    except Malformed as refusal:
        return None, refusal.text
    return (promise if promise.signed_by(key) else None), _OTHER


def _bytes(path: Path) -> bytes:
    with open_regular(path) as file:
        return as_given(file.read(MAX_CHECKPOINT + 1))


@dataclass(frozen=True, slots=True)
class Entrusted:
    """A promise that the command line gives.

    Args:
        name: of its file.
        data: the note, as it was.
        promise: in it.
    """

    name: str
    data: bytes
    promise: Promise


def read_entrusted(path: Path) -> Entrusted:
    """A promise of some election; of which, is known once that is met.

    Raises:
        Unusable: it is none.
    """
    try:
        data = _bytes(path)
        return Entrusted(path.name, data, decode_promise(data))
    except OSError as error:
        raise Unusable(*explained(error), CHECK_PATH) from error
    except Malformed as refusal:
        why = refusal.text.at(Text(path.name, path.name))
        raise Unusable(*why, refusal.hint or _TAKE_AS_GIVEN) from refusal


def entrust(store: Store, given: Entrusted, key: VerifierKey) -> None:
    """Put a promise into the store, unless it is there.

    Raises:
        Unusable: it is none of this election.
    """
    if not given.promise.signed_by(key):
        raise Unusable(*_OTHER.at(Text(given.name, given.name)), _GIVE)
    with read_back():
        names = {each.name: each for each in store.promises.iterdir()}
        if any(each.read_bytes() == given.data for each in names.values() if each.is_file()):
            return
    name = next(
        name
        for name in (f"promise-{number:04}.txt" for number in range(1, 10**6))
        if name not in names
    )
    store.add_promise(name, given.data)
