# SPDX-License-Identifier: AGPL-3.0-or-later
"""The keys of a backup in the key folder: none that is there is overwritten: docs/adr/0016."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from evote.errors import Refusal, Unreadable
from evote.keys import ElectionKeys, KeyFolder, KeyUnavailable, decode_key
from evote.log_keys import LogKeys, decode_log_keys
from evote.secret_files import create_secret_file, destroy_secret_file, remove_unnamed
from protocol.secret import Secret
from protocol.server_binding import ServerBinding
from tally.files import open_regular
from tally.french import reason

_ROOM: Final = "vérifiez ce dossier et son disque (PREAU_KEY_FOLDER), puis recommencez"
_FOLDER: Final = "donnez un dossier de clés vide, ou celui du serveur perdu (PREAU_KEY_FOLDER)"


class RestoredKeys:
    """The keys that the server will have: those of the backup, and others that are there already.

    Args:
        folder: of the keys.
        files: of the backup, by name.

    Raises:
        Refusal: a file of the same name and with another content is there.
        Unreadable: one of the same name cannot be read.
    """

    def __init__(self, folder: KeyFolder, files: Mapping[str, Secret[bytes]]) -> None:
        self._folder = folder
        self._files = dict(files)
        self._new = [name for name in sorted(files) if not self._is_there(name)]

    def of_roll(self, uuid: str) -> ElectionKeys:
        """Return the key of an election's roll.

        Raises:
            KeyUnavailable: there is none.
        """
        path = self._folder.file(uuid)
        return decode_key(self._content(path), path.name)

    def of_logs(self, uuid: str, server: ServerBinding) -> LogKeys:
        """Return the keys of an election's logs, which must be those that were sealed.

        Raises:
            KeyUnavailable: there are none, or others.
        """
        path = self._folder.file(uuid, "logs")
        keys = decode_log_keys(self._content(path), path.name)
        if not keys.are_of(server):
            raise KeyUnavailable(f"the keys {path.name} are not those that were sealed")
        return keys

    def can_sign(self, uuid: str) -> bool:
        """Return whether there will be keys with which logs of this number are signed."""
        path = self._folder.file(uuid, "logs")
        return path.name in self._files or path.exists()

    def leave_out(self, uuid: str) -> None:
        """Place no key of this election, so that nobody signs for it here."""
        for path in (self._folder.file(uuid), self._folder.file(uuid, "logs")):
            self._files.pop(path.name, None)
        self._new = [name for name in self._new if name in self._files]

    @contextlib.contextmanager
    def placed(self) -> Iterator[None]:
        """Have every key in the folder, durably; after an error in the block no new one is there.

        Raises:
            Unreadable: the folder cannot be written.
        """
        with contextlib.ExitStack() as undo:
            for name in self._files:
                path = self._folder.path / name
                try:
                    if name not in self._new:
                        remove_unnamed(path)  # of a restore that was killed
                        continue
                    create_secret_file(path, self._files[name].reveal())
                except OSError as cause:
                    raise Unreadable(
                        f"impossible d'écrire dans le dossier des clés ({reason(cause)})", _ROOM
                    ) from cause
                undo.callback(destroy_secret_file, path)
            yield
            undo.pop_all()

    def _content(self, path: Path) -> Secret[bytes]:
        if path.name in self._files:
            return self._files[path.name]
        try:
            return Secret(_read(path))
        except OSError as cause:
            raise KeyUnavailable(f"the key {path} cannot be read") from cause

    def _is_there(self, name: str) -> bool:
        path = self._folder.path / name
        if not path.exists():
            return False
        try:
            here = _read(path)
        except OSError as cause:
            raise Unreadable(
                f"« {name} » du dossier des clés ne peut pas être lu ({reason(cause)})", _FOLDER
            ) from cause
        if here != self._files[name].reveal():
            raise Refusal(
                f"le dossier des clés a déjà un autre « {name} » que la sauvegarde", _FOLDER
            )
        return True


def _read(path: Path) -> bytes:
    with open_regular(path) as stream:
        return stream.read()
