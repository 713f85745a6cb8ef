# SPDX-License-Identifier: AGPL-3.0-or-later
"""A head that is what the database signed but for some digits: the file is what is damaged."""

from sqlalchemy import Connection

from evote.board.published import readable_logs
from evote.database.elections import HeldElection
from evote.doctor.findings import Finding, serious
from evote.doctor.strangers import HEADS_DAMAGED
from evote.heads import Heads
from evote.log_keys import LogKeys
from evote.publishing.damaged_head import is_damaged
from evote.publishing.signed import last_signed


def find_damaged_head(
    connection: Connection, held: HeldElection, heads: Heads, keys: LogKeys
) -> Finding | None:
    """Return what is said where a line of the head file has a changed digit, None where none has.

    Raises:
        HeadsUnavailable: the head file cannot be read.
    """
    rows = readable_logs(connection, held).values()
    for key in (keys.board, keys.journal):
        (head,) = heads.read(key.name)
        last = last_signed(rows, key.verifier_key)
        if head and last and is_damaged(head, last[1].checkpoint.position):
            return serious(
                "heads",
                f"{held.uuid} : ce que heads.sqlite dit de cette élection est abîmé : c'est, à "
                "quelques signes près, ce que la base a signé ; rien n'en est publié, aucun "
                "bulletin n'y est pris",
                HEADS_DAMAGED,
            )
    return None
