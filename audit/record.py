# SPDX-License-Identifier: AGPL-3.0-or-later
"""Find the archive and the set-up signatures in what was given: docs/protocol.md §17.1.

An archive file, a folder, or a zip, whose archive is copied to a temporary file (``bundle``).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from audit.system import CHECK_PATH, explained
from audit.words import Malformed, Text, Unreadable, shown

SIGNATURES = "setup-signatures.json"
MAX_SIGNATURES = 2**20


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
        Unreadable: there is no archive to read, or a zip that holds anything else.
        Malformed: the signatures' file is too large.
    """
    try:
        if path.is_dir():
            yield _folder(path)
        elif _starts_as_zip(path):
            # A zip is rare and its modules are slow to load.
            import tempfile  # noqa: PLC0415

            from audit.bundle import unzip  # noqa: PLC0415

            with tempfile.TemporaryDirectory(prefix="evote-audit-") as scratch:
                yield unzip(path, Path(scratch))
        else:
            yield Record(path, folder=False)
    except OSError as error:
        raise Unreadable(*explained(error), CHECK_PATH) from error


def _starts_as_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


def _folder(path: Path) -> Record:
    archives = sorted(path.glob("*.bel"))
    if len(archives) != 1:
        raise _which(path, len(archives))
    signatures = path / SIGNATURES
    if not signatures.is_file():
        return Record(archives[0], folder=True)
    with signatures.open("rb") as file:
        return Record(archives[0], folder=True, signatures=bounded(file))


def _which(path: Path, found: int) -> Unreadable:
    """The refusal of a folder without exactly one archive; its record may be one folder deeper."""
    hint = Text(
        "donnez le fichier .bel, le dossier qui le contient ou le zip de ce dossier",
        "give the .bel file, the folder that holds it or that folder's zip",
    )
    inner = path / "record"
    if len(list(inner.glob("*.bel"))) == 1:
        name = shown(str(inner), 200)
        hint = Text(f"vérifiez {name}", f"verify {name}")
    elif found:
        hint = Text("donnez le chemin de l'une d'elles", "give the path of one of them")
    if not found:
        return Unreadable(
            "ce dossier ne contient pas d'archive .bel", "this folder holds no .bel archive", hint
        )
    return Unreadable(
        f"ce dossier contient {found} archives .bel, il en faut une seule",
        f"this folder holds {found} .bel archives, only one is permitted",
        hint,
    )


def bounded(file: BinaryIO | IO[bytes]) -> bytes:
    """The bytes of a signatures' file, which is small."""
    content = file.read(MAX_SIGNATURES + 1)
    if len(content) > MAX_SIGNATURES:
        raise Malformed(f"{SIGNATURES} dépasse 1 Mio", f"{SIGNATURES} is over 1 MiB")
    return content
