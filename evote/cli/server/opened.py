# SPDX-License-Identifier: AGPL-3.0-or-later
"""The server that a command works on: its settings, database and keys, opened and closed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from evote.clock import Clock, system_clock
from evote.database.connection import Database, DatabaseUnavailable, open_database
from evote.database.migrating import migrate
from evote.errors import Refusal, Unreadable
from evote.keys import KeyFolder, KeyUnavailable
from evote.settings import Settings, SettingsError, read_settings
from protocol.errors import ProtocolError
from tally.errors import cite


@dataclass(frozen=True, slots=True)
class Server:
    """What every step is given."""

    settings: Settings
    database: Database
    keys: KeyFolder
    clock: Clock


@contextmanager
def server(clock: Clock = system_clock) -> Iterator[Server]:
    """Open the server that the environment names, with the tables of this version.

    Raises:
        Refusal: unsafe settings, or a database or key that cannot be used.
        Unreadable: a file that is not what it should be.
    """
    try:
        settings = read_settings()
        database = open_database(settings.database_url)
    except SettingsError as cause:
        faults = " ; ".join(cause.faults)
        raise Refusal(f"réglages refusés : {faults}", "voir docs/operations.md") from cause
    except (DatabaseUnavailable, ValueError) as cause:
        raise Refusal(
            "la base ne répond pas, ou ne convient pas", "voir PREAU_DATABASE_URL"
        ) from cause
    try:
        migrate(database)
        yield Server(settings, database, KeyFolder(settings.key_folder or Path()), clock)
    except DatabaseUnavailable as cause:
        raise Refusal(
            "la base n'a pas répondu : rien n'est sûr",
            "evote election state dit ce qui est fait ; puis recommencez",
        ) from cause
    except KeyUnavailable as cause:
        raise Refusal(
            "une clé du serveur manque ou est illisible", "voir PREAU_KEY_FOLDER"
        ) from cause
    except ProtocolError as cause:
        raise Unreadable(
            f"un fichier n'est pas ce qu'il devrait être {cite(cause)}",
            "vérifiez les fichiers donnés",
        ) from cause
    finally:
        database.close()
