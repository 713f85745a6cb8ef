# SPDX-License-Identifier: AGPL-3.0-or-later
"""Find the archive and the files that go with it in what was given: docs/protocol.md §17.1.

An archive file, a folder, or a zip, whose archive is copied to a temporary file (``bundle``).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from audit.system import CHECK_PATH, explained, open_regular
from audit.words import Malformed, Text, Unreached, Unreadable, shown

SIGNATURES = "setup-signatures.json"
JOURNAL = "journal.jsonl"
BOARD_CHECKPOINT = "board.checkpoint"
JOURNAL_CHECKPOINT = "journal.checkpoint"
CHECKPOINTS = {"board": BOARD_CHECKPOINT, "journal": JOURNAL_CHECKPOINT}
INNER = "record"  # what the public folder is called where it lies among others
MAX_SIGNATURES = 2**20
MAX_JOURNAL = 2**24
MAX_CHECKPOINT = 2**16
FILES = {  # beside the archive, and the size from which there is nothing more to read
    SIGNATURES: MAX_SIGNATURES,
    JOURNAL: MAX_JOURNAL,
    BOARD_CHECKPOINT: MAX_CHECKPOINT,
    JOURNAL_CHECKPOINT: MAX_CHECKPOINT,
}


@dataclass(frozen=True, slots=True)
class Record:
    """Where the archive is, and the bytes of the other files that the record has.

    One byte more than a file may have is kept of a longer one, for the check that judges it.
    """

    archive: Path
    folder: bool  # more than the archive alone was given
    signatures: bytes | None = None
    journal: bytes | None = None
    board_checkpoint: bytes | None = None
    journal_checkpoint: bytes | None = None

    @classmethod
    def of(cls, archive: Path, files: Mapping[str, bytes]) -> Record:
        """The record of a folder or zip, its files by name; without any, that archive alone."""
        return cls(
            archive,
            folder=bool(files),
            signatures=files.get(SIGNATURES),
            journal=files.get(JOURNAL),
            board_checkpoint=files.get(BOARD_CHECKPOINT),
            journal_checkpoint=files.get(JOURNAL_CHECKPOINT),
        )


@contextlib.contextmanager
def open_record(path: Path) -> Iterator[Record]:
    """The record at ``path``, for as long as the context lasts.

    Raises:
        Unreadable: there is no archive to read, or a zip that holds anything else.
        Unreached: an error of the system, of a full disk for instance.
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
        raise Unreached(*explained(error), CHECK_PATH) from error


def _starts_as_zip(path: Path) -> bool:
    with open_regular(path) as file:
        return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


def _folder(path: Path) -> Record:
    archives = _archives(path)
    if len(archives) != 1:
        raise _which(path, len(archives))
    open_regular(archives[0]).close()
    files = {}
    for name in FILES:
        if (path / name).is_file():
            with open_regular(path / name) as file:
                files[name] = bounded(file, name)
    if not files and _holds_record(path):
        raise Unreadable(
            "ce dossier en contient un autre, le dossier public, avec ce qui ne l'est pas",
            "this folder holds another, the public record, beside what is not public",
            _verify(path / INNER),
        )
    return Record.of(archives[0], files)


def _which(path: Path, found: int) -> Unreadable:
    """The refusal of a folder without exactly one archive; its record may be one folder deeper.

    Nobody is sent from a record to its archive alone, of which less is verified (§17.1).
    """
    hint = Text(
        "donnez le fichier .bel, le dossier qui le contient ou le zip de ce dossier",
        "give the .bel file, the folder that holds it or that folder's zip",
    )
    if _holds_record(path):
        hint = _verify(path / INNER)
    elif found and any((path / name).is_file() for name in FILES):
        hint = Text(
            "sortez de ce dossier celles qui sont en trop, ou donnez le zip de la page publique de"
            " l'élection",
            "take those that are too many out of this folder, or give the zip of the election's"
            " public page",
        )
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


def _holds_record(path: Path) -> bool:
    return len(_archives(path / INNER)) == 1


def _archives(path: Path) -> list[Path]:
    """Those of a folder; a name that begins with a dot is a system's (``._x.bel`` of macOS)."""
    return sorted(each for each in path.glob("*.bel") if not each.name.startswith("."))


def _verify(path: Path) -> Text:
    name = shown(str(path), 200)
    return Text(f"vérifiez {name}", f"verify {name}")


def bounded(file: BinaryIO | IO[bytes], name: str) -> bytes:
    """The bytes of one of the ``FILES``, which are small; of a longer one, only so many."""
    content = file.read(FILES[name] + 1)
    if name == SIGNATURES and len(content) > MAX_SIGNATURES:
        raise Malformed(f"{SIGNATURES} dépasse 1 Mio", f"{SIGNATURES} is over 1 MiB")
    return content
