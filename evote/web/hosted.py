# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every election of this server, as the home page and the status page list them."""

from collections.abc import Iterable, Iterator

from sqlalchemy import select

from evote.database.common_tables import ElectionRow
from evote.database.elections import RowDamaged, State
from evote.web.languages import Language
from evote.web.services import Services
from evote.web.views import ElectionView, view_election
from protocol.errors import ProtocolError


def hosted_elections(services: Services, language: Language) -> tuple[ElectionView, ...]:
    """Return all elections but drafts, the one that closes last first.

    One whose rows are damaged is not among them: its own pages say that the service is stopped.
    """
    order = (ElectionRow.closes_at.desc(), ElectionRow.id)
    sealed = select(ElectionRow.uuid).where(ElectionRow.state != State.DRAFT.value)
    with services.database.read() as connection:
        uuids = connection.scalars(sealed.order_by(*order)).all()
    return tuple(_views(services, language, uuids))


def _views(services: Services, language: Language, uuids: Iterable[str]) -> Iterator[ElectionView]:
    now = services.clock()
    for uuid in uuids:
        try:
            held, sealed = services.timed(uuid), services.sealed(uuid)
        except (RowDamaged, ProtocolError):
            continue
        yield view_election(language, held, sealed, now)
