# SPDX-License-Identifier: AGPL-3.0-or-later
"""The booth's page: the same bytes for every parent and every election, without any cookie.

It is served only as it was sealed, or as an amendment replaced it: docs/adr/0013; and such an
amendment is public first, so that nobody is given a booth that the journal does not name. Whoever
has it open already goes on: what the API takes does not depend on it.
"""

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from evote.web.languages import Language
from evote.web.log_lines import LOGGER
from evote.web.security import BOOTH_POLICY
from evote.web.services import Served, Services, Spoken, Uuid

router = APIRouter(include_in_schema=False)
NOT_NOW = 503


@router.get("/v/{uuid}")
def booth(uuid: Uuid, services: Served, language: Spoken) -> Response:
    """Give the booth in the first language; the code of a letter's link stays in the browser."""
    return _booth(uuid, services, language, None)


@router.get("/{tag}/v/{uuid}")
def booth_in_language(tag: str, uuid: Uuid, services: Served, language: Spoken) -> Response:
    """Give the booth in another language."""
    return _booth(uuid, services, language, tag)


def _booth(uuid: str, services: Services, language: Language, tag: str | None) -> Response:
    held = services.held(uuid)
    page = services.booth.page(tag)
    if page is None or tag == services.pages.languages[0].tag:
        raise HTTPException(404)
    sealed = services.booth.serves(uuid, held.booth)
    if not sealed or not services.booth_is_announced(held):
        why = "booth is not announced yet" if sealed else "booth is not the sealed one"
        LOGGER.error(why, extra={"fields": {"election": uuid}})
        other = services.pages.render(language, "public/booth_replaced.html", uuid=uuid)
        return HTMLResponse(other, status_code=NOT_NOW, headers={"Vary": "Accept-Language"})
    return HTMLResponse(page, headers={"Content-Security-Policy": BOOTH_POLICY})
