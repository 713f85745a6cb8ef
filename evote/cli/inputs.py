# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files and words that several commands are given, read in one way, refused in one way."""

import contextlib
import getpass
import re
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Final, TypeVar

from evote.cli.words import printable
from evote.credentials.checking import read_code
from evote.errors import Refusal, Unreadable
from evote.roll.anomalies import BREAKING_CODES
from evote.roll.doctor import check_roll
from evote.roll.files import read_roll_file
from evote.roll.model import Roll
from protocol.encoding import BASE58_ALPHABET
from protocol.errors import ProtocolError
from protocol.secret import Secret
from tally.errors import cite
from tally.files import read_file
from tally.french import count

T = TypeVar("T")

# §2.4: in the Préau profile a uuid has 14 to 22 characters.
_UUID: Final = re.compile(f"[{BASE58_ALPHABET}]{{14,22}}")


def read_uuid(text: str) -> str:
    """Return the number of an election as typed, a new one or one on files: docs/protocol.md §2.4.

    Raises:
        Unreadable: it is no such number.
    """
    advice = "tirez-en un avec evote election id, et gardez-le pour toute l'élection"
    return _uuid(text, advice)


def read_told_uuid(text: str) -> str:
    """Return the number of an election as a restore has told it: docs/protocol.md §2.4.

    Raises:
        Unreadable: it is no such number.
    """
    return _uuid(text, "recopiez-le du refus de evote restore, ou du dossier public")


def read_hosted_uuid(text: str) -> str:
    """Return the number of an election of this server as typed: docs/protocol.md §2.4.

    Raises:
        Unreadable: it is no such number.
    """
    return _uuid(text, "evote election list donne les numéros des élections de ce serveur")


def _uuid(text: str, advice: str) -> str:
    if not _UUID.fullmatch(text):
        raise Unreadable(f"« {printable(text)} » n'est pas un numéro d'élection", advice)
    return text


def read_as(path: Path, decode: Callable[[bytes], T], what: str, *, limit: int = 2**26) -> T:
    """Read a file and decode it; a file of another kind is refused by name.

    Raises:
        Unreadable: no such file, or not what it should be.
    """
    data = read_file(path, limit=limit)
    try:
        return decode(data)
    except ProtocolError as cause:
        raise Unreadable(
            f"« {printable(path)} » n'est pas {what} {cite(cause)}",
            "vérifiez que vous donnez le bon fichier, tel quel",
        ) from cause


def read_roll(path: Path, *, settled: bool) -> Roll:
    """Read an ONDE export whose anomalies, if any, a person has settled.

    Raises:
        Refusal: there are anomalies, and nobody says that they have been looked at, or some that
            leave it unknown who votes.
        Unreadable: not such an export.
    """
    roll = check_roll(read_roll_file(path))
    if not roll.electors:
        raise Refusal("cette liste électorale est vide", "vérifiez l'export avec evote roll check")
    broken = [each for each in roll.anomalies if each.code in BREAKING_CODES]
    if broken:
        raise Refusal(
            f"la liste électorale ne peut pas servir telle quelle : ligne {broken[0].row}, "
            f"{broken[0].message}",
            f"corrigez le fichier ({count(len(broken), 'ligne')} de ce genre, que --settled ne "
            "couvre pas) ; « evote roll check » montre tout",
        )
    if roll.anomalies and not settled:
        raise Refusal(
            f"la liste électorale a {count(len(roll.anomalies), 'anomalie')} à régler",
            f"lisez-les avec « evote roll check {printable(path)} » ; corrigez le fichier, ou "
            "ajoutez --settled quand elles ont été examinées et que la liste est bonne",
        )
    return roll


def read_text(path: Path) -> str:
    """Return the content of a small text file."""
    try:
        return read_file(path, limit=4096).decode("utf-8")
    except UnicodeDecodeError as cause:
        raise Unreadable(
            f"« {printable(path)} » n'est pas un fichier texte", "donnez le bon fichier"
        ) from cause


def read_code_of_letter(path: Path | None) -> Secret[bytes]:
    """Return the code in this file, or else the one typed, which the screen does not show: §13.2.

    Never from the command line itself, which every user of the computer can see.

    Raises:
        Refusal: mistyped; it says in which groups.
        Unreadable: no such file, or nothing was typed.
    """
    return read_code(read_text(path) if path is not None else _ask_code())


def _ask_code() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("Code de la lettre (il ne s'affiche pas) : ")
    line = sys.stdin.readline()
    if not line:
        raise Unreadable(
            "aucun code n'a été donné",
            "tapez-le quand il est demandé, ou nommez un fichier avec --code-file",
        )
    return line


def read_birth(argument: str) -> tuple[str, date]:
    """Return label and birth date of ``LISTE=AAAA-MM-JJ``, split at the last equals sign."""
    label, _, text = argument.rpartition("=")
    try:
        born = date.fromisoformat(text)
        if not label or born.isoformat() != text:
            raise ValueError(text)
    except ValueError as cause:
        raise Unreadable(
            f"« {printable(argument)} » n'est pas de la forme LISTE=AAAA-MM-JJ",
            'par exemple --born "FCPE=1980-05-17"',
        ) from cause
    return label, born


def make_folder(path: Path) -> None:
    """Make the folder to write to, unless it is there already."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as cause:
        raise Unreadable(
            f"« {printable(path)} » est un fichier, pas un dossier, ou passe par un fichier",
            "choisissez un autre nom",
        ) from cause


@contextlib.contextmanager
def new_folder(path: Path) -> Iterator[None]:
    """Make the folder to write to, as ``make_folder``; an error in the block leaves none behind."""
    was_there = path.exists()
    make_folder(path)
    try:
        yield
    except BaseException:
        if not was_there:
            with contextlib.suppress(OSError):  # something was written to it
                path.rmdir()
        raise
