# SPDX-License-Identifier: AGPL-3.0-or-later
"""A backup of the server that the environment names."""

import sys
from argparse import Namespace
from typing import Final

from evote.backup.pace import FEWEST_BALLOTS, TooClose, count_from_now, remember_backup, too_close
from evote.backup.recovery import read_public_key
from evote.backup.writing import Backup, Places, write_backup
from evote.cli.inputs import make_folder
from evote.cli.server.opened import server
from evote.cli.stopping import stopping_cleanly
from evote.doctor.boards import check_boards
from evote.doctor.findings import Finding, Level
from evote.errors import Refusal
from tally.french import count

A_KEY_IS_MISSING: Final = 1
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
    with server() as here:
        with here.database.write() as connection:
            was_ahead = count_from_now(connection, here.clock())
            found = too_close(connection, here.clock())
        if was_ahead:
            print(_WAS_AHEAD, file=sys.stderr)
        is_over = any(each.is_over for each in found)  # waiting mends nothing then
        if found and options.if_due and not options.yes and not is_over:
            print(f"Pas encore : {_say(found)}.")
            return 0
        if found and not options.yes:
            raise Refusal(
                f"trop près de la dernière sauvegarde : {_say(found)}",
                _AFTER_CLOSING if is_over else _DURING_THE_VOTE,
            )
        for folder in (places.data, places.keys):
            make_folder(folder)
        with stopping_cleanly():
            backup = write_backup(here.database, here.keys, to, places, here.clock)
        with here.database.write() as connection:
            remember_backup(connection, backup.made_at, backup.ballots)
        status = _tell(backup, to.check)
        for finding in check_boards(here.database):
            _warn(finding)
    return status


def _warn(finding: Finding) -> None:
    # A copy of a damaged board is worth having, but nobody may take it for one to restore.
    if finding.check == "signed":
        print(
            f"ATTENTION : {finding.message}. Les deux fichiers sont écrits, et evote restore "
            "refait de l'urne et du journal ce qui est abîmé : lancez evote doctor.",
            file=sys.stderr,
        )
    elif finding.level is Level.SERIOUS:
        print(
            f"ATTENTION : {finding.message}. Les deux fichiers sont écrits : gardez-les, mais "
            "evote restore les refusera. Gardez aussi les sauvegardes d'avant, et lancez "
            "evote doctor.",
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
    if backup.missing:
        names = ", ".join(backup.missing)
        print(
            f"Attention : il manque dans le dossier des clés : {names}. Cette sauvegarde est "
            "incomplète : evote doctor",
            file=sys.stderr,
        )
        return A_KEY_IS_MISSING
    return 0
