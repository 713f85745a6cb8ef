# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files that leave the desk, and those that stay: docs/protocol.md §8.4, §13.4, §13.5."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evote.credentials.desk import Codes, encode_reserves, encode_sign_in_numbers
from evote.credentials.letters import Recipient, Sheet, write_letters
from evote.roll.model import Elector
from protocol.datum import hash_text
from protocol.encoding import Fields, decode_canonical_json
from protocol.errors import MalformedError
from protocol.group import Element
from tally.files import NewFile

CREDENTIALS_NAME: Final = "public-credentials.json"
RESERVES_NAME: Final = "reserves.json"
SIGN_IN_NAME: Final = "sign-in-numbers.json"
LETTERS_NAME: Final = "letters.txt"
DESK_NAME: Final = "desk-sealed"


def desk_paths(folder: Path) -> list[Path]:
    """Return where the files of the desk are written."""
    names = (CREDENTIALS_NAME, RESERVES_NAME, SIGN_IN_NAME, LETTERS_NAME, DESK_NAME)
    return [folder / name for name in names]


def desk_files(
    folder: Path, codes: Codes, electors: Sequence[Elector], sheet: Sheet, sealed: bytes
) -> list[NewFile]:
    """Return all files of the desk; ``electors`` are those of the sealed roll, in its order."""
    pairs = zip(electors, codes.electors, strict=True)
    letters = [(recipient_of(elector), entry.code) for elector, entry in pairs]
    return [
        NewFile(folder / CREDENTIALS_NAME, codes.public_credentials().data),
        NewFile(folder / RESERVES_NAME, encode_reserves(codes), secret=True),
        NewFile(folder / SIGN_IN_NAME, encode_sign_in_numbers(codes), secret=True),
        NewFile(folder / LETTERS_NAME, write_letters(sheet, letters).reveal(), secret=True),
        NewFile(folder / DESK_NAME, sealed, secret=True),
    ]


@dataclass(frozen=True, slots=True)
class Reserves:
    """The election, the roll that its codes were made for, the reserves' credentials: §13.5."""

    uuid: str
    roll_sha256: str
    keys: tuple[Element, ...]


def decode_reserves(data: bytes) -> Reserves:
    """Read the file of the reserves: §13.5, §13.6.

    Raises:
        MalformedError: not the file that ``encode_reserves`` writes.
    """
    fields = Fields(decode_canonical_json(data), where="reserves", section="13.5")
    fields.integer("version", 1, 1)
    uuid, roll_sha256 = fields.text("uuid"), hash_text(fields, "roll_sha256")
    keys = tuple(map(Element.decode, fields.items("reserves")))
    fields.finish()
    if not keys:
        raise MalformedError("there is no reserve", section="13.5")
    return Reserves(uuid, roll_sha256, keys)


def recipient_of(elector: Elector) -> Recipient:
    """Return to whom a letter goes, and by which child: the first one in the highest class.

    ONDE exports of *responsables* carry no birth date, so the eldest child is taken to be the one
    in the highest class.
    """
    name = f"{elector.surname} {elector.given_name}"
    if not elector.children:
        return Recipient(name, "", "le secrétariat")
    eldest = max(elector.children, key=lambda child: class_rank(child.school_class))
    return Recipient(name, eldest.school_class, f"{eldest.given_name} {eldest.surname}")


# From the youngest pupils to the eldest, as class names begin.
_CLASSES: Final = ("TPS", "PS", "MS", "GS", "CP", "CE1", "CE2", "CM1", "CM2", "6", "5", "4", "3")


def class_rank(school_class: str) -> int:
    """Return how high a class is, by the highest level that its name contains; -1 if unknown."""
    words = school_class.upper().replace("-", " ").replace("/", " ").replace("_", " ").split()
    ranks = [
        rank for rank, level in enumerate(_CLASSES) if any(word.startswith(level) for word in words)
    ]
    return max(ranks, default=-1)
