# SPDX-License-Identifier: AGPL-3.0-or-later
"""The booth's page: the same bytes for every parent and every election, without any cookie."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from evote.web.security import BOOTH_POLICY
from evote.web.services import Served, Spoken, Uuid

router = APIRouter(include_in_schema=False)


@router.get("/v/{uuid}")
def booth(uuid: Uuid, services: Served, language: Spoken) -> Response:
    """Give the booth; the code of a letter's link stays in the browser."""
    services.held(uuid)
    page = services.pages.render(language, "voter/booth.html")
    headers = {"Content-Security-Policy": BOOTH_POLICY, "Vary": "Accept-Language"}
    return HTMLResponse(page, headers=headers)
