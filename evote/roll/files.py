# SPDX-License-Identifier: AGPL-3.0-or-later
"""The bytes of a file: read within bounds, recognised for what they are, and made text.

See docs/roll.md, *Ce qui est refusé*. No encoding is guessed: a byte order mark, else strict
UTF-8, else windows-1252, in which ONDE writes.
"""

import codecs
from pathlib import Path
from typing import Final

from evote.errors import Unreadable

MAX_BYTES: Final = 32 * 2**20
_EXPORT_AGAIN: Final = (
    "refaire l'extraction dans ONDE (Responsables, format CSV) et donner le fichier "
    "CSVExtraction.csv tel quel, sans l'ouvrir dans un tableur"
)
_SIGNATURES: Final = (
    (b"PK", "ce fichier est un classeur de tableur ou une archive compressée, pas un fichier CSV"),
    (b"\xd0\xcf\x11\xe0", "ce fichier est un ancien classeur Excel, pas un fichier CSV"),
    (b"%PDF", "ce fichier est un document PDF, pas un fichier CSV"),
    (b"{\\rtf", "ce fichier est un document de traitement de texte, pas un fichier CSV"),
    (b"\x1f\x8b", "ce fichier est une archive compressée, pas un fichier CSV"),
)
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def refuse(sentence: str, advice: str = _EXPORT_AGAIN) -> Unreadable:
    """Return (not raise) the refusal of a file, with the usual advice unless another is given."""
    return Unreadable(sentence, advice)


def read_roll_file(path: Path) -> bytes:
    """Return the bytes of the file.

    Raises:
        Unreadable: a folder, or more than ``MAX_BYTES``.
        OSError: the system refused, for instance because there is no such file.
    """
    if path.is_dir():
        raise refuse("c'est un dossier, pas un fichier", "indiquer le fichier CSV lui-même")
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        size = MAX_BYTES // 2**20
        raise refuse(f"ce fichier dépasse {size} Mo, bien plus que la liste d'une école")
    return data


def decode_text(data: bytes) -> str:
    """Return the text of a CSV file, without its byte order mark.

    Raises:
        Unreadable: empty, another kind of file, or bytes that are no text.
    """
    if not data.strip():
        raise refuse("ce fichier est vide")
    for signature, sentence in _SIGNATURES:
        if data.startswith(signature):
            raise refuse(sentence)
    text = _decode(data)
    if "\0" in text:
        raise refuse("ce fichier contient des octets nuls : il n'est pas un texte, ou il est abîmé")
    if not text.strip():
        raise refuse("ce fichier est vide")
    _refuse_markup(text)
    return text


def _decode(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], encoding)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _strictly(data, "windows-1252")


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as cause:
        raise refuse("les octets de ce fichier ne forment pas un texte lisible") from cause


def _refuse_markup(text: str) -> None:
    start = text.lstrip()[:2000].casefold()
    if not start.startswith("<"):
        return
    if "bee_responsables" in start or "bee_eleves" in start:
        raise refuse(
            "ce fichier est un export SIECLE du second degré, que cette version ne lit pas encore",
            "attendre la version qui lit SIECLE, ou préparer la liste au format ONDE",
        )
    if "html" in start or "<table" in start:
        raise refuse("ce fichier est une page web, pas un fichier CSV")
    raise refuse("ce fichier est un document XML, pas un fichier CSV")
