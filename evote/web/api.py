# SPDX-License-Identifier: AGPL-3.0-or-later
"""The API of the booth, described at ``/api/openapi.json``: docs/adr/0010, docs/protocol.md §8, §9.

A code never comes here: only the sign-in number made from it, the PIN, and the signed ballot.
"""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from evote.board.listing import list_ballots
from evote.casting import CastRequest, Outcome
from evote.origins import same_as
from evote.web.journal_view import public_story
from evote.web.languages import Language
from evote.web.problems import STATUSES, ForeignOrigin, UnequalLength, WrongPublicUrl
from evote.web.services import Served, Services, Spoken, Uuid, services_of
from evote.web.strict_bodies import StrictRoute
from evote.web.views import CANCELLED, SUSPENDED, phase_of, say_closing, say_opening
from evote.web.waiting import in_turn
from protocol.errors import MalformedError
from protocol.secret import Secret
from protocol.sending import require_length

JSON: Final = "application/json"
SEALED_FOR_GOOD: Final = {"Cache-Control": "public, max-age=3600"}


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class PreCheckRequest(_Strict):
    """Who is at the door: what the roll knows of a code (§13.4), and the second secret."""

    sign_in_number: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    pin: Annotated[str, Field(pattern="^[!-~]{1,32}$")]


class CastBody(PreCheckRequest):
    """The same, with the signed ballot (the canonical JSON of §9.3 as one text) and its padding.

    PIN, ballot and padding together are of one length in an election: docs/protocol.md §9.6.
    """

    ballot: Annotated[str, Field(min_length=2, max_length=200_000, pattern="^[ -~]*$")]
    padding: Annotated[str, Field(max_length=200_000, pattern="^0*$")]


class OutcomeAnswer(_Strict):
    """What became of a request to sign in or to vote."""

    outcome: Literal[
        "ready",
        "recorded",
        "already_voted",
        "credential_used_but_not_this_sign_in",
        "not_open_yet",
        "closed",
        "suspended",
        "code_or_pin_wrong",
        "ballot_refused",
    ]
    tracker: str | None = None
    promise: Annotated[
        str | None,
        Field(description="of a recorded ballot: the signed note of docs/protocol.md §20.1"),
    ] = None


class Circumstances(_Strict):
    """How far the election has come, by the server's clock; hours in words."""

    state: Literal["before", "open", "suspended", "closed", "tallied", "archived", "cancelled"]
    opens: str
    closes: str
    reason: str


class BallotOnBoard(_Strict):
    """By what a ballot on the board is found."""

    tracker: str
    credential: str


class BallotsOnBoard(_Strict):
    """Every ballot that is published on the board, in its order."""

    ballots: list[BallotOnBoard]


class ProblemAnswer(_Strict):
    """The request could not be answered; nothing was changed."""

    problem: str


async def same_origin(request: Request) -> None:
    """Refuse what a browser says another site sent.

    Raises:
        ForeignOrigin: it says so.
        WrongPublicUrl: it says that this site sent it, from an address that is not this site's.
    """
    said = request.headers.get("sec-fetch-site")
    site = said or "same-origin"
    origin = request.headers.get("origin")
    ours = same_as(services_of(request).settings.public_url)
    if site not in ("same-origin", "none") or origin not in (None, *ours):
        raise WrongPublicUrl if said == "same-origin" else ForeignOrigin


_PROBLEMS: Final = (403, 404, 413, 422, 503)
router = APIRouter(
    prefix="/api/elections/{uuid}",
    route_class=StrictRoute,
    tags=["booth"],
    responses={status: {"model": ProblemAnswer} for status in _PROBLEMS},
)
_OUTCOMES: dict[int | str, dict[str, Any]] = {
    status: {"model": OutcomeAnswer | ProblemAnswer} for status in (403, 409, 422)
}


@router.get("/election.json", response_class=Response, responses={200: {"content": {JSON: {}}}})
def election(uuid: Uuid, services: Served) -> Response:
    """The exact bytes of the election object: §8.2."""
    data = services.sealed(uuid).election_data
    return Response(data, media_type=JSON, headers=SEALED_FOR_GOOD)


@router.get("/credentials.json", response_class=Response, responses={200: {"content": {JSON: {}}}})
def credentials(uuid: Uuid, services: Served) -> Response:
    """The exact bytes of the public credentials: §8.4. The whole list, so that nobody is named."""
    data = services.sealed(uuid).credentials_data
    return Response(data, media_type=JSON, headers=SEALED_FOR_GOOD)


@router.get("/state")
def state(uuid: Uuid, services: Served, language: Spoken) -> Circumstances:
    """How far the election has come, with its hours in words."""
    held, now = services.timed(uuid), services.clock()
    phase = phase_of(held, now)
    return Circumstances.model_validate(
        {
            "state": phase,
            "opens": say_opening(language, held, now),
            "closes": say_closing(language, held, now),
            "reason": _reason(services, language, uuid, phase),
        }
    )


def _reason(services: Services, language: Language, uuid: str, phase: str) -> str:
    stopped = phase in (SUSPENDED, CANCELLED)
    return public_story(services, language, uuid).reason if stopped else ""


@router.get("/ballots")
def ballots(uuid: Uuid, services: Served) -> BallotsOnBoard:
    """Every published ballot by tracker and credential: a booth searches by itself: §9.5, §18.7."""
    held = services.held(uuid)
    size = services.published(held).board.size
    with services.database.read() as connection:
        listed = list_ballots(connection, held, size)
    return BallotsOnBoard(
        ballots=[BallotOnBoard(tracker=b.tracker, credential=b.credential) for b in listed]
    )


@router.post(
    "/pre-check",
    response_model=OutcomeAnswer,
    responses=_OUTCOMES,
    dependencies=[Depends(same_origin)],
)
async def pre_check(uuid: Uuid, asked: PreCheckRequest, services: Served) -> Response:
    """Say, before the lists are shown, whether somebody with these two secrets could vote now."""
    judge, pin = services.casting.pre_check, Secret(asked.pin)
    return _answer(await in_turn(judge, uuid, asked.sign_in_number, pin))


@router.post(
    "/cast",
    response_model=OutcomeAnswer,
    responses=_OUTCOMES,
    dependencies=[Depends(same_origin)],
)
async def cast(uuid: Uuid, asked: CastBody, services: Served) -> Response:
    """Record a ballot once, answering only when it is durable; the same again is answered alike."""
    return await in_turn(_cast, uuid, asked, services)


def _cast(uuid: str, asked: CastBody, services: Services) -> Response:
    _require_length(asked, services.sealed(uuid).characters_sent)
    ballot = asked.ballot.encode("ascii")
    answer = services.casting.cast(
        CastRequest(uuid, asked.sign_in_number, Secret(asked.pin), ballot)
    )
    return _answer(answer.outcome, answer.tracker, answer.promise)


def _require_length(asked: CastBody, characters: int) -> None:
    try:
        require_length(characters, asked.pin, asked.ballot, asked.padding)
    except MalformedError as cause:
        raise UnequalLength from cause


def _answer(outcome: Outcome, tracker: str | None = None, promise: bytes | None = None) -> Response:
    signed = None if promise is None else promise.decode("utf-8")
    content = {"outcome": outcome.value, "tracker": tracker, "promise": signed}
    headers = {"Cache-Control": "no-store"}
    return JSONResponse(content, status_code=STATUSES[outcome], headers=headers)
