# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files of a record: a folder, a zip, or an archive alone: docs/protocol.md §17.1.

A small reader, strict and bounded: a zip that holds anything else is no record. What the files say
is the business of ``record.py``.
"""

import contextlib
import errno
import io
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, cast

from protocol.journal import MAX_JOURNAL_BYTES
from protocol.notes import MAX_CHECKPOINT_BYTES
from tally.errors import Unreadable
from tally.files import open_regular, read_file
from tally.french import reason

ARCHIVE_SUFFIX: Final = ".bel"
JOURNAL: Final = "journal.jsonl"
BOARD_CHECKPOINT: Final = "board.checkpoint"
JOURNAL_CHECKPOINT: Final = "journal.checkpoint"
SETUP_SIGNATURES: Final = "setup-signatures.json"
MAX_ARCHIVE_BYTES: Final = 2**32
MAX_MEMBERS: Final = 100
MAX_INDEX_BYTES: Final = 2**20  # of all that a zip says of its members
MAX_RATIO: Final = 100  # of what comes out to what is in the zip; hexadecimal text has about 2
ZIP_MAGIC: Final = b"PK\x03\x04"
ZIP_SUFFIX: Final = ".zip"
_SPOOL_BYTES: Final = 2**24
_WHICH: Final = "donnez le dossier ou le .zip de l'élection, ou son archive .bel"
_CHUNK: Final = 2**20

# The files beside the archive, and how long each may be.
_LIMITS: Final = {
    JOURNAL: MAX_JOURNAL_BYTES,
    BOARD_CHECKPOINT: MAX_CHECKPOINT_BYTES,
    JOURNAL_CHECKPOINT: MAX_CHECKPOINT_BYTES,
    SETUP_SIGNATURES: 2**20,
}


@dataclass(frozen=True, slots=True)
class RecordFiles:
    """An open archive, and the files beside it by name; none for an archive alone."""

    archive: BinaryIO
    others: Mapping[str, bytes]
    alone: bool


@contextlib.contextmanager
def opened_files(path: Path) -> Iterator[RecordFiles]:
    """Open a record: §17.1.

    Raises:
        Unreadable: no such file, or no record.
    """
    if path.is_dir():
        with _opened(_archive_in(path)) as archive:
            others = {
                name: read_file(path / name, limit=limit)
                for name, limit in _LIMITS.items()
                if (path / name).is_file()
            }
            yield RecordFiles(archive, others, alone=False)
        return
    with _opened(path) as stream:
        is_zip = stream.read(len(ZIP_MAGIC)) == ZIP_MAGIC
        stream.seek(0)
        if not is_zip:
            yield RecordFiles(stream, {}, alone=True)
            return
        with _unzipped(path, stream) as files:
            yield files


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        stream = open_regular(path)
    except FileNotFoundError as cause:
        raise Unreadable(f"le fichier « {path} » n'existe pas", _WHICH) from cause
    except OSError as cause:
        raise Unreadable(f"impossible de lire « {path} » ({reason(cause)})", _WHICH) from cause
    with stream:
        yield stream


def _archive_in(folder: Path) -> Path:
    try:
        # What begins with a dot is a system's (``._x.bel`` of macOS).
        files = (each for each in folder.iterdir() if not each.name.startswith("."))
        found = [each for each in files if each.suffix == ARCHIVE_SUFFIX]
    except OSError as cause:
        raise Unreadable(f"impossible de lire « {folder} » ({reason(cause)})", _WHICH) from cause
    return _only(found, folder)


def _only(found: list[Path], where: Path) -> Path:
    if len(found) != 1:
        raise Unreadable(
            f"« {where} » n'est pas un dossier d'élection : il contient {len(found)} archives .bel",
            "donnez le dossier ou le fichier .zip téléchargé sur la page de l'élection",
        )
    return found[0]


@contextlib.contextmanager
def _unzipped(path: Path, stream: BinaryIO) -> Iterator[RecordFiles]:
    # Errors of the zip alone are caught: what the caller does with the files is not ours.
    with tempfile.SpooledTemporaryFile(_SPOOL_BYTES) as spooled:
        # It reads and seeks like a file; typeshed gives it no base that says so.
        archive = cast("BinaryIO", spooled)
        try:
            others = _unpack(path, stream, archive)
        except _NOT_A_ZIP as cause:
            raise _damaged(path) from cause
        except OSError as cause:
            if cause.errno == errno.EINVAL:  # a place before the file's start
                raise _damaged(path) from cause
            with contextlib.suppress(OSError):
                archive.close()  # writes what is left, which fails again on a full disk
            raise Unreadable(
                f"impossible de décompresser « {path} » ({reason(cause)})",
                "faites de la place sur le disque, ou retéléchargez le fichier",
            ) from cause
        yield RecordFiles(archive, others, alone=False)


def _damaged(path: Path) -> Unreadable:
    return Unreadable(
        f"le fichier « {path} » est abîmé", "retéléchargez-le sur la page de l'élection"
    )


class _Opened(io.BufferedReader):
    """A zip, which gives no more to read at once than an index may have, while it is opened.

    ``zipfile`` would read, and keep, whatever the zip calls its index.
    """

    def __init__(self, stream: BinaryIO, path: Path) -> None:
        super().__init__(io.FileIO(stream.fileno(), closefd=False))
        self.is_opening = True
        self._path = path

    def read(self, size: int | None = -1, /) -> bytes:
        if not self.is_opening:
            return super().read(size)
        most = MAX_INDEX_BYTES + 1
        data = super().read(most if size is None or size < 0 else min(size, most))
        if len(data) == most:
            raise _no_record(self._path, "il contient trop de fichiers")
        return data


def _unpack(path: Path, stream: BinaryIO, archive: BinaryIO) -> dict[str, bytes]:
    """Write the archive of a zip, ready to be read, and return the other files."""
    with _Opened(stream, path) as opened, zipfile.ZipFile(opened) as zipped:
        opened.is_opening = False
        members = _members(path, zipped)
        name = _only([Path(each) for each in members if each.endswith(ARCHIVE_SUFFIX)], path)
        member = members.pop(name.name)
        # With writelines it would go to the disk at its end only.
        for chunk in _chunks(path, zipped, member, MAX_ARCHIVE_BYTES):  # noqa: FURB122
            archive.write(chunk)
        archive.seek(0)
        return {
            each: b"".join(_chunks(path, zipped, info, _LIMITS[each]))
            for each, info in members.items()
        }


_NOT_A_ZIP: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    RuntimeError,  # and NotImplementedError, which is one
    ValueError,
)


def _members(path: Path, zipped: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the files by name: at the top, or all in one folder; nothing else is let in."""
    infos = zipped.infolist()
    if len(infos) > MAX_MEMBERS:
        raise _no_record(path, "il contient trop de fichiers")
    found: dict[str, zipfile.ZipInfo] = {}
    folders = set()
    for info in infos:
        place = PurePosixPath(info.filename)
        _verify_place(path, info, place)
        if info.is_dir() or place.parts[0] == "__MACOSX" or place.name == ".DS_Store":
            continue
        if place.name not in _LIMITS and place.suffix != ARCHIVE_SUFFIX:
            raise _no_record(path, f"il contient « {info.filename} »")
        if len(place.parts) > 2 or place.name in found:
            raise _no_record(path, f"« {info.filename} » n'y est pas à sa place")
        folders.add(place.parent)
        found[place.name] = info
    if len(folders) > 1:
        raise _no_record(path, "ses fichiers sont dans plusieurs dossiers")
    return found


def _verify_place(path: Path, info: zipfile.ZipInfo, place: PurePosixPath) -> None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    strange = place.is_absolute() or ".." in place.parts or not place.parts
    if strange or "\\" in info.filename or ":" in info.filename:
        raise _no_record(path, f"« {info.filename} » sort de son dossier")
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise _no_record(path, f"« {info.filename} » est un lien")
    if info.file_size > MAX_RATIO * max(info.compress_size, 1):
        raise _no_record(path, f"« {info.filename} » est trop gros une fois décompressé")
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise _no_record(path, f"« {info.filename} » est compressé d'une façon inconnue")
    if info.flag_bits & 0x1:
        raise _no_record(path, f"« {info.filename} » est chiffré")


def _chunks(
    path: Path, zipped: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int
) -> Iterator[bytes]:
    # The size that the zip announces is not believed: what comes out is counted.
    left = min(limit, info.file_size)
    with zipped.open(info) as stream:
        while chunk := stream.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise _no_record(path, f"« {info.filename} » est trop gros")
            yield chunk


def _no_record(path: Path, reason: str) -> Unreadable:
    return Unreadable(
        f"« {path} » n'est pas le dossier d'une élection : {reason}",
        "donnez le fichier .zip tel qu'il vient de la page de l'élection",
    )
