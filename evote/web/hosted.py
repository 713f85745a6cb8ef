# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every election of this server, as the home page and the status page list them."""

import operator

from sqlalchemy import Connection, select

from evote.database.common_tables import ElectionRow
from evote.database.connection import DatabaseUnavailable
from evote.database.elections import State
from evote.database.one_by_one import of_one, read_of_all, require_answer
from evote.web.languages import Language
from evote.web.services import Services
from evote.web.views import ElectionView, view_election


def hosted_elections(services: Services, language: Language) -> tuple[ElectionView, ...]:
    """Return all elections but drafts, the one that closes last first.

    One whose rows are damaged, or cannot be read, is not among them: its own pages say that the
    service is stopped.

    Raises:
        DatabaseUnavailable: none can be shown, be it that it does not answer; it would look like a
            server without elections.
    """
    now, unread = services.clock(), False
    found: list[tuple[tuple[int, int], ElectionView]] = []
    for uuid in _uuids(services):
        try:
            held = services.timed(uuid)
            view = view_election(language, held, services.sealed(uuid), now)
        except DatabaseUnavailable:
            require_answer(services.database)  # else it is so for all
            unread = True
        except Exception:  # noqa: BLE001 -- whatever is damaged, the others are shown
            unread = True
        else:
            found.append(((-held.closes_at, held.id), view))
    if unread and not found:  # it would say that there is no election
        raise DatabaseUnavailable
    return tuple(view for _, view in sorted(found, key=operator.itemgetter(0)))


def _uuids(services: Services) -> tuple[str, ...]:
    sealed = select(ElectionRow.uuid).where(ElectionRow.state != State.DRAFT.value)

    def read(connection: Connection, uuid: str | None) -> tuple[str, ...]:
        return tuple(connection.scalars(of_one(sealed, uuid)))

    return read_of_all(services.database, read, unread=lambda uuid: (uuid,))
