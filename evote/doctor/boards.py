# SPDX-License-Identifier: AGPL-3.0-or-later
"""Are the board and journal of each election whole, row by row? The database may answer, and lie.

Each election is read in a transaction of its own, which touches no sign-in: whoever rewrites them
waits for nobody here.
"""

import time
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection, select

from evote.database.common_tables import ElectionRow
from evote.database.connection import Database, DatabaseUnavailable
from evote.database.elections import State, find_election
from evote.database.one_by_one import of_one, read_of_all
from evote.doctor.findings import ELSEWHERE, MADE_ANEW, Finding, ok, serious, to_see
from evote.doctor.unread import unread
from evote.lifecycle.whole import BOARD_OR_JOURNAL, NotWhole, verify_whole
from evote.publishing.signed import Harm, NotAsSigned, verify_signed
from protocol.server_binding import BOARD

# For all elections together: 20,000 ballots take a few seconds.
LONGEST_SECONDS: Final = 60


class _TooLong(Exception):
    """The time is over."""


def hosted(database: Database, harmed: Collection[int]) -> list[str]:
    """Return the numbers of all elections that have a board, in their order, but the harmed.

    One whose row is not read may have one.
    """
    query = select(ElectionRow.uuid).where(
        ElectionRow.state != State.DRAFT.value, ElectionRow.id.not_in(harmed)
    )

    def read(connection: Connection, uuid: str | None) -> tuple[str, ...]:
        return tuple(connection.scalars(of_one(query, uuid)))

    return sorted(read_of_all(database, read, unread=lambda uuid: (uuid,)))


def check_boards(
    database: Database, harmed: Collection[int] = (), seconds: float = LONGEST_SECONDS
) -> Iterator[Finding]:
    """Compute again what every row of a board and journal says, for so many seconds in all."""
    until = time.monotonic() + seconds

    def at_each() -> None:
        if time.monotonic() >= until:
            raise _TooLong

    uuids = hosted(database, harmed)
    for done, uuid in enumerate(uuids):
        try:
            with database.snapshot() as connection:
                held = find_election(connection, uuid)
                verify_whole(connection, held, at_each)
                verify_signed(connection, held)
        except DatabaseUnavailable:
            yield unread(database, "whole", uuid, "toute l'urne et tout le journal")
        except NotWhole as cause:
            yield _damaged(uuid, cause)
        except NotAsSigned as cause:
            yield _not_as_signed(uuid, cause)
        except _TooLong:
            yield _not_in_time(uuids[done:])
            return
        else:
            said = f"{uuid} : l'urne et le journal se relisent en entier, tels que signés"
            yield ok("whole", said)


def _damaged(uuid: str, cause: NotWhole) -> Finding:
    if cause.what == BOARD_OR_JOURNAL:
        said = f"{uuid} : {cause.what} est abîmé dans la base {cause.rule}".strip()
    else:
        said = f"{uuid} : {cause.what} n'est pas ce qui a été scellé et journalisé"
    return replace(serious("whole", said, ELSEWHERE), uuid=uuid)


def _not_as_signed(uuid: str, cause: NotAsSigned) -> Finding:
    if cause.harm is Harm.ENTRIES:
        what = "l'urne" if cause.log == BOARD else "le journal"
        said = f"{uuid} : {what} de la base n'est pas ce qui a été signé et publié"
        return replace(serious("whole", said, ELSEWHERE), uuid=uuid)
    return serious(
        "signed",
        f"{uuid} : ce que la base garde de l'état publié est abîmé ; l'urne et le journal, eux, "
        "sont entiers",
        MADE_ANEW,
    )


def _not_in_time(uuids: list[str]) -> Finding:
    return to_see(
        "whole",
        f"l'urne et le journal n'ont pas pu être relus en entier à temps : {', '.join(uuids)}",
        "relancez evote doctor quand la machine est moins occupée, ou faites vérifier ces dossiers "
        "publics (evote-audit verify)",
    )
