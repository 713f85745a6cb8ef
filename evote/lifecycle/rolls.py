# SPDX-License-Identifier: AGPL-3.0-or-later
"""The roll of an election is the one that was sealed, and each of its electors can still vote.

It says nothing of who has voted what, and reads each table in one short statement, so that whoever
rewrites the sign-ins waits for nobody.
"""

import re
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, select

from evote.database.elections import HeldElection, State
from evote.database.roll_tables import PinWatchRow, RollSealRow, SignInRow
from evote.keys import ElectionKeys, KeyUnavailable
from evote.lifecycle.whole import NotWhole
from evote.pins import MAC_BYTES
from evote.roll.electors import read_roll, read_salt
from evote.roll.model import Elector
from evote.roll.sealing import SealedRoll, verify_roll_commitment
from protocol.bindings import EvoteBinding
from protocol.errors import ProtocolError

_NUMBER: Final = re.compile("[0-9a-f]{32}")
# Later the roll is only a list, and is destroyed when the law says so.
WITH_ROLL = (State.SEALED, State.OPEN, State.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Pins:
    """How many electors who have not voted have a PIN to type, and how many have none."""

    made: int
    void: int


def has_roll(connection: Connection, held: HeldElection) -> bool:
    """Tell whether a roll was stored, and has not been destroyed."""
    query = select(RollSealRow.election_id).where(RollSealRow.election_id == held.id)
    return connection.scalar(query) is not None


def verify_roll(
    connection: Connection, held: HeldElection, sealed: EvoteBinding, keys: ElectionKeys
) -> None:
    """Check that the roll is the one that was committed to, with a sign-in for each elector.

    Raises:
        NotWhole: it is not.
        KeyUnavailable: there is no roll, or the key is not that of its salt.
    """
    if not has_roll(connection, held):
        raise NotWhole(held.uuid, "la liste électorale")
    salt = read_salt(connection, held, keys)
    try:
        names = [(each.surname, each.given_name) for each in read_roll(connection, held, keys)]
        roll = SealedRoll(tuple(Elector(*name, "", "", None, (), ()) for name in names))
        verify_roll_commitment(sealed.roll_commitment, roll, salt)
    except (KeyUnavailable, ProtocolError) as cause:
        raise NotWhole(held.uuid, "la liste électorale") from cause
    if _numbers(connection, held) != list(range(1, sealed.electors + 1)):
        raise NotWhole(held.uuid, "la liste des numéros d'émargement")
    watch = select(PinWatchRow.ceiling).where(PinWatchRow.election_id == held.id)
    if connection.scalar(watch) is None:
        raise NotWhole(held.uuid, "le compte des chiffres secrets faux")


def count_pins(connection: Connection, held: HeldElection) -> Pins:
    """Return how many of those who have not voted could type a PIN that is right."""
    mine = (SignInRow.election_id == held.id, SignInRow.used.is_(False))
    every = select(func.count()).select_from(SignInRow).where(*mine)
    made = connection.scalar(every.where(func.length(SignInRow.pin_mac) == MAC_BYTES)) or 0
    return Pins(made, (connection.scalar(every) or 0) - made)


def _numbers(connection: Connection, held: HeldElection) -> list[int]:
    """Return the electors who have a number that is one."""
    query = select(SignInRow.elector, SignInRow.sign_in_number)
    rows = connection.execute(query.where(SignInRow.election_id == held.id))
    return sorted(row.elector for row in rows if _NUMBER.fullmatch(row.sign_in_number))
