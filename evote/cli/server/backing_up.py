# SPDX-License-Identifier: AGPL-3.0-or-later
"""A backup of the server that the environment names."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import Final

from sqlalchemy import select

from evote.backup.pace import (
    FEWEST_BALLOTS,
    TooClose,
    confirm_backup,
    count_from_now,
    is_quiet,
    remember_backup,
    too_close,
)
from evote.backup.recovery import RecoveryPublicKey, read_public_key
from evote.backup.writing import Backup, Places, write_backup
from evote.cli.inputs import make_folder
from evote.cli.server.opened import Server, environment_settings, server
from evote.cli.stopping import stopping_cleanly
from evote.database.common_tables import ElectionRow
from evote.database.connection import Database, DatabaseUnavailable
from evote.doctor.absent_file import check_file
from evote.doctor.boards import check_boards
from evote.doctor.cells import check_cells
from evote.doctor.findings import Finding, Level
from evote.doctor.rolls import check_rolls
from evote.doctor.unread import Unread
from evote.errors import Refusal
from evote.keys import KeyFolder
from evote.settings import Settings, sqlite_file
from tally.french import count

A_KEY_IS_MISSING: Final = 1
_MADE_ANEW: Final = "signed"  # the doctor's word for what a restore mends
_PAIR: Final = "qui aurait les deux sauvegardes et la clé de secours verrait qui a voté entre elles"
_DURING_THE_VOTE: Final = (
    f"attendez une heure et {FEWEST_BALLOTS} bulletins nouveaux, ou ajoutez --yes : {_PAIR}"
)
_AFTER_CLOSING: Final = (
    "le vote est clos : ajoutez --yes, puis détruisez aussitôt les sauvegardes faites pendant le "
    f"vote, partout où elles sont : {_PAIR}"
)
_WAS_AHEAD: Final = (
    "À voir : la dernière sauvegarde porte une heure à venir, car l'horloge a été en avance ; "
    "l'heure à attendre se compte à partir de maintenant."
)


def back_up(options: Namespace) -> int:
    """``evote backup DOSSIER``."""
    to = read_public_key(options.to)
    places = Places(options.folder, options.keys or options.folder)
    _require_database()
    with server() as here:
        _require_apart(here.settings, places)
        if not options.yes and not _has_elections(here.database):
            if options.if_due:
                print("Rien à sauvegarder : la base n'a aucune élection.")
                return 0
            raise Refusal(
                "la base n'a aucune élection : il n'y a rien à sauvegarder",
                "vérifiez PREAU_DATABASE_URL ; si elle est vide exprès, ajoutez --yes",
            )
        was_ahead, found, quiet = _pace(here)
        if was_ahead:
            print(_WAS_AHEAD, file=sys.stderr)
        is_over = any(
            each.is_over and each.ballots < FEWEST_BALLOTS for each in found
        )  # waiting does not mend it
        if found and options.if_due and not options.yes and not is_over:
            print(f"Pas encore : {_say(found)}.")
            return 0
        if quiet and options.if_due and not options.yes:
            print("Pas encore : rien n'a changé depuis la dernière sauvegarde, d'il y a moins d'un")
            print("jour.")
            return 0
        if found and not options.yes:
            raise Refusal(
                f"trop tôt pour une sauvegarde : {_say(found)}",
                _AFTER_CLOSING if is_over else _DURING_THE_VOTE,
            )
        for folder in (places.data, places.keys):
            make_folder(folder)
        backup = _write(here, to, places)
        with here.database.write() as connection:
            remember_backup(connection, backup.made_at, backup.ballots, is_whole=False)
        status = _tell(backup, to.check)
        wrong = {name.partition(".")[0] for name in backup.unfit}
        cells = check_cells(here.database)
        boards = check_boards(here.database, cells.harmed)
        rolls = check_rolls(here.database, here.keys, cells.harmed)
        for finding in (*cells.findings, *boards, *rolls):  # a restore reads every cell, or none
            _warn(finding)
            wrong.add(finding.uuid)
        if not any(_is_refused(finding) for finding in cells.findings):
            with here.database.write() as connection:
                confirm_backup(connection, backup.ballots, wrong)
    return status


def _pace(here: Server) -> tuple[bool, tuple[TooClose, ...], bool]:
    """Tell whether the clock was ahead, what forbids a backup now, and whether none is needed."""
    try:
        with here.database.write() as connection:
            was_ahead = count_from_now(connection, here.clock())
            found = too_close(connection, here.clock())
            return was_ahead, found, is_quiet(connection, here.clock())
    except DatabaseUnavailable as cause:
        if names := _unread_elections(here.database, here.keys):
            raise _unread(names) from cause
        raise  # too busy, or away


def _write(here: Server, to: RecoveryPublicKey, places: Places) -> Backup:
    try:
        with stopping_cleanly():
            return write_backup(here.database, here.keys, to, places, here.clock)
    except DatabaseUnavailable as cause:
        raise _unread(_unread_elections(here.database, here.keys)) from cause


def _unread(names: tuple[str, ...]) -> Refusal:
    """Return the refusal of a database that answers, but does not give all that it contains."""
    of = f" ({', '.join(names)})" if names else ""
    return Refusal(
        f"la base répond, mais ne donne pas tout ce qu'elle contient{of} : rien n'est sauvegardé",
        "recommencez ; si cela reste, gardez les sauvegardes d'avant : evote doctor dit quoi faire",
    )


def _unread_elections(database: Database, keys: KeyFolder) -> tuple[str, ...]:
    """Return the numbers of the elections that it does not give whole.

    Raises:
        DatabaseUnavailable: it does not answer.
    """
    harmed = check_cells(database).harmed  # told before; they are looked at no further
    found = (*check_boards(database, harmed), *check_rolls(database, keys, harmed))
    return tuple(dict.fromkeys(each.uuid for each in found if isinstance(each, Unread)))


def _require_database() -> None:
    """Refuse what would save a database that is made just now: of a mistyped setting."""
    settings = environment_settings()
    file = sqlite_file(settings.database_url)
    nothing = None if file is None else check_file(file, KeyFolder(settings.key_folder or Path()))
    if nothing is not None:
        raise Refusal(f"{nothing.message} : rien n'est sauvegardé", nothing.advice)


def _require_apart(settings: Settings, places: Places) -> None:
    """Refuse what would grow with each backup, or be lost with the database."""
    file = sqlite_file(settings.database_url)
    for folder in (places.data, places.keys):
        inside = folder.resolve()
        if settings.key_folder and inside.is_relative_to(settings.key_folder.resolve()):
            raise Refusal(
                "une sauvegarde ne va pas dans le dossier des clés : la suivante l'aurait aussi",
                f"donnez un autre dossier que « {folder} »",
            )
        if file is not None and inside == file.parent.resolve():
            raise Refusal(
                "une sauvegarde ne va pas dans le dossier de la base : elle serait perdue avec "
                "elle",
                f"donnez un dossier d'un autre disque que « {folder} »",
            )


def _has_elections(database: Database) -> bool:
    with database.read() as connection:
        return connection.scalar(select(ElectionRow.uuid).limit(1)) is not None


def _is_refused(finding: Finding) -> bool:
    return finding.level is Level.SERIOUS and finding.check != _MADE_ANEW


def _warn(finding: Finding) -> None:
    # A copy of a damaged board is worth having, but nobody may take it for one to restore.
    if finding.check == "pins":
        return  # the doctor's to say: a restore mends nothing of it, and harms nothing
    if finding.check == _MADE_ANEW:
        print(
            f"ATTENTION : {finding.message}. Les deux fichiers sont écrits, et evote restore "
            "refait cela de l'urne et du journal : lancez evote doctor.",
            file=sys.stderr,
        )
    elif finding.level is Level.SERIOUS:
        print(
            f"ATTENTION : {finding.message}. Les deux fichiers sont écrits : gardez-les, mais "
            "evote restore les refusera sans doute (--check, ailleurs, le dit). Gardez aussi les "
            "sauvegardes d'avant, et lancez evote doctor.",
            file=sys.stderr,
        )
    elif finding.level is not Level.OK:
        print(f"À voir : {finding.message}.", file=sys.stderr)


def _say(found: tuple[TooClose, ...]) -> str:
    parts = [f"{each.uuid} a {_new(each.ballots)} ({_since(each.since)})" for each in found]
    return " ; ".join(parts)


def _new(ballots: int) -> str:
    return count(ballots, "bulletin nouveau", "bulletins nouveaux")


def _since(seconds: int | None) -> str:
    if seconds is None:
        return "jamais sauvegardée"
    return f"sauvegardée il y a {count(seconds // 60, 'minute')}"


def _tell(backup: Backup, check: str) -> int:
    print(f"Données : {backup.data}")
    print(f"Clés :    {backup.keys}")
    print(f"La clé de secours dont le contrôle est {check} les ouvre, et elle seule.")
    if backup.data.parent == backup.keys.parent:
        print("Gardez les deux fichiers à part l'un de l'autre, et loin de cette machine.")
    if backup.ignored:
        names = ", ".join(backup.ignored)
        print(f"Pas sauvegardé, car ce n'est pas une clé : {names}", file=sys.stderr)
    if not backup.is_marked:
        print(
            "Attention : heads.sqlite, du dossier des clés, n'a pas pu être marqué : avec cette "
            "sauvegarde il ne comptera pas pour evote restore. Lancez evote doctor.",
            file=sys.stderr,
        )
    if backup.unfit:
        names = ", ".join(backup.unfit)
        print(
            "Attention : il manque dans le dossier des clés, ou n'est pas la clé qui a été "
            f"scellée : {names}. Cette sauvegarde est incomplète : evote doctor",
            file=sys.stderr,
        )
        return A_KEY_IS_MISSING
    return 0
