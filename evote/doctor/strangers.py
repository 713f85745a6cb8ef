# SPDX-License-Identifier: AGPL-3.0-or-later
"""Elections that the key folder knows and the database does not: one of the two is of another time.

A restore that failed, a database that was put back or begun anew beside its old keys: whoever goes
on from there may sign a second history.
"""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, select

from evote.database.common_tables import ElectionRow
from evote.database.connection import Database
from evote.database.elections import State
from evote.database.one_by_one import of_one, read_of_all
from evote.doctor.findings import Finding, ok, serious, to_see
from evote.heads import Heads, HeadsUnavailable
from evote.keys import KeyFolder, KeyUnavailable
from evote.log_keys import has_log_keys
from protocol.server_binding import uuid_of_key

_STATES: Final = select(ElectionRow.uuid, ElectionRow.state)
_UNREAD: Final = ""
_RESTORE: Final = (
    "ne scellez, n'ouvrez et ne publiez rien ici ; arrêtez le serveur, puis evote restore, dans "
    "une base vide, de la sauvegarde la plus récente qui l'a (docs/operations.md dit quoi faire si "
    "aucune ne l'a)"
)
HEADS_DAMAGED: Final = (
    "ne l'effacez pas, n'en remettez pas de copie : evote backup, puis evote restore ailleurs avec "
    "ce que d'autres ont vu (docs/operations.md)"
)


def check_strangers(database: Database, folder: KeyFolder) -> Iterator[Finding]:
    """Look for what was published, and for keys, of elections that the database has not."""
    states = dict(read_of_all(database, _states, unread=lambda uuid: ((uuid, _UNREAD),)))
    try:
        signed = {uuid_of_key(origin) for origin in Heads(folder.heads).origins()}
        yield from _check_signed(signed, states, folder)
        yield _check_keys({*folder.uuids()} - {*states} - signed)
    except HeadsUnavailable:
        yield heads_unreadable()
    except KeyUnavailable:
        yield serious(
            "keys", "le dossier des clés ne peut pas être lu", "vérifiez PREAU_KEY_FOLDER"
        )


def _states(connection: Connection, uuid: str | None) -> tuple[tuple[str, str], ...]:
    return tuple((row.uuid, row.state) for row in connection.execute(of_one(_STATES, uuid)))


def heads_unreadable() -> Finding:
    """Return what is said where the head file cannot be read."""
    return serious(
        "heads",
        "le fichier heads.sqlite du dossier des clés ne peut pas être lu",
        "rien n'est publié sans lui : vérifiez son mode, son propriétaire et le disque ; s'il est "
        f"abîmé, {HEADS_DAMAGED}",
    )


def _check_signed(signed: set[str], states: dict[str, str], folder: KeyFolder) -> Iterator[Finding]:
    for uuid in sorted(signed):
        if states.get(uuid) == State.DRAFT.value:
            said = "a déjà été publiée, et n'est qu'un brouillon dans la base, qui est d'avant"
            yield serious("heads", f"{uuid} : cette élection {said}", _RESTORE)
        elif uuid not in states and _can_sign(folder, uuid):
            said = "a été publiée d'ici, et la base ne l'a pas : elle est d'un autre moment"
            yield serious(
                "heads",
                f"{uuid} : cette élection {said}",
                f"{_RESTORE} ; si elle a été laissée de côté exprès (evote restore --without), "
                f"mettez « {uuid}.logs » hors du dossier des clés, sans le détruire",
            )
        elif uuid not in states:
            yield to_see(
                "heads",
                f"{uuid} : cette élection a été publiée d'ici ; la base ne l'a plus, ni le dossier "
                "des clés ce qui signe pour elle",
                "si elle a été laissée de côté exprès (evote restore --without), il n'y a rien à "
                f"faire ; sinon : {_RESTORE}",
            )


def _can_sign(folder: KeyFolder, uuid: str) -> bool:
    try:
        return has_log_keys(folder, uuid)
    except KeyUnavailable:  # no number of an election
        return False


def _check_keys(strange: set[str]) -> Finding:
    if not strange:
        return ok("keys", "le dossier des clés n'a que celles d'élections de la base")
    return to_see(
        "keys",
        "le dossier des clés a celles d'élections que la base n'a pas : "
        + ", ".join(sorted(strange)),
        "si l'une d'elles a eu lieu ici, ou qu'un evote restore a échoué, rétablissez-la : evote "
        "restore dans une base vide (docs/operations.md) ; sinon, mettez ces fichiers de côté, "
        "sans les détruire",
    )
