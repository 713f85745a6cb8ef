# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages for anybody: the election, its turnout, its board, its result. Nothing changes here.

docs/protocol.md §8.3 (what was sealed), §9.5 (trackers), §10 (the board), §12 (seats).
"""

import base64
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from evote.board.listing import list_events
from evote.board.reading import FoundBallot, count_ballots, find_ballots
from evote.board.record import read_moment, record_zip
from evote.roll.turnout import signed_in_by_hour, turnout_steps
from evote.web.counted import read_result
from evote.web.hosted import hosted_elections
from evote.web.journal_view import public_story
from evote.web.languages import Language
from evote.web.moments import say_time
from evote.web.security import CAMERA_ALONE, offline_policy
from evote.web.services import Served, Services, Spoken, Uuid
from evote.web.trackers import read_tracker
from evote.web.views import ElectionView, view_election

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
EVENTS_A_PAGE: Final = 50
NO_EVENT: Final = 2**40
MINUTE: Final = 60


@router.get("/")
def home(services: Served, language: Spoken) -> str:
    """Show every election of this server."""
    elections = hosted_elections(services, language)
    return services.pages.render(language, "public/home.html", elections=elections)


@router.get("/other-ways")
def other_ways(services: Served, language: Spoken) -> str:
    """Say how to vote without such a browser."""
    return services.pages.render(language, "public/other_ways.html")


@router.get("/accessibility")
def accessibility(services: Served, language: Spoken) -> str:
    """Show the accessibility statement."""
    return services.pages.render(language, "public/accessibility.html")


@router.get("/status")
def status(services: Served, language: Spoken) -> str:
    """Say whether the service works, and what it serves."""
    return services.pages.render(
        language,
        "public/status.html",
        elections=hosted_elections(services, language),
        now=say_time(language, services.clock()),
        booth=services.assets["booth.js"],
        style=services.assets["style.css"],
    )


@router.get("/e/{uuid}")
def election(uuid: Uuid, services: Served, language: Spoken) -> str:
    """Show one election: state, lists, dates, committee, how it works."""
    view, story = _view(services, language, uuid), public_story(services, language, uuid)
    return services.pages.render(language, "public/election.html", election=view, story=story)


@router.get("/e/{uuid}/journal")
def journal(uuid: Uuid, services: Served, language: Spoken) -> str:
    """Show what happened around the box: docs/protocol.md §19."""
    view, story = _view(services, language, uuid), public_story(services, language, uuid)
    return services.pages.render(language, "public/journal.html", election=view, story=story)


@router.get("/e/{uuid}/turnout")
def turnout(uuid: Uuid, services: Served, language: Spoken) -> str:
    """Show how many have voted, in steps."""
    view, now = _view(services, language, uuid), services.clock()
    held = services.held(uuid)
    with services.database.read() as connection:
        by_hour = signed_in_by_hour(connection, held)
    closed_at = min(now, held.closes_at) if view.is_over else None
    steps = [
        (say_time(language, step.at, year=False), step.signed_in)
        for step in turnout_steps(by_hour, now, closed_at)
    ]
    return services.pages.render(language, "public/turnout.html", election=view, steps=steps)


@router.get("/e/{uuid}/find")
def find(
    uuid: Uuid,
    services: Served,
    language: Spoken,
    tracker: Annotated[str, Query(max_length=80)] = "",
) -> str:
    """Find a ballot on the board by its tracker: docs/protocol.md §9.5."""
    view, wanted = _view(services, language, uuid), read_tracker(tracker)
    held, found = services.held(uuid), tuple[FoundBallot, ...]()
    if wanted is not None:
        size = services.published(held).board.size
        with services.database.read() as connection:
            found = find_ballots(connection, held, wanted, size)
    return services.pages.render(
        language,
        "public/find.html",
        election=view,
        typed=tracker,
        asked=bool(tracker.strip()),
        wanted=wanted,
        found=found,
        minutes=-(-services.settings.publish_seconds // MINUTE),
    )


@router.get("/e/{uuid}/events")
def events(
    uuid: Uuid,
    services: Served,
    language: Spoken,
    before: Annotated[int, Query(ge=1, le=NO_EVENT)] = NO_EVENT,
) -> str:
    """Show the events of the board, the latest first: docs/protocol.md §10.1."""
    view, held = _view(services, language, uuid), services.held(uuid)
    size = services.published(held).board.size
    with services.database.read() as connection:
        listed = list_events(connection, held, min(before, size), EVENTS_A_PAGE)
        ballots = count_ballots(connection, held, size)
    older = listed[-1].height if listed and listed[-1].height > 0 else None
    return services.pages.render(
        language, "public/events.html", election=view, events=listed, older=older, ballots=ballots
    )


@router.get("/e/{uuid}/record")
def record(uuid: Uuid, services: Served) -> Response:
    """Send board, journal and checkpoints as one zip: docs/protocol.md §17.1."""
    moment = read_moment(services.database, uuid)
    headers = {"Content-Disposition": f'attachment; filename="preau-{uuid}.zip"'}
    chunks = record_zip(services.database, moment)
    return StreamingResponse(chunks, media_type="application/zip", headers=headers)


@router.get("/e/{uuid}/result")
def result(uuid: Uuid, services: Served, language: Spoken) -> str:
    """Show the result with every step of the seats, or say that there is none yet."""
    view = _view(services, language, uuid)
    counted = read_result(services.database, uuid) if view.has_result else None
    return services.pages.render(language, "public/result.html", election=view, counted=counted)


@router.get("/e/{uuid}/check")
def check(uuid: Uuid, services: Served, language: Spoken, *, download: bool = False) -> Response:
    """Give the page that opens a checked ballot; it works without network: docs/protocol.md §15."""
    page = _offline_page(uuid, services, language, "check.html", "checking.js")
    return _saved(page, f"preau-verifier-{uuid}.html") if download else page


@router.get("/e/{uuid}/receipt")
def receipt(uuid: Uuid, services: Served, language: Spoken, *, download: bool = False) -> Response:
    """Give the page that checks a receipt; it works without network: docs/protocol.md §20."""
    page = _offline_page(uuid, services, language, "receipt.html", "receipt.js")
    page.headers["Permissions-Policy"] = CAMERA_ALONE
    return _saved(page, f"preau-recu-{uuid}.html") if download else page


@router.get("/e/{uuid}/")
def election_with_slash(uuid: Uuid, services: Served) -> Response:
    """Lead to the election's page."""
    return RedirectResponse(f"/e/{services.held(uuid).uuid}", status_code=308)


def _offline_page(
    uuid: str, services: Services, language: Language, template: str, program: str
) -> Response:
    """Return a page that has script, style and election inside, and can reach no network."""
    script, style = services.assets[program], services.assets["style.css"]
    policy = offline_policy(script.source, style.source)
    page = services.pages.render(
        language,
        f"public/{template}",
        election=_view(services, language, uuid),
        election_data=base64.b64encode(services.sealed(uuid).election_data).decode("ascii"),
        script=script.text,
        style=style.text,
        policy=policy,
    )
    headers = {"Content-Security-Policy": f"{policy}; frame-ancestors 'none'"}
    return HTMLResponse(page, headers=headers)


def _saved(page: Response, name: str) -> Response:
    page.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return page


def _view(services: Services, language: Language, uuid: str) -> ElectionView:
    return view_election(language, services.timed(uuid), services.sealed(uuid), services.clock())
