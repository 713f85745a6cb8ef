# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every election of this server, as the home page and the status page list them."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from evote.database.common_tables import ElectionRow
from evote.database.connection import DatabaseUnavailable
from evote.database.elections import State
from evote.web.languages import Language
from evote.web.services import Services
from evote.web.views import ElectionView, view_election


def hosted_elections(services: Services, language: Language) -> tuple[ElectionView, ...]:
    """Return all elections but drafts, the one that closes last first.

    One whose rows are damaged, or cannot be read, is not among them: its own pages say that the
    service is stopped.

    Raises:
        DatabaseUnavailable: it is so for all.
    """
    return tuple(_views(services, language))


def _uuids(services: Services) -> Sequence[str]:
    order = (ElectionRow.closes_at.desc(), ElectionRow.id)
    sealed = select(ElectionRow.uuid).where(ElectionRow.state != State.DRAFT.value)
    with services.database.read() as connection:
        return connection.scalars(sealed.order_by(*order)).all()


def _views(services: Services, language: Language) -> Iterator[ElectionView]:
    now = services.clock()
    for uuid in _uuids(services):
        try:
            view = view_election(language, services.timed(uuid), services.sealed(uuid), now)
        except DatabaseUnavailable:
            _uuids(services)  # raises where it is so for all, not of a damaged page
        except Exception:  # noqa: BLE001, S112 -- whatever is damaged, the others are shown
            continue
        else:
            yield view
