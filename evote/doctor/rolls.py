# SPDX-License-Identifier: AGPL-3.0-or-later
"""Is the roll of each election still the one that was sealed, and can each elector vote?

Sign-ins are read last, in a transaction of each election: who rewrites them hardly waits.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from evote.board.listing import setup_bytes
from evote.database.connection import Database, DatabaseUnavailable
from evote.database.elections import HeldElection, State, find_election
from evote.doctor.boards import hosted
from evote.doctor.findings import Finding, ok, serious, to_see
from evote.doctor.unread import unread
from evote.keys import KeyFolder, KeyUnavailable
from evote.lifecycle.rolls import WITH_ROLL, count_pins, verify_roll
from evote.lifecycle.whole import NotWhole
from protocol.election import Election
from protocol.errors import ProtocolError
from tally.french import count

_BEFORE: Final = (
    "suspendez le vote et gardez tout ; une sauvegarde d'aujourd'hui ne se rétablira pas : evote "
    "restore ailleurs, d'une sauvegarde d'avant (docs/operations.md)"
)


def check_rolls(
    database: Database, folder: KeyFolder, harmed: Collection[int]
) -> Iterator[Finding]:
    """Look at the roll of every election in which people vote, or will, but the harmed."""
    for uuid in hosted(database, harmed):
        try:
            with database.read() as connection:
                held = find_election(connection, uuid)
                if held.state in WITH_ROLL:
                    yield from _check(connection, held, folder)
        except DatabaseUnavailable:
            yield unread(database, "roll", uuid, "toute la liste électorale")


def _check(connection: Connection, held: HeldElection, folder: KeyFolder) -> Iterator[Finding]:
    try:
        evote = Election.decode(setup_bytes(connection, held)[0]).evote
        if evote is None:
            raise RuntimeError("an election on a server has our bindings")
        verify_roll(connection, held, evote, folder.load(held.uuid))
    except (KeyUnavailable, ProtocolError, ValueError):
        return  # what is said of the keys, or of the board, comes first
    except NotWhole as cause:
        said = f"{held.uuid} : {cause.what} n'est pas ce qui a été scellé"
        yield replace(serious("roll", said, _BEFORE), uuid=held.uuid)
    else:
        yield ok("roll", f"{held.uuid} : la liste électorale est celle qui a été scellée")
    yield from _check_pins(connection, held)


def _check_pins(connection: Connection, held: HeldElection) -> Iterator[Finding]:
    pins = count_pins(connection, held)
    if not pins.void or held.state is State.SEALED:
        return
    who = count(pins.void, "personne", "personnes")
    said = f"{held.uuid} : {who} sans chiffres secrets qui vaillent"
    found = to_see if pins.made else serious
    yield found("pins", said, "evote pins make, ou evote pins renew pour une seule personne")
