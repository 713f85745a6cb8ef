# SPDX-License-Identifier: AGPL-3.0-or-later
"""Coarse counters, and lines of the log that say nothing of who, which code, or when exactly.

Requests to sign in, to vote and for a receipt are counted together and never logged, unless the
server itself failed: a line for each would be a list of when parents voted (threats: order and
timestamps).
"""

import time
from typing import Final

from prometheus_client import CollectorRegistry, Counter, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from evote.clock import Clock, hour_of
from evote.upkeep import Fault
from evote.web.log_lines import LOGGER

SERVER_FAILED: Final = 500
# Asked for by who has just voted: a line for each would say when.
RECEIPT: Final = "/e/{uuid}/receipt/{tracker}"


class Metrics:
    """What is counted since the server started."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "preau_requests",
            "Requests answered, by audience and class of status",
            ("audience", "status"),
            registry=self.registry,
        )

        self.faults = Counter(
            "preau_upkeep_faults",
            "What the upkeep could not do, each time that it tried, by kind",
            ("trouble",),
            registry=self.registry,
        )

    def count(self, fault: Fault) -> None:
        """Count what the upkeep could not do."""
        self.faults.labels(fault.trouble.name.lower()).inc()

    def text(self) -> bytes:
        """Return everything in the format of Prometheus."""
        return generate_latest(self.registry)


class Watch:
    """Counts every answer, and logs those that may be logged."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, clock: Clock) -> None:
        self._app = app
        self._metrics = metrics
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = SERVER_FAILED

        async def send_watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_watched)
        finally:
            self._note(scope, status)

    def _note(self, scope: Scope, status: int) -> None:
        route = getattr(scope.get("route"), "path", "unknown")
        voting = scope["method"] == "POST" or route == RECEIPT
        audience = "voting" if voting else _audience(route)
        self._metrics.requests.labels(audience, f"{status // 100}xx").inc()
        if not voting or status >= SERVER_FAILED:
            fields = {"hour": _say_hour(self._clock()), "route": route, "status": status}
            LOGGER.info("request", extra={"fields": fields})


def _audience(route: str) -> str:
    first = route.split("/")[1] if "/" in route else ""
    return first if first in ("api", "assets", "v") else "public"


def _say_hour(now: int) -> str:
    return time.strftime("%Y-%m-%dT%HZ", time.gmtime(hour_of(now)))
