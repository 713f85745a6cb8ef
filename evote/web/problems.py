# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one table from a problem to its status and its words, on pages and in the API alike.

What a visitor sent is never repeated: it may be a code. What the server's own fault was is logged
by kind and place, without its message.
"""

from dataclasses import dataclass
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from evote.board.published import DoesNotFollow
from evote.casting import Outcome
from evote.database.connection import DatabaseUnavailable
from evote.database.elections import RowDamaged, UnknownElection
from evote.heads import HeadsUnavailable
from evote.keys import KeyUnavailable
from evote.web.languages import Language
from evote.web.log_lines import log_failure
from evote.web.security import TooLarge
from evote.web.services import language_of, services_of

RETRY_SECONDS: Final = 5


@dataclass(frozen=True, slots=True)
class Problem:
    """A status, and the template of templates/problem/ that explains it."""

    status: int
    name: str


NOT_FOUND: Final = Problem(404, "not_found")
BROKEN: Final = Problem(500, "broken")
_BY_ERROR: Final[tuple[tuple[type[Exception], Problem], ...]] = (
    (UnknownElection, Problem(404, "unknown_election")),
    (RequestValidationError, Problem(422, "malformed")),
    (TooLarge, Problem(413, "malformed")),
    (DatabaseUnavailable, Problem(503, "unavailable")),
    (KeyUnavailable, Problem(503, "unavailable")),
    (HeadsUnavailable, Problem(503, "unavailable")),
    (DoesNotFollow, Problem(503, "unavailable")),
    (RowDamaged, Problem(503, "unavailable")),
)
_BY_STATUS: Final = {
    400: Problem(422, "malformed"),  # a body that is no JSON
    404: NOT_FOUND,
    405: Problem(405, "not_found"),
    503: Problem(503, "unavailable"),
}

# The status of each outcome of a request to sign in or to vote: docs/adr/0010.
STATUSES: Final = {
    Outcome.READY: 200,
    Outcome.RECORDED: 200,
    Outcome.ALREADY_VOTED: 409,
    Outcome.CREDENTIAL_USED_BUT_NOT_THIS_SIGN_IN: 409,
    Outcome.NOT_OPEN_YET: 409,
    Outcome.CLOSED: 409,
    Outcome.SUSPENDED: 409,
    Outcome.CODE_OR_PIN_WRONG: 403,
    Outcome.BALLOT_REFUSED: 422,
}


class ForeignOrigin(HTTPException):
    """A browser says that another site sent this request."""

    def __init__(self) -> None:
        super().__init__(403)


class WrongPublicUrl(HTTPException):
    """A browser shows this very site under another address than ``PREAU_PUBLIC_URL``.

    Nothing is wrong with the request, and nothing of it was looked at: the settings are wrong.
    """

    def __init__(self) -> None:
        super().__init__(503)


class UnequalLength(HTTPException):
    """A cast is not of the length of every other: docs/protocol.md §9.6."""

    def __init__(self) -> None:
        super().__init__(422)


def problem_of(error: Exception) -> Problem:
    """Return what a visitor is told of an error."""
    if isinstance(error, RequestValidationError) and _is_of_path(error):
        return NOT_FOUND
    for kind, problem in _BY_ERROR:
        if isinstance(error, kind):
            return problem
    if isinstance(error, HTTPException):
        return _BY_STATUS.get(error.status_code, Problem(error.status_code, "malformed"))
    return BROKEN


def answer(request: Request, error: Exception) -> Response:
    """Return the page, or in the API the object, that says what the problem is."""
    problem = problem_of(error)
    if problem.status >= BROKEN.status:
        log_failure("problem", error, status=problem.status)
    headers = {"Retry-After": str(RETRY_SECONDS)} if problem.status == 503 else {}
    if isinstance(error, HTTPException) and error.headers:
        headers |= error.headers
    if request.url.path.startswith("/api/"):
        content = {"problem": problem.name}
        return JSONResponse(content, status_code=problem.status, headers=headers)
    return HTMLResponse(_page(request, problem), status_code=problem.status, headers=headers)


def install(app: FastAPI) -> None:
    """Let the application answer its errors with this table."""

    async def handle(request: Request, error: Exception) -> Response:
        return answer(request, error)

    kinds: tuple[type[Exception], ...] = (HTTPException, *(kind for kind, _ in _BY_ERROR))
    for kind in kinds:
        app.add_exception_handler(kind, handle)


class LastResort:
    """Answers what nothing else has answered, inside the headers of every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; whatever fails in the application, a page says so."""
        started = False

        async def send_noting(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        except Exception as error:
            if scope["type"] != "http" or started:
                raise
            await answer(Request(scope, receive), error)(scope, receive, send)


def _is_of_path(error: RequestValidationError) -> bool:
    return any(fault["loc"][0] == "path" for fault in error.errors())


def _page(request: Request, problem: Problem) -> str:
    language: Language = language_of(request)
    pages = services_of(request).pages
    return pages.render(language, f"problem/{problem.name}.html", status=problem.status)
