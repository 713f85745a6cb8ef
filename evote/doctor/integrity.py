# SPDX-License-Identifier: AGPL-3.0-or-later
"""The file of an SQLite database: are its pages whole? Nothing of it is written, or mended.

PostgreSQL looks after its own pages, and says itself in its log when one is damaged.
"""

import contextlib
import sqlite3
import time
from pathlib import Path
from typing import Final

from evote.doctor.findings import Finding, ok, serious, to_see

# Nobody waits longer for the doctor, and no server's log grows longer behind its reading.
LONGEST_SECONDS: Final = 60
_STEPS_BETWEEN: Final = 100_000  # of SQLite's own, between two looks at the time
_PRIMARY: Final = 0xFF
_DAMAGED: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR)
_AGAIN: Final = "relancez evote doctor avec le compte du serveur, hors d'un vote"


def check_integrity(file: Path, seconds: float = LONGEST_SECONDS) -> Finding:
    """Read every page of a database that may be in use, for so many seconds at most."""
    try:
        first = _quick_check(file, seconds)
    except sqlite3.DatabaseError as cause:
        code = cause.sqlite_errorcode & _PRIMARY
        if code in _DAMAGED:
            return _damaged()
        if code == sqlite3.SQLITE_INTERRUPT:
            return to_see("integrity", "la base n'a pas pu être relue en entier à temps", _AGAIN)
        return to_see("integrity", "la base n'a pas pu être relue", _AGAIN)
    return ok("integrity", "la base se relit en entier") if first == "ok" else _damaged()


def _quick_check(file: Path, seconds: float) -> str:
    until = time.monotonic() + seconds
    address = f"{file.absolute().as_uri()}?mode=ro"
    with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
        connection.set_progress_handler(lambda: time.monotonic() >= until, _STEPS_BETWEEN)
        first: str = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        return first


def _damaged() -> Finding:
    return serious(
        "integrity",
        "le fichier de la base est abîmé, ou n'est pas celui d'une base : rien d'autre n'y a été "
        "regardé",
        "arrêtez le serveur, gardez une copie de ce fichier sans y toucher, vérifiez le disque ; "
        "puis evote restore ailleurs, de la dernière sauvegarde et de ce que d'autres ont vu "
        "(docs/operations.md)",
    )
