# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signed notes as C2SP has them, before anybody asks who signed: docs/protocol.md §18.3.

``c2sp.org/signed-note``: a text, an empty line, signature lines. Names of keys and base 64 with
padding are here too, since every line of a note has them. What a text says, and whether a
signature holds, is for the modules of checkpoints, co-signatures and promises.
"""

import re
import unicodedata
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Final

from protocol.errors import MalformedError

ID_BYTES: Final = 4
MAX_SIGNATURES: Final = 32
MAX_NOTE_BYTES: Final = 64 * 1024
SIGNATURE_MARK: Final = "\u2014 "
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")  # category Cc but the newline


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One line of a note: the name and ID of a key, and what it wrote after them: §18.3."""

    name: str
    key_id: bytes
    rest: bytes

    @classmethod
    def decode(cls, line: str) -> "SignatureLine":
        """Read ``— name base64(ID ‖ rest)``, without its newline: §18.3."""
        name, _, encoded = line.removeprefix(SIGNATURE_MARK).partition(" ")
        if not line.startswith(SIGNATURE_MARK) or not is_name(name):
            raise _malformed("has a line that is no signature")
        blob = decode_base64(encoded, section="18.3")
        if len(blob) <= ID_BYTES:
            raise _malformed("has an empty signature")
        return cls(name, blob[:ID_BYTES], blob[ID_BYTES:])

    def encode(self) -> str:
        """Return the line with its newline."""
        return f"{SIGNATURE_MARK}{self.name} {encode_base64(self.key_id + self.rest)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text, with its last newline, and the lines below it in their order: §18.3."""

    text: str
    signatures: tuple[SignatureLine, ...]

    @classmethod
    def decode(cls, data: bytes) -> "Note":
        """Read a note, whoever signed it: §18.3.

        Raises:
            MalformedError: longer than 64 KiB, not UTF-8, a control character beside the newline,
                no empty line, or not 1 to 32 lines of signatures below it.
        """
        note = decode_text(data, where="note", section="18.3")
        text, separator, lines = note.rpartition("\n\n")
        if not separator:
            raise _malformed("is not a text, an empty line and signatures")
        return cls(f"{text}\n", _decode_lines(lines))

    def encode(self) -> bytes:
        """Return the exact bytes that ``decode`` reads."""
        return f"{self.text}\n{''.join(each.encode() for each in self.signatures)}".encode()

    def of(self, name: str, key_id: bytes) -> list[SignatureLine]:
        """Return the lines of one key, by its name and ID."""
        return [each for each in self.signatures if (each.name, each.key_id) == (name, key_id)]


def decode_signature_lines(data: bytes) -> tuple[SignatureLine, ...]:
    """Read 1 to 32 lines of signatures without their text, as a witness answers: §18.3, §22.

    Raises:
        MalformedError: anything else.
    """
    return _decode_lines(decode_text(data, where="note", section="18.3"))


def decode_text(data: bytes, *, where: str, section: str) -> str:
    """Read a text of lines: UTF-8, at most 64 KiB, no control character but the newline: §18.3.

    Raises:
        MalformedError: anything else.
    """
    if len(data) > MAX_NOTE_BYTES:
        raise MalformedError(f"the {where} is longer than 64 KiB", section=section)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as cause:
        raise MalformedError(f"the {where} is not UTF-8", section=section) from cause
    if _CONTROL.search(text):
        raise MalformedError(f"the {where} has a control character", section=section)
    return text


def is_name(name: str) -> bool:
    """Tell whether this may be the name of a key, in both formats that carry it: §18.2, §18.3."""
    categories = map(unicodedata.category, name)
    return (
        bool(name)
        and "+" not in name
        and not any(each[0] == "Z" or each == "Cc" for each in categories)
    )


def encode_base64(data: bytes) -> str:
    """Return standard base 64 with padding: §2.3, §18.1."""
    return b64encode(data).decode("ascii")


def decode_base64(text: str, *, section: str) -> bytes:
    """Read what ``encode_base64`` writes, and nothing else.

    Raises:
        MalformedError: another alphabet, no padding, or bits to spare that are set.
    """
    try:
        data = b64decode(text, validate=True)
    except ValueError as cause:
        raise MalformedError("a text is not in base 64", section=section) from cause
    if encode_base64(data) != text:
        raise MalformedError("a text is not in base 64", section=section)
    return data


def _decode_lines(text: str) -> tuple[SignatureLine, ...]:
    if not text.endswith("\n"):
        raise _malformed("does not end with a newline")
    lines = text.removesuffix("\n").split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise _malformed(f"has more than {MAX_SIGNATURES} signatures")
    return tuple(SignatureLine.decode(line) for line in lines)


def _malformed(reason: str) -> MalformedError:
    return MalformedError(f"the note {reason}", section="18.3")
