# SPDX-License-Identifier: AGPL-3.0-or-later
"""Both files of a backup, opened with the recovery key and compared: docs/adr/0016.

Nothing of a backup is used before all of it was read once: ``opened_backup`` does so.
"""

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from evote.backup.key_files import MAX_KEYS_BYTES, KeyFiles
from evote.backup.recovery import RecoveryKey
from evote.backup.rows import DumpedRow, NotOfType, OtherSchema, RowReader
from evote.backup.sealed_stream import Kind, SealedReader
from evote.errors import Refusal, Unreadable
from protocol.errors import ProtocolError
from protocol.secret import Secret
from tally.files import open_regular
from tally.french import reason

_BOTH: Final = "donnez les deux fichiers d'une même sauvegarde : preau-….data puis preau-….keys"


@dataclass(frozen=True, slots=True, eq=False)
class OpenedBackup:
    """A backup whose two files were read to their ends.

    Attributes:
        number: that both files have, and that the head file was marked with before it was made.
        made_at: when its snapshot was taken, in seconds since 1970 UTC.
        keys: the files of the key folder.
    """

    number: str
    made_at: int
    keys: KeyFiles
    _data: BinaryIO
    _key: RecoveryKey
    _schema: str

    def rows(self) -> Iterator[DumpedRow]:
        """Give every row; the rows are those that were saved if this ends without an error.

        Raises:
            Unreadable: the file has changed since it was opened.
        """
        yield from _rows(self._data, self.keys.data_sha256, self._key, self._schema)


@contextlib.contextmanager
def opened_backup(data: Path, keys: Path, key: RecoveryKey, schema: str) -> Iterator[OpenedBackup]:
    """Open a backup and read all of it.

    Args:
        data: the file of rows.
        keys: the file of keys.
        key: to which they were sealed.
        schema: the number of the tables that this program has.

    Raises:
        Refusal: another recovery key, two files of two backups, or another version's.
        Unreadable: no such file, another kind, one that was cut or altered, or one of a damaged
            database.
    """
    with _opened(keys) as stream:
        key_files = _read_keys(SealedReader(stream, keys.name), key, keys.name)
    with _opened(data) as stream:
        label = SealedReader(stream, data.name).label
        if label.kind is not Kind.DATA or label.backup != key_files.backup:
            raise Refusal("ces deux fichiers ne sont pas d'une même sauvegarde", _BOTH)
        backup = OpenedBackup(label.backup, label.made_at, key_files, stream, key, schema)
        for _ in backup.rows():
            pass
        yield backup


def _read_keys(reader: SealedReader, key: RecoveryKey, name: str) -> KeyFiles:
    if reader.label.kind is not Kind.KEYS:
        raise Refusal(f"« {name} » n'est pas le fichier des clés d'une sauvegarde", _BOTH)
    plaintext = bytearray()
    for chunk in reader.chunks(key):
        plaintext += chunk
        if len(plaintext) > MAX_KEYS_BYTES:
            raise Unreadable(f"« {name} » est trop gros pour des clés", _BOTH)
    try:
        return KeyFiles.decode(Secret(bytes(plaintext)))
    except ProtocolError as cause:
        raise _strange(name) from cause


def _rows(data: BinaryIO, sha256: str, key: RecoveryKey, schema: str) -> Iterator[DumpedRow]:
    name = Path(data.name).name
    data.seek(0)
    hashed = _Hashed(data)
    try:
        yield from RowReader(SealedReader(hashed, name).chunks(key), schema).rows()
    except OtherSchema as cause:
        raise Refusal(
            f"cette sauvegarde est d'une autre version du programme (tables {cause}, ici {schema})",
            "restaurez-la avec la version de Préau qui l'a faite, puis mettez à jour",
        ) from cause
    except NotOfType as cause:
        of = f" de l'élection {cause.uuid}" if cause.uuid else ""
        raise Unreadable(
            f"« {name} » s'ouvre, mais « {cause.cell} »{of} contient ce qui ne peut pas y être : "
            "la base était abîmée quand elle a été sauvegardée, ou ce fichier vient d'ailleurs",
            "prenez une sauvegarde d'avant, avec --complete et le dossier public d'une "
            "surveillance",
        ) from cause
    except ProtocolError as cause:
        raise _strange(name) from cause
    if hashed.sha256() != sha256:
        raise Refusal("ces deux fichiers ne sont pas d'une même sauvegarde", _BOTH)


def _strange(name: str) -> Unreadable:
    return Unreadable(
        f"« {name} » s'ouvre, mais son contenu n'est pas celui d'une sauvegarde",
        "vérifiez d'où vient ce fichier : qui a la clé publique de secours peut en fabriquer un",
    )


class _Hashed:
    """A stream whose every byte is hashed as it is read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()

    def read(self, size: int, /) -> bytes:
        return self._taken(self._stream.read(size))

    def readline(self, size: int, /) -> bytes:
        return self._taken(self._stream.readline(size))

    def sha256(self) -> str:
        return self._digest.hexdigest()

    def _taken(self, data: bytes) -> bytes:
        self._digest.update(data)
        return data


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        stream = open_regular(path)
    except OSError as cause:
        raise Unreadable(f"impossible de lire « {path} » ({reason(cause)})", _BOTH) from cause
    with stream:
        yield stream
