# SPDX-License-Identifier: AGPL-3.0-or-later
"""For those who run the server: health, metrics, and the files that pages load."""

import hmac

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response

from evote.database.migrating import is_up_to_date
from evote.web.services import Served

router = APIRouter(include_in_schema=False)
FOR_EVER = "public, max-age=31536000, immutable"


@router.get("/healthz")
def health(services: Served) -> Response:
    """Say that the server and its database answer; 503 by the table of problems otherwise."""
    fits = is_up_to_date(services.database)
    words = "ok\n" if fits else "the database has not the tables of this version\n"
    return PlainTextResponse(words, status_code=200 if fits else 503)


@router.get("/metrics")
def metrics(request: Request, services: Served) -> Response:
    """Give the counters to whoever bears the token of the settings.

    Raises:
        HTTPException: 404 for anybody else, and for all where no token was set.
    """
    token = services.settings.metrics_token
    if token is None or not _bears(request, token.get_secret_value()):
        raise HTTPException(404)
    return PlainTextResponse(services.metrics.text())


@router.get("/assets/{name}")
def asset(name: str, request: Request, services: Served) -> Response:
    """Give a file by the address that holds its hash.

    Raises:
        HTTPException: 404: no file of this version has this address.
    """
    for each in services.assets.values():
        if each.href == f"/assets/{name}":
            headers = {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding"}
            if "gzip" in request.headers.get("accept-encoding", ""):
                headers["Content-Encoding"] = "gzip"
                return Response(each.zipped, media_type=each.media_type, headers=headers)
            return Response(each.data, media_type=each.media_type, headers=headers)
    raise HTTPException(404)


def _bears(request: Request, token: str) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    # Headers are read as Latin-1, whatever bytes they are.
    same = hmac.compare_digest(given.encode("latin-1"), token.encode())
    return same and scheme.lower() == "bearer"
