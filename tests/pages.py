# SPDX-License-Identifier: AGPL-3.0-or-later
"""One case, at least, for every address of the router: a new one without a case fails a test."""

from __future__ import annotations

from fastapi.routing import APIRoute

from evote.web.app import ROUTERS

# The route, and the addresses at which its page is looked at; {uuid} and {tracker} are put in.
PAGES: dict[str, tuple[str, ...]] = {
    "/": ("/",),
    "/other-ways": ("/other-ways",),
    "/accessibility": ("/accessibility",),
    "/status": ("/status",),
    "/e/{uuid}": ("/e/{uuid}",),
    "/e/{uuid}/turnout": ("/e/{uuid}/turnout",),
    "/e/{uuid}/find": (
        "/e/{uuid}/find",
        "/e/{uuid}/find?tracker={tracker}",
        "/e/{uuid}/find?tracker=0000-0000-0000-0000",
        "/e/{uuid}/find?tracker=court",
    ),
    "/e/{uuid}/events": ("/e/{uuid}/events",),
    "/e/{uuid}/result": ("/e/{uuid}/result",),
    "/e/{uuid}/check": ("/e/{uuid}/check",),
    "/e/{uuid}/receipt": ("/e/{uuid}/receipt",),
    "/e/{uuid}/journal": ("/e/{uuid}/journal",),
    "/v/{uuid}": ("/v/{uuid}",),
    "/{tag}/v/{uuid}": ("/en-XA/v/{uuid}",),
}
PROBLEMS = ("/nothing-here", "/e/AnotherVote123")
# What is no page: for programs, to download, or leading to another address.
NO_PAGES = {
    "/e/{uuid}/",
    "/e/{uuid}/archive",
    "/e/{uuid}/journal.jsonl",
    "/e/{uuid}/receipt/{tracker}",
    "/{uuid}/{log}/checkpoint",
    "/{uuid}/{log}/tile/{level}/{place:path}",
    "/{uuid}/{log}/tile/entries/{place:path}",
    "/e/{uuid}/record",
    "/healthz",
    "/metrics",
    "/assets/{name}",
    "/api/elections/{uuid}/election.json",
    "/api/elections/{uuid}/credentials.json",
    "/api/elections/{uuid}/state",
    "/api/elections/{uuid}/ballots",
    "/api/elections/{uuid}/pre-check",
    "/api/elections/{uuid}/cast",
}


def routes() -> set[str]:
    """Every address of the application."""
    found = [route for router in ROUTERS for route in router.routes]
    assert all(isinstance(route, APIRoute) for route in found)
    return {route.path for route in found if isinstance(route, APIRoute)}


def addresses(uuid: str, tracker: str) -> list[str]:
    """Every page to look at, those of problems included."""
    patterns = [pattern for patterns in PAGES.values() for pattern in patterns]
    filled = [p.replace("{uuid}", uuid).replace("{tracker}", tracker) for p in patterns]
    return [*filled, *PROBLEMS]
