# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every election of this server, as the home page and the status page list them."""

from sqlalchemy import select

from evote.database.common_tables import ElectionRow
from evote.database.elections import State
from evote.web.languages import Language
from evote.web.services import Services
from evote.web.views import ElectionView, view_election


def hosted_elections(services: Services, language: Language) -> tuple[ElectionView, ...]:
    """Return all elections but drafts, the one that closes last first."""
    order = (ElectionRow.closes_at.desc(), ElectionRow.id)
    sealed = select(ElectionRow.uuid).where(ElectionRow.state != State.DRAFT.value)
    with services.database.read() as connection:
        uuids = connection.scalars(sealed.order_by(*order)).all()
    now = services.clock()
    return tuple(
        view_election(language, services.held(uuid), services.sealed(uuid), now) for uuid in uuids
    )
