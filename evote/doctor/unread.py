# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is said where the database answers, but does not give all of one election."""

from dataclasses import dataclass
from typing import Final

from evote.database.connection import Database
from evote.database.one_by_one import require_answer
from evote.doctor.findings import Finding, Level, serious

WHAT_TO_DO: Final = (
    "relancez evote doctor ; si cela reste, gardez tout et vérifiez le disque, puis evote restore "
    "ailleurs, de la dernière sauvegarde et de ce que d'autres ont vu (docs/operations.md)"
)


@dataclass(frozen=True, slots=True)
class Unread(Finding):
    """What is said of an election that the database does not give whole."""


def unread(database: Database, check: str, uuid: str, what: str) -> Unread:
    """Return what is said where so much of an election could not be read.

    Raises:
        DatabaseUnavailable: it answers for none.
    """
    require_answer(database)
    said = f"{uuid} : la base répond, mais ne donne pas {what} : une page en est sans doute abîmée"
    return Unread(check, Level.SERIOUS, said, WHAT_TO_DO, uuid)


def unread_of_all(database: Database, check: str, what: str) -> Finding:
    """Return what is said where it could not be read of all elections together.

    Raises:
        DatabaseUnavailable: it answers for none.
    """
    require_answer(database)
    said = f"la base répond, mais ne dit pas {what} : une page en est sans doute abîmée"
    return serious(check, said, WHAT_TO_DO)
