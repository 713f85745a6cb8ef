# SPDX-License-Identifier: AGPL-3.0-or-later
"""A backup whose rows contradict each other is not restored: docs/adr/0016.

A backup is authentic for whoever made it. The public half of the recovery key is enough to make
one, so what its rows say of themselves is computed again before anything rests on it.
"""

import contextlib
from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection

from evote.board.listing import setup_bytes
from evote.database.elections import HeldElection, RowDamaged, find_election
from evote.errors import Refusal
from evote.keys import ElectionKeys
from evote.lifecycle.rolls import verify_roll
from evote.lifecycle.whole import BOARD_OR_JOURNAL, NotWhole, verify_whole
from protocol.election import Election

_ANOTHER: Final = (
    "ne la rétablissez pas ; prenez une autre sauvegarde, et demandez d'où vient celle-ci"
)


def find_restored(connection: Connection, uuid: str) -> HeldElection:
    """Return an election, or a draft, whose rows were stored.

    Raises:
        Refusal: its row says what none can say.
    """
    try:
        return find_election(connection, uuid, drafts=True)
    except RowDamaged as cause:
        raise Refusal(
            f"élection {uuid} : « election.{cause.column} » contient, dans cette sauvegarde, ce "
            "qui ne peut pas y être",
            _ANOTHER,
        ) from cause


def require_whole(connection: Connection, held: HeldElection) -> None:
    """Check every event with its data, every entry, and what is derived from them.

    Raises:
        Refusal: they contradict each other.
    """
    with _refused(held):
        verify_whole(connection, held)


def require_roll(connection: Connection, held: HeldElection, keys: ElectionKeys) -> None:
    """Check that the roll is the one that was sealed, and opens with this key.

    Raises:
        Refusal: it is not the one.
        KeyUnavailable: the key is not that of this roll.
    """
    evote = Election.decode(setup_bytes(connection, held)[0]).evote
    if evote is None:
        raise RuntimeError("an election on a server has our bindings")
    with _refused(held):
        verify_roll(connection, held, evote, keys)


@contextlib.contextmanager
def _refused(held: HeldElection) -> Iterator[None]:
    try:
        yield
    except NotWhole as cause:
        rule = f" {cause.rule}" if cause.rule else ""
        said = (
            f"l'urne ou le journal de cette sauvegarde se contredit{rule}"
            if cause.what == BOARD_OR_JOURNAL
            else f"{cause.what} n'est pas, dans cette sauvegarde, ce qui a été scellé et journalisé"
        )
        raise Refusal(
            f"élection {held.uuid} : {said}",
            _ANOTHER,
        ) from cause
