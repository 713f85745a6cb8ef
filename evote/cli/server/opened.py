# SPDX-License-Identifier: AGPL-3.0-or-later
"""The server that a command works on: its settings, database and keys, opened and closed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from evote.board.published import DoesNotFollow, PublishedDamaged
from evote.clock import Clock, system_clock
from evote.database.connection import Database, DatabaseUnavailable, open_database
from evote.database.elections import RowDamaged
from evote.database.left_over import LeftOver
from evote.database.migrating import NotUpgraded, migrate
from evote.doctor.absent_file import explain_left_over
from evote.errors import Refusal, Unreadable
from evote.heads import HeadsUnavailable
from evote.keys import KeyFolder, KeyUnavailable
from evote.messages import MessageDamaged
from evote.publishing.publisher import Publisher
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
    publisher: Publisher


@contextmanager
def server(clock: Clock = system_clock) -> Iterator[Server]:
    """Open the server that the environment names, with the tables of this version.

    Raises:
        Refusal: unsafe settings, or a database or key that cannot be used.
        Unreadable: a file that is not what it should be.
    """
    settings = environment_settings()
    database = reached_database(settings)
    try:
        with explained():
            migrate(database)
            keys = KeyFolder(settings.key_folder or Path())
            publisher = Publisher(database, keys, settings.publish_seconds, clock)
            yield Server(settings, database, keys, clock, publisher)
    finally:
        database.close()


def environment_settings() -> Settings:
    """Return the settings of the environment.

    Raises:
        Refusal: they are unsafe.
    """
    try:
        return read_settings()
    except SettingsError as cause:
        faults = " ; ".join(cause.faults)
        raise Refusal(f"réglages refusés : {faults}", "voir docs/operations.md") from cause


def reached_database(settings: Settings) -> Database:
    """Open the database of the settings, as it is.

    Raises:
        Refusal: it does not answer, or would lose votes.
    """
    try:
        return open_database(settings.database_url)
    except LeftOver as cause:
        raise left_over(cause) from cause
    except (DatabaseUnavailable, ValueError) as cause:
        raise Refusal(
            "la base ne répond pas, ou ne convient pas", "voir PREAU_DATABASE_URL"
        ) from cause


@contextmanager
def explained() -> Iterator[None]:
    """Turn what the server's parts raise in the block into refusals for a person.

    Raises:
        Refusal: with its reason.
        Unreadable: a file that is not what it should be.
    """
    try:
        yield
    except DatabaseUnavailable as cause:
        raise Refusal(
            "la base n'a pas répondu, ou pas donné tout ce qu'elle contient : rien n'est sûr",
            "evote doctor dit si elle tourne, si son disque est plein et si elle est abîmée ; "
            "evote election state dit ce qui est fait, puis recommencez",
        ) from cause
    except NotUpgraded as cause:
        raise not_upgraded(cause) from cause
    except MessageDamaged as cause:
        raise Refusal(
            f"la ligne de cet électeur est abîmée dans la base ({cause.column}) : aucune lettre ne "
            "peut lui être remise, et rien n'est changé",
            "evote doctor dit quoi faire de la liste électorale",
        ) from cause
    except RowDamaged as cause:
        raise Refusal(
            f"ce que la base dit de l'élection {cause.uuid} est abîmé ({cause.column})",
            "rien n'est signé, aucun bulletin n'est pris ; evote doctor dit quoi faire",
        ) from cause
    except PublishedDamaged as cause:
        raise Refusal(
            f"ce que la base garde de ce qui est publié de l'élection {cause.uuid} est abîmé",
            "rien n'est signé, aucun bulletin n'est pris ; evote doctor dit quoi faire",
        ) from cause
    except DoesNotFollow as cause:
        raise Refusal(
            f"la base n'est pas celle d'où l'élection {cause.uuid} a été publiée : elle est "
            "revenue en arrière, ou le fichier heads.sqlite du dossier des clés manque",
            "rien n'est signé, aucun bulletin n'est pris ; voir docs/operations.md",
        ) from cause
    except HeadsUnavailable as cause:
        raise Refusal(
            "le fichier heads.sqlite du dossier des clés ne peut pas être lu ou écrit",
            "faites de la place, voyez PREAU_KEY_FOLDER, puis recommencez ; si evote doctor le dit "
            "abîmé, suivez son conseil",
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


def left_over(cause: LeftOver) -> Refusal:
    """Return the refusal of a database whose making would destroy a piece of another one."""
    finding = explain_left_over(cause)
    return Refusal(finding.message, finding.advice)


def not_upgraded(cause: NotUpgraded) -> Refusal:
    """Return the refusal of an older program's vote that is going on, or of a later program."""
    if not cause.uuids:
        return Refusal(
            "la base vient d'une version plus récente de Préau que celle-ci",
            "installez cette version, ou donnez une autre base : PREAU_DATABASE_URL",
        )
    votes = ", ".join(cause.uuids)
    return Refusal(
        f"la base vient d'une version plus ancienne de Préau, et un vote y est en cours : {votes}",
        "gardez l'ancienne version jusqu'à la clôture, puis recommencez",
    )
