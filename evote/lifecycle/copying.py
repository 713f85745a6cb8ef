# SPDX-License-Identifier: AGPL-3.0-or-later
"""A cancelled election begins again: what the school decided is copied, and nothing else: ADR 13.

Not the number, the keys, the roll or the codes: those of the cancelled one are void.
"""

from typing import Final

from evote.board.reading import read_setup
from evote.database.connection import Database
from evote.database.elections import State
from evote.election.config import ElectionConfig
from evote.errors import Refusal
from evote.lifecycle.states import found, require_state

_WHAT: Final = "on ne recommence qu'une élection annulée"


def cancelled_config(database: Database, uuid: str) -> ElectionConfig:
    """Return what was sealed of the school's decisions, with the hours that it had then: §8.3.

    Raises:
        NotNow: it is not cancelled.
        Refusal: there is no such election.
    """
    with database.read() as connection:
        held = found(connection, uuid)
        require_state(held, {State.CANCELLED}, _WHAT)
        election = read_setup(connection, held).election
    evote = election.evote
    if evote is None:
        raise Refusal("cette élection n'a pas été faite avec Préau", "evote election draft")
    return ElectionConfig(
        name=election.name,
        description=election.description,
        school=evote.school,
        seats=evote.seats,
        lists=evote.lists,
        opens_at=evote.opens_at,
        closes_at=evote.closes_at,
        grace_seconds=evote.grace_seconds,
        rehearsal=evote.rehearsal,
        witnesses=evote.witnesses,
    )
