# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everything that is looked at, in the order in which a person would mend it.

Nothing is changed, and a part that cannot be looked at says so: nothing is left out in silence.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from evote.clock import Clock, system_clock
from evote.database.connection import Database, DatabaseUnavailable, open_database
from evote.database.one_by_one import require_answer
from evote.doctor.absent_file import check_file
from evote.doctor.accounts import check_account, check_owners
from evote.doctor.boards import check_boards
from evote.doctor.cells import check_cells
from evote.doctor.clocks import IsSet, check_unasked_clock, is_clock_set
from evote.doctor.elections import BoothOf, Looking, check_elections
from evote.doctor.findings import Finding, Level, ok, serious
from evote.doctor.habits import check_habits
from evote.doctor.integrity import check_integrity
from evote.doctor.letters import check_letters
from evote.doctor.machine import (
    AskDate,
    ask_date,
    check_database_disk,
    check_key_disk,
    check_modes,
    check_online,
    check_other_clock,
    check_room,
    check_zones,
)
from evote.doctor.rolls import check_rolls
from evote.doctor.storage import check_database, check_tables
from evote.doctor.strangers import check_strangers
from evote.doctor.unread import WHAT_TO_DO
from evote.keys import KeyFolder
from evote.settings import (
    Settings,
    SettingsError,
    is_elsewhere,
    read_settings,
    sqlite_file,
    witnesses_of,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be looked at, and with what.

    Attributes:
        booth_of: the booth that this program serves.
        urls: web servers to ask for the time, as parents reach them.
        clock: of this machine.
        ask: how they are asked.
        is_set: what the system knows of this machine's clock.
    """

    booth_of: BoothOf
    urls: tuple[str, ...] = ()
    online: bool = False
    clock: Clock = system_clock
    ask: AskDate = ask_date
    is_set: IsSet = is_clock_set


def examine(asked: Asked) -> Iterator[Finding]:
    """Look at the installation that the environment names."""
    yield check_zones()
    for url in asked.urls:
        yield check_other_clock(url, asked.clock, asked.ask)
    try:
        settings = read_settings()
    except SettingsError as cause:
        for fault in cause.faults:
            yield serious("settings", fault, "corrigez ce réglage (docs/operations.md)")
        return
    yield ok("settings", "les réglages sont sûrs")
    other = check_account(settings)
    if other is not None:  # whatever it may read, the server may not
        yield other
        return
    if asked.online:
        yield check_online(f"{settings.public_url}/healthz", asked.clock, asked.ask)
    if not (asked.urls or asked.online or is_elsewhere(settings.database_url)):
        yield check_unasked_clock(asked.is_set)
    yield from check_room(_rooms(settings))
    yield from _examine_files(settings, asked)


def worst(findings: list[Finding]) -> Level:
    """Return how bad the worst of them is."""
    return max((each.level for each in findings), default=Level.OK)


def _examine_files(settings: Settings, asked: Asked) -> Iterator[Finding]:
    file = sqlite_file(settings.database_url)
    nothing = None if file is None else check_file(file, _folder(settings))
    if nothing is not None:
        yield nothing
        return
    yield from check_modes(_places(settings))
    yield from check_owners(settings)
    if settings.key_folder is not None:
        yield check_key_disk(settings.key_folder)
    if file is not None:
        yield check_database_disk(file)
        integrity = check_integrity(file)
        yield integrity
        if integrity.level is Level.SERIOUS:  # opened as a server does, it would be written to
            return
    yield from _examine_database(settings, asked)


def _examine_database(settings: Settings, asked: Asked) -> Iterator[Finding]:
    try:
        database = open_database(settings.database_url)
    except DatabaseUnavailable:
        yield _no_answer()
        return
    except ValueError:
        yield serious(
            "durable",
            "PostgreSQL perdrait des votes confirmés : fsync, full_page_writes ou "
            "synchronous_commit est coupé",
            "remettez-les ; le serveur ne démarre pas sans eux",
        )
        return
    try:
        yield from _examine_rows(database, settings, asked)
    except DatabaseUnavailable:
        yield _stopped(database)
    finally:
        database.close()


def _examine_rows(database: Database, settings: Settings, asked: Asked) -> Iterator[Finding]:
    with database.read() as connection:
        tables = check_tables(connection)
    yield ok("database", "la base répond")
    yield tables
    yield from check_database(database, asked.clock)
    if tables.level is not Level.OK:
        return
    cells = check_cells(database)
    yield from cells.findings
    looking = Looking(
        _folder(settings),
        asked.clock,
        settings.public_url,
        settings.publish_seconds,
        asked.booth_of,
        cells.harmed,
        frozenset(each.key for each in witnesses_of(settings)),
    )
    yield from check_boards(database, cells.harmed)
    yield from check_rolls(database, looking.folder, cells.harmed)
    yield from check_letters(database, looking.folder, cells.harmed)
    known = cells.names_are_known
    strangers = [*check_strangers(database, looking.folder)] if known else []
    # What both say, of a head file that cannot be read, is said once.
    yield from dict.fromkeys((*strangers, *check_elections(database, looking)))
    yield from check_habits(database, settings.outbox_folder, asked.clock())


def _folder(settings: Settings) -> KeyFolder:
    return KeyFolder(settings.key_folder or Path())


def _no_answer() -> Finding:
    return serious(
        "database",
        "la base ne répond pas : rien de ce qu'elle contient n'a été regardé",
        "vérifiez qu'elle tourne, PREAU_DATABASE_URL, et la place sur son disque",
    )


def _stopped(database: Database) -> Finding:
    """Return what is said where not all was looked at."""
    try:
        require_answer(database)
    except DatabaseUnavailable:
        said = "la base ne répond plus : le reste n'a pas été regardé"
        return replace(_no_answer(), message=said)
    return serious(
        "database",
        "la base répond, mais ne donne pas tout ce qu'elle contient : une page en est sans doute "
        "abîmée ; le reste n'a pas été regardé",
        WHAT_TO_DO,
    )


def _rooms(settings: Settings) -> dict[str, Path]:
    file = sqlite_file(settings.database_url)
    rooms = {} if file is None else {"de la base": file.parent}
    if settings.key_folder is not None:
        rooms["des clés"] = settings.key_folder
    if settings.outbox_folder is not None:
        rooms["des messages"] = settings.outbox_folder
    return rooms


def _places(settings: Settings) -> dict[str, Path]:
    places = {"la base": sqlite_file(settings.database_url)}
    if settings.key_folder is not None:
        places["le dossier des clés"] = settings.key_folder
        heads = KeyFolder(settings.key_folder).heads
        places["heads.sqlite"] = heads if heads.exists() else None
    places["le dossier des messages"] = settings.outbox_folder
    return {what: path for what, path in places.items() if path is not None}
