# SPDX-License-Identifier: AGPL-3.0-or-later
"""A record in a zip: what it may hold, and a bounded copy of it. docs/protocol.md §17.1."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import IO, BinaryIO

from audit.record import SIGNATURES, Record, bounded
from audit.words import Malformed, Unreadable, shown

MAX_ARCHIVE = 4 * 2**30
MAX_RATIO = 100  # hexadecimal text compresses about two times; a bomb, a thousand times
_CHUNK = 2**20


def unzip(path: Path, scratch: Path) -> Record:
    """Copy the archive out of a zip that holds nothing but a record.

    Raises:
        Unreadable: no zip, a damaged one, or one without an archive. Malformed: it holds more.
    """
    try:
        with zipfile.ZipFile(path) as bundle:
            archive = _permitted(bundle)
            target = scratch / "archive.bel"
            with bundle.open(archive) as source, target.open("wb") as sink:
                _copy(source, sink, archive)
            signatures = None
            if SIGNATURES in bundle.namelist():
                with bundle.open(SIGNATURES) as file:
                    signatures = bounded(file)
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
            raise stray(name)
        if set(name) & set("/\\:\0") or name.startswith(".") or entry.is_dir():
            raise stray(name)
        if entry.flag_bits & 1 or entry.compress_type not in (
            zipfile.ZIP_STORED,
            zipfile.ZIP_DEFLATED,
        ):
            raise stray(name)
        if entry.file_size > min(MAX_ARCHIVE, MAX_RATIO * max(entry.compress_size, 1)):
            raise Malformed(
                f"« {shown(name)} » est trop grand une fois décompressé",
                f"'{shown(name)}' is too large once uncompressed",
            )
    if len({entry.filename for entry in entries}) != len(entries):
        raise Malformed("deux fois le même nom dans le zip", "the same name twice in the zip")
    return archives[0]


def stray(name: str) -> Malformed:
    """The refusal of a member that no record has."""
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
