# SPDX-License-Identifier: AGPL-3.0-or-later
"""Find the archive and the set-up signatures in what was given: docs/protocol.md §17.1.

An archive file, a folder, or a zip. A zip's archive is copied to a temporary file, within bounds.
"""

from __future__ import annotations

import contextlib
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from audit.words import Malformed, Unreadable, shown

SIGNATURES = "setup-signatures.json"
MAX_ARCHIVE = 4 * 2**30
MAX_SIGNATURES = 2**20
MAX_RATIO = 100  # hexadecimal text compresses about two times; a bomb, a thousand times
_CHUNK = 2**20


@dataclass(frozen=True, slots=True)
class Record:
    """Where the archive is, and the bytes of the signatures' file if the record has one."""

    archive: Path
    folder: bool
    signatures: bytes | None = None


@contextlib.contextmanager
def open_record(path: Path) -> Iterator[Record]:
    """The record at ``path``, for as long as the context lasts.

    Raises:
        Unreadable: there is no archive to read. Malformed: a zip that holds anything else.
    """
    try:
        if path.is_dir():
            yield _folder(path)
        elif _starts_as_zip(path):
            with tempfile.TemporaryDirectory(prefix="evote-audit-") as scratch:
                yield _zip(path, Path(scratch))
        else:
            yield Record(path, folder=False)
    except OSError as error:
        raise Unreadable(
            f"lecture impossible : {error.strerror or error}", f"cannot read: {error}"
        ) from error


def _starts_as_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


def _folder(path: Path) -> Record:
    archives = sorted(path.glob("*.bel"))
    if len(archives) != 1:
        raise Unreadable(
            f"ce dossier devrait contenir un seul fichier .bel, il en a {len(archives)}",
            f"this folder should hold one .bel file, it has {len(archives)}",
        )
    signatures = path / SIGNATURES
    if not signatures.is_file():
        return Record(archives[0], folder=True)
    with signatures.open("rb") as file:
        return Record(archives[0], folder=True, signatures=_bounded(file))


def _bounded(file: BinaryIO | IO[bytes]) -> bytes:
    content = file.read(MAX_SIGNATURES + 1)
    if len(content) > MAX_SIGNATURES:
        raise Malformed(f"{SIGNATURES} dépasse 1 Mio", f"{SIGNATURES} is over 1 MiB")
    return content


def _zip(path: Path, scratch: Path) -> Record:
    try:
        with zipfile.ZipFile(path) as bundle:
            archive = _permitted(bundle)
            target = scratch / "archive.bel"
            with bundle.open(archive) as source, target.open("wb") as sink:
                _copy(source, sink, archive)
            signatures = None
            if SIGNATURES in bundle.namelist():
                with bundle.open(SIGNATURES) as file:
                    signatures = _bounded(file)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise Unreadable("ce fichier zip est illisible", "this zip file cannot be read") from error
    except Exception as error:
        if type(error).__module__ not in ("zlib", "lzma", "_lzma"):
            raise
        raise Unreadable("ce fichier zip est abîmé", "this zip file is damaged") from error
    return Record(target, folder=True, signatures=signatures)


def _permitted(bundle: zipfile.ZipFile) -> zipfile.ZipInfo:
    """The archive's entry, if the zip holds it, perhaps the signatures, and nothing else."""
    entries = bundle.infolist()
    archives = [e for e in entries if e.filename.endswith(".bel")]
    if not archives:
        raise Unreadable("ce zip ne contient pas d'archive .bel", "this zip holds no .bel archive")
    for entry in entries:
        name = entry.filename
        if entry not in archives[:1] and name != SIGNATURES:
            raise _stray(name)
        if set(name) & set("/\\:\0") or name.startswith(".") or entry.is_dir():
            raise _stray(name)
        if entry.flag_bits & 1 or entry.compress_type not in (
            zipfile.ZIP_STORED,
            zipfile.ZIP_DEFLATED,
        ):
            raise _stray(name)
        if entry.file_size > min(MAX_ARCHIVE, MAX_RATIO * max(entry.compress_size, 1)):
            raise Malformed(
                f"« {shown(name)} » est trop grand une fois décompressé",
                f"'{shown(name)}' is too large once uncompressed",
            )
    if len({entry.filename for entry in entries}) != len(entries):
        raise Malformed("deux fois le même nom dans le zip", "the same name twice in the zip")
    return archives[0]


def _stray(name: str) -> Malformed:
    return Malformed(
        f"« {shown(name)} » n'a pas sa place dans un dossier d'élection (§17.1)",
        f"'{shown(name)}' has no place in a record (§17.1)",
    )


def _copy(source: IO[bytes], sink: BinaryIO, entry: zipfile.ZipInfo) -> None:
    """Copy no more than the size the zip announces."""
    left = entry.file_size
    while chunk := source.read(min(_CHUNK, left + 1)):
        left -= len(chunk)
        if left < 0:
            raise Malformed("le zip ment sur ses tailles", "the zip lies about its sizes")
        sink.write(chunk)
