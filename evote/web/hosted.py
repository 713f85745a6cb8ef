# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every election of this server, as the home page and the status page list them."""

from sqlalchemy import select

from evote.database.common_tables import ElectionRow
from evote.web.languages import Language
from evote.web.services import Services
from evote.web.views import ElectionView, view_election


def hosted_elections(services: Services, language: Language) -> tuple[ElectionView, ...]:
    """Return all elections, the one that closes last first."""
    order = (ElectionRow.closes_at.desc(), ElectionRow.id)
    with services.database.read() as connection:
        uuids = connection.scalars(select(ElectionRow.uuid).order_by(*order)).all()
    now = services.clock()
    return tuple(
        view_election(language, services.held(uuid), services.sealed(uuid), now) for uuid in uuids
    )
