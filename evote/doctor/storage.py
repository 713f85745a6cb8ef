# SPDX-License-Identifier: AGPL-3.0-or-later
"""The database: does it keep what was acknowledged, and forget what would join two sides."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, text

from evote.clock import Clock
from evote.database.connection import Database
from evote.database.migrating import is_known, newest_schema, schema_of
from evote.doctor.findings import Finding, ok, serious, to_see
from evote.doctor.machine import check_clock

_DURABLE: Final = {"journal_mode": "wal", "synchronous": "2", "secure_delete": "1"}
# PostgreSQL: what docs/operations.md asks for so that rows cannot be joined; name, value, why.
_SEPARATING: Final = (
    ("wal_recycle", "off", "l'ancien journal de la base resterait sur le disque"),
    ("wal_init_zero", "on", "l'ancien journal de la base resterait sur le disque"),
    ("archive_mode", "off", "le journal archivé dit qui a voté quoi, chiffré"),
    ("log_statement", "none", "le journal des requêtes dirait qui vote quand"),
    ("log_min_duration_statement", "-1", "le journal des requêtes dirait qui vote quand"),
    ("log_parameter_max_length_on_error", "0", "le journal des erreurs aurait des numéros"),
    ("track_commit_timestamp", "off", "chaque vote aurait son heure exacte"),
)
_COPIES: Final = (
    ("SELECT count(*) FROM pg_replication_slots", "des emplacements de réplication"),
    ("SELECT count(*) FROM pg_stat_replication", "des répliques"),
)
_RIGHTS: Final = (
    ("SELECT pg_has_role('pg_checkpoint', 'MEMBER')", "GRANT pg_checkpoint TO le rôle"),
    (
        "SELECT has_function_privilege('pg_switch_wal()', 'EXECUTE')",
        "GRANT EXECUTE ON FUNCTION pg_switch_wal() TO le rôle",
    ),
)
_OPERATIONS: Final = "voir « PostgreSQL » dans docs/operations.md"


def check_tables(connection: Connection) -> Finding:
    """Look whether the database has the tables of this program."""
    found, newest = schema_of(connection), newest_schema()
    if found == newest:
        return ok("tables", "la base a les tables de cette version")
    if found is None:
        return serious("tables", "la base est vide", "evote serve, ou evote restore, la prépare")
    if not is_known(found):
        return serious(
            "tables",
            "la base vient d'une version plus récente de Préau",
            "installez cette version-là : celle-ci n'y touche pas",
        )
    return serious(
        "tables",
        f"la base a les tables {found}, cette version veut {newest}",
        "redémarrez evote serve : il met la base à jour ; si un vote y est en cours, il refuse : "
        "remettez alors l'ancienne version, jusqu'à la clôture",
    )


def check_database(database: Database, clock: Clock) -> Iterator[Finding]:
    """Look at the settings on which durability and the separation of both sides rest."""
    if database.is_sqlite:
        with database.read() as connection:
            yield _check_sqlite(connection)
        return
    # open_database refuses a PostgreSQL whose fsync, full_page_writes or synchronous_commit is off.
    yield ok("durable", "PostgreSQL garde ce qu'il confirme")
    with database.read() as connection:
        # On this machine it is the same clock, of which examine says what is known.
        theirs = int(connection.execute(text("SELECT extract(epoch FROM now())")).scalar_one())
        yield check_clock("clock", "de la base", theirs, clock())
        yield from _check_separating(connection)
        yield from _check_rights(connection)


def _check_sqlite(connection: Connection) -> Finding:
    found = {
        name: str(connection.execute(text(f"PRAGMA {name}")).scalar_one()) for name in _DURABLE
    }
    if found != _DURABLE:
        return serious(
            "durable", f"SQLite n'a pas ses réglages sûrs ({found})", "signalez-le aux auteurs"
        )
    return ok("durable", "SQLite garde ce qu'il confirme, et efface ce qu'il supprime")


def _check_separating(connection: Connection) -> Iterator[Finding]:
    wrong = []
    for name, wanted, why in _SEPARATING:
        found = str(connection.execute(text(f"SHOW {name}")).scalar_one())
        if found != wanted:
            wrong.append(to_see("joining", f"{name} = {found} : {why}", f"{name} = {wanted}"))
    for query, what in _COPIES:
        if connection.execute(text(query)).scalar_one():
            wrong.append(
                to_see("joining", f"la base a {what}, qui disent qui a voté quoi", _OPERATIONS)
            )
    yield from wrong or [ok("joining", "rien dans PostgreSQL ne garde qui a voté quand")]


def _check_rights(connection: Connection) -> Iterator[Finding]:
    for query, grant in _RIGHTS:
        if not connection.execute(text(query)).scalar_one():
            message = "le rôle du serveur ne peut pas effacer l'ancien journal de la base"
            yield to_see("rights", message, grant)
            return
    yield ok("rights", "le serveur peut effacer l'ancien journal de la base")
