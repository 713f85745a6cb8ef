# SPDX-License-Identifier: AGPL-3.0-or-later
"""A record in a zip: what it may hold, and a bounded copy of it. docs/protocol.md §17.1.

The zip of a record's folder, as any system makes it, is a record. A zip that holds anything else
is not judged at all: what is in question is the zip, not the election.
"""

from __future__ import annotations

import errno
import io
import stat
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, BinaryIO

from audit.record import FILES, Record, bounded
from audit.words import Text, Unreadable, shown

MAX_ARCHIVE = 4 * 2**30
MAX_INDEX = 2**20  # bytes, of all that a zip says of its members: some thousands of them
MAX_RATIO = 100  # hexadecimal text compresses about two times; a bomb, a thousand times
IGNORED_FOLDER, IGNORED_FILE = "__MACOSX", ".DS_Store"  # what macOS adds to every zip
_CHUNK = 2**20
_AGAIN = Text(
    "téléchargez-le de nouveau, ou décompressez-le et donnez le dossier",
    "download it again, or unpack it and give the folder",
)
_UNPACK = Text("décompressez-le et vérifiez le dossier", "uncompress it and verify the folder")
_MISTRUST = Text(
    "ne le décompressez pas ; téléchargez-en un autre à la page publique de l'élection, ou"
    " demandez-le à qui la publie",
    "do not uncompress it; download another from the election's public page, or ask whoever"
    " publishes it for one",
)


def unzip(path: Path, scratch: Path, largest: int = MAX_ARCHIVE) -> Record:
    """Copy the archive out of a zip that holds nothing but a record.

    Args:
        path: of the zip.
        scratch: a folder that takes the archive.
        largest: bytes that a file in it may have.

    Raises:
        Unreadable: no zip, a damaged one, one without an archive, or one that holds more.
    """
    try:
        with _Opened(io.FileIO(path)) as stream, zipfile.ZipFile(stream) as bundle:
            stream.is_opening = False
            archive, others = _permitted(bundle.infolist(), largest)
            target = scratch / "archive.bel"
            with bundle.open(archive) as source, target.open("wb") as sink:
                _copy(source, sink, archive)
            files = {}
            for name, entry in others.items():
                with bundle.open(entry) as file:
                    files[name] = bounded(file, name)
            return Record.of(target, files)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise Unreadable(
            "ce fichier zip est illisible", "this zip file cannot be read", _AGAIN
        ) from error
    except Exception as error:
        if not _is_damage(error):
            raise
        raise Unreadable("ce fichier zip est abîmé", "this zip file is damaged", _AGAIN) from error


class _Opened(io.BufferedReader):
    """A zip, which gives no more to read at once than an index may have, while it is opened.

    ``zipfile`` reads the index at once, as long as the zip says that it is, and keeps some hundred
    bytes of each member, which take as few as 47 there.
    """

    is_opening = True

    def read(self, size: int | None = -1, /) -> bytes:
        if not self.is_opening:
            return super().read(size)
        most = MAX_INDEX + 1
        data = super().read(most if size is None or size < 0 else min(size, most))
        if len(data) == most:
            raise _surprise(Text("trop de noms", "too many names"))
        return data


def _is_damage(error: Exception) -> bool:
    """Whether it is what is packed, or a place before the file's start, not the disk."""
    before = isinstance(error, OSError) and error.errno == errno.EINVAL
    return before or type(error).__module__ in ("zlib", "lzma", "_lzma")


def _permitted(
    entries: Sequence[zipfile.ZipInfo], largest: int
) -> tuple[zipfile.ZipInfo, dict[str, zipfile.ZipInfo]]:
    """The archive and the files that go with it, at the top or in one folder, nothing else."""
    for entry in entries:
        _refuse_danger(entry, largest)
    if len({entry.filename for entry in entries}) != len(entries):
        raise _surprise(Text("deux fois le même nom", "the same name twice"))
    files = list(_files(entries))
    archives = [entry for entry in files if entry.filename.endswith(".bel")]
    if not archives:
        raise Unreadable(
            "ce zip ne contient pas d'archive .bel", "this zip holds no .bel archive", _UNPACK
        )
    folder = archives[0].filename.rpartition("/")[0]
    if "/" in folder:
        raise _named_surprise(archives[0])
    others = {}
    for entry in files:
        where, _, name = entry.filename.rpartition("/")
        if where == folder and name in FILES:
            others[name] = entry
        elif where != folder or entry is not archives[0] or name.startswith("."):
            raise _named_surprise(entry)
    return archives[0], others


def _files(entries: Sequence[zipfile.ZipInfo]) -> Iterator[zipfile.ZipInfo]:
    """What is neither a directory nor an addition of macOS."""
    for entry in entries:
        parts = entry.filename.split("/")
        if not entry.is_dir() and parts[0] != IGNORED_FOLDER and parts[-1] != IGNORED_FILE:
            yield entry


def _refuse_danger(entry: zipfile.ZipInfo, largest: int) -> None:
    """No path that leads out, no link, no cipher, no bomb: not even among what is ignored."""
    name = entry.filename
    if not name:  # zipfile reads the last character of a name without asking
        raise _danger(entry, "un nom vide", "an empty name")
    path = name.replace("\\", "/")
    if path.startswith("/") or set(path) & set(":\0") or ".." in path.split("/"):
        raise _danger(entry, "un chemin qui sort du dossier", "a path that leads out")
    if path != name:  # as old programs of Windows write it; not every system unpacks it alike
        raise Unreadable(
            f"ce zip a été fait autrement, comme par un ancien Windows : « {shown(name)} »",
            f"this zip was made otherwise, as by an old Windows: “{shown(name)}”",
            _UNPACK,
        )
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _danger(entry, "un lien ou un fichier spécial", "a link or a special file")
    if entry.flag_bits & 1:
        raise _refusal(entry, "un fichier chiffré", "an encrypted file", _UNPACK)
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _refusal(entry, "une compression inconnue", "an unknown compression", _UNPACK)
    if entry.file_size > min(largest, MAX_RATIO * max(entry.compress_size, 1)):
        raise _danger(entry, "trop grand une fois décompressé", "too large once uncompressed")


def _named_surprise(entry: zipfile.ZipInfo) -> Unreadable:
    name = shown(entry.filename)
    return _surprise(Text(f"« {name} »", f"“{name}”"))


def _surprise(what: Text) -> Unreadable:
    """The refusal of a zip in which there is more than a record."""
    return Unreadable(
        f"ce zip contient autre chose qu'un dossier d'élection ({what.fr})",
        f"this zip holds something else than an election's record ({what.en})",
        _UNPACK,
    )


def _danger(entry: zipfile.ZipInfo, fr: str, en: str) -> Unreadable:
    return _refusal(entry, fr, en, _MISTRUST)


def _refusal(entry: zipfile.ZipInfo, fr: str, en: str, hint: Text) -> Unreadable:
    name = shown(entry.filename)
    return Unreadable(f"dans ce zip, {fr} : « {name} »", f"in this zip, {en}: “{name}”", hint)


def _copy(source: IO[bytes], sink: BinaryIO, entry: zipfile.ZipInfo) -> None:
    """Copy no more than the size the zip announces."""
    left = entry.file_size
    while chunk := source.read(min(_CHUNK, left + 1)):
        left -= len(chunk)
        if left < 0:
            raise _danger(entry, "une taille qui ment", "a size that lies")
        sink.write(chunk)
