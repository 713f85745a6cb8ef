# SPDX-License-Identifier: AGPL-3.0-or-later
"""A backup whose rows contradict each other is not restored: docs/adr/0016.

A backup is authentic for whoever made it. The public half of the recovery key is enough to make
one, so what its rows say of themselves is computed again before anything rests on it.
"""

from sqlalchemy import Connection

from evote.database.elections import HeldElection
from evote.errors import Refusal
from evote.lifecycle.whole import NotWhole, verify_whole


def require_whole(connection: Connection, held: HeldElection) -> None:
    """Check every event with its data, and every entry.

    Raises:
        Refusal: they contradict each other.
    """
    try:
        verify_whole(connection, held)
    except NotWhole as cause:
        rule = f" {cause.rule}" if cause.rule else ""
        raise Refusal(
            f"élection {held.uuid} : l'urne ou le journal de cette sauvegarde se contredit{rule}",
            "ne la rétablissez pas ; prenez une autre sauvegarde, et demandez d'où vient celle-ci",
        ) from cause
