# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is said where the database answers, but does not give all of one election."""

from dataclasses import replace
from typing import Final

from sqlalchemy import text

from evote.database.connection import Database
from evote.doctor.findings import Finding, serious

WHAT_TO_DO: Final = (
    "relancez evote doctor ; si cela reste, gardez tout et vérifiez le disque, puis evote restore "
    "ailleurs, de la dernière sauvegarde et de ce que d'autres ont vu (docs/operations.md)"
)


def unread(database: Database, check: str, uuid: str, what: str) -> Finding:
    """Return what is said where so much of an election could not be read.

    Raises:
        DatabaseUnavailable: it answers for none.
    """
    require_answer(database)
    said = f"{uuid} : la base répond, mais ne donne pas {what} : une page en est sans doute abîmée"
    return replace(serious(check, said, WHAT_TO_DO), uuid=uuid)


def unread_of_all(database: Database, check: str, what: str) -> Finding:
    """Return what is said where it could not be read of all elections together.

    Raises:
        DatabaseUnavailable: it answers for none.
    """
    require_answer(database)
    said = f"la base répond, mais ne dit pas {what} : une page en est sans doute abîmée"
    return serious(check, said, WHAT_TO_DO)


def require_answer(database: Database) -> None:
    """Ask the database for nothing that it contains.

    Raises:
        DatabaseUnavailable: it does not answer.
    """
    with database.read() as connection:
        connection.execute(text("SELECT 1"))
