# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a witness remembers: of each log, the last checkpoint that it co-signed. §22.

One file a log, written beside its place, forced to the disk and put into it: after a crash there is
the one state or the other, whole. Nothing else is kept, in memory neither, so that what is compared
is what the disk has. Whoever puts back an older copy of the folder makes the witness lie.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from audit.cosignatures import cosigned_at
from audit.locking import hold
from audit.notes import Checkpoint, VerifierKey, decode_checkpoint
from audit.record import MAX_CHECKPOINT
from audit.system import explained, sync_folder
from audit.words import Malformed, Text, Unusable, shown

LOCK = "lock"
_HINT = Text(
    "ne l'effacez pas : sans elle, ce témoin signerait ce qu'il a déjà exclu ; remettez le"
    " dossier tel qu'il était",
    "do not delete it: without it this witness would sign what it has already excluded; put the"
    " folder back as it was",
)


def name_of(origin: str) -> str:
    """How addresses and files name a log: the SHA-256 of its origin (§22)."""
    return hashlib.sha256(origin.encode("utf-8")).hexdigest()


class Store:
    """A folder that one process holds, until it ends.

    Raises:
        Unusable: it cannot be made or written, or another process holds it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
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

    def close(self) -> None:
        """Let another process have the folder."""
        self._lock.close()

    def read(self, origin: str) -> bytes | None:
        """The note kept for this log, as it was written; None before the first.

        Raises:
            OSError: the disk does not give it.
        """
        try:
            with self._path(origin).open("rb") as file:
                return file.read(MAX_CHECKPOINT + 1)
        except FileNotFoundError:
            return None

    def keep(self, origin: str, data: bytes) -> None:
        """Have this note on the disk in the place of the one before, once this returns.

        Raises:
            OSError: it may be there or not; the one before is there otherwise.
        """
        path = self._path(origin)
        beside = path.with_suffix(".new")
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        sync_folder(self.folder)

    def _path(self, origin: str) -> Path:
        return self.folder / f"{name_of(origin)}.checkpoint"


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


def _make(folder: Path) -> None:
    """Have the folder on the disk, with those above it."""
    if not folder.exists():
        _make(folder.parent)
        folder.mkdir(mode=0o700)
        sync_folder(folder.parent)
