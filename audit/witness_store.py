# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a witness remembers: of each log, the last checkpoint that it co-signed. §22.

One file a log, written beside its place, forced to the disk and put into it: after a crash there is
the one state or the other, whole. ``list`` names them all, each by its hash: one that is missing or
older than the others is seen, and so is whatever another hand changes while the witness runs.
Whoever puts back an older copy of the whole folder before it starts makes the witness lie.
"""

from __future__ import annotations

import os
import re
import threading
from hashlib import sha256
from pathlib import Path

from audit.cosignatures import cosigned_at
from audit.locking import hold
from audit.notes import Checkpoint, VerifierKey, decode_checkpoint
from audit.record import MAX_CHECKPOINT
from audit.system import explained, sync_folder
from audit.witness_list import MOST_BYTES, NOTHING, Kept, decode, digest, encode
from audit.words import Malformed, Text, Unusable, shown

LOCK, LIST = "lock", "list"
_NOTE = ".checkpoint"
_OF_A_LOG = re.compile("[0-9a-f]{64}", re.ASCII)
_HINT = Text(
    "ne l'effacez pas : sans elle, ce témoin signerait ce qu'il a déjà exclu ; remettez le dossier"
    " entier tel qu'il était à l'arrêt ou, s'il est perdu, laissez ce témoin arrêté",
    "do not delete it: without it this witness would sign what it has already excluded; put the"
    " whole folder back as it was when it stopped or, if it is lost, leave this witness stopped",
)


def name_of(origin: str) -> str:
    """How addresses and files name a log: the SHA-256 of its origin (§22)."""
    return sha256(origin.encode("utf-8")).hexdigest()


class Store:
    """A folder that one process holds, until it ends.

    Raises:
        Unusable: it cannot be made or written, another process holds it, or what is in it does not
            belong together: a file is missing, damaged, of another time or too many.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.is_new = False  # made by this very process
        self._one_at_a_time = threading.Lock()
        try:
            _make(folder)
            self._lock = hold(folder / LOCK)
        except BlockingIOError as error:
            raise Unusable(
                "un autre témoin tourne déjà sur ce dossier",
                "another witness already runs on this folder",
                Text("arrêtez-le, ou donnez un autre --store", "stop it, or give another --store"),
            ) from error
        except OSError as error:
            raise Unusable(*explained(error)) from error
        try:
            self._kept = self._whole()
            self._lists = {encode(self._kept)}
        except OSError as error:
            self.close()
            raise Unusable(*explained(error)) from error
        except Unusable:
            self.close()
            raise

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever co-signed with it, whenever it was made."""
        return not self._kept

    def close(self) -> None:
        """Let another process have the folder."""
        self._lock.close()

    def read(self, origin: str) -> bytes | None:
        """The note kept for this log, as it was written; None before the first.

        Raises:
            Unusable: the folder, or what is in it, is no longer what this process left there.
            OSError: the disk does not give it.
        """
        with self._one_at_a_time:
            self._require_unchanged()
            return self._note(name_of(origin), self._kept)

    def keep(self, origin: str, data: bytes) -> None:
        """Have this note on the disk in the place of the one before, once this returns.

        Raises:
            Unusable: as above; nothing was written.
            OSError: it may be there or not; the one before is there otherwise.
        """
        name = name_of(origin)
        with self._one_at_a_time:
            self._require_unchanged()
            before = digest(self._note(name, self._kept))
            # What was written and perhaps not forced to the disk is there for good after this.
            sync_folder(self.folder)
            self._list({**self._kept, name: (before, digest(data))})
            self._write(f"{name}{_NOTE}", data)
            self._list({**self._kept, name: (digest(data),)})

    def _require_unchanged(self) -> None:
        """Nobody replaced the folder, or its list, since this process had it."""
        try:
            there = (self.folder / LOCK).stat()
            found = self._read(LIST, MOST_BYTES)
        except FileNotFoundError:
            raise _replaced() from None
        if not os.path.samestat(there, os.fstat(self._lock.fileno())) or found not in self._lists:
            raise _replaced()

    def _whole(self) -> Kept:
        """What the list says, once every note that it names is there, and no other."""
        names = (path.stem for path in self.folder.glob(f"*{_NOTE}"))
        notes = {name for name in names if _OF_A_LOG.fullmatch(name)}  # nothing else is one
        data = self._read(LIST, MOST_BYTES)
        if data is None and not notes:
            self._write(LIST, encode({}))
            self.is_new = True
            return {}
        if data is None:
            raise _incomplete(LIST)
        try:
            kept = decode(data)
        except Malformed as refusal:
            raise _incomplete(LIST) from refusal
        for name in sorted({*notes, *kept}):
            self._note(name, kept)
        return kept

    def _note(self, name: str, kept: Kept) -> bytes | None:
        """The note of a log, which is one that the list names."""
        data = self._read(f"{name}{_NOTE}", MAX_CHECKPOINT)
        if digest(data) not in kept.get(name, (NOTHING,)):
            raise _incomplete(f"{name}{_NOTE}")
        return data

    def _list(self, kept: Kept) -> None:
        data = encode(kept)
        self._lists.add(data)  # there or not, until this returns
        self._write(LIST, data)
        self._kept, self._lists = kept, {data}

    def _read(self, name: str, most: int) -> bytes | None:
        try:
            with (self.folder / name).open("rb") as file:
                return file.read(most + 1)
        except FileNotFoundError:
            return None

    def _write(self, name: str, data: bytes) -> None:
        path = self.folder / name
        beside = path.with_suffix(".new")
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        sync_folder(self.folder)


def last_signed(
    store: Store, log: VerifierKey, witness: VerifierKey
) -> tuple[Checkpoint, int] | None:
    """The checkpoint kept for a log, and when the witness co-signed it; None before the first.

    Raises:
        Unusable: what is kept is not signed by the log and this witness: it was damaged.
        OSError: the disk does not give it.
    """
    data = store.read(log.name)
    if data is None:
        return None
    try:
        checkpoint = decode_checkpoint(data)
        time = cosigned_at(checkpoint, witness)
    except Malformed as refusal:
        raise _damaged(log) from refusal
    if checkpoint.origin != log.name or not checkpoint.signed_by(log) or time is None:
        raise _damaged(log)
    return checkpoint, time


def _damaged(log: VerifierKey) -> Unusable:
    name = shown(log.name, len(log.name))
    return Unusable(
        f"la mémoire de ce témoin pour {name} est abîmée, ou d'un autre témoin",
        f"what this witness remembers of {name} is damaged, or another's",
        _HINT,
    )


def _incomplete(name: str) -> Unusable:
    return Unusable(
        f"la mémoire de ce témoin n'est pas entière : {name} manque, est abîmé ou d'un autre"
        " moment",
        f"what this witness remembers is not whole: {name} is missing, damaged or of another time",
        _HINT,
    )


def _replaced() -> Unusable:
    return Unusable(
        "la mémoire de ce témoin a été remplacée ou enlevée pendant qu'il tourne : il ne cosigne"
        " plus",
        "this witness's memory was replaced or removed while it runs: it co-signs no more",
        _HINT,
    )


def _make(folder: Path) -> None:
    """Have the folder on the disk, with those above it."""
    if not folder.exists():
        _make(folder.parent)
        folder.mkdir(mode=0o700)
        sync_folder(folder.parent)
