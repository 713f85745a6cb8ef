# SPDX-License-Identifier: AGPL-3.0-or-later
"""Coarse counters, and a log that says nothing of who, which code, or when exactly.

Requests to sign in, to vote and for a receipt are counted together and never logged, unless the
server itself failed: a line for each would be a list of when parents voted (threats: order and
timestamps).
"""

import json
import logging
import time
from typing import Final

from prometheus_client import CollectorRegistry, Counter, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from evote.clock import Clock, hour_of
from evote.errors import place_of
from evote.upkeep import Fault

LOGGER: Final = logging.getLogger("evote.web")
SERVER_FAILED: Final = 500
# Asked for by who has just voted: a line for each would say when.
RECEIPT: Final = "/e/{uuid}/receipt/{tracker}"
# What serves, and what it runs on: they write in lines of their own, with traces.
LIBRARIES: Final = ("uvicorn.error", "asyncio")


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


class JsonFormatter(logging.Formatter):
    """One line of JSON for each record: what happened, never a message from outside."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        fields = getattr(record, "fields", {})
        line = {"level": record.levelname.lower(), "event": record.getMessage(), **fields}
        return json.dumps(line, ensure_ascii=False)


class LibraryFormatter(logging.Formatter):
    """The same of what is not ours: its first line and the kind of the fault, no trace.

    What follows may name an address, and a trace of several requests is of no use.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        said = record.getMessage().strip().partition("\n")[0]
        line = {"level": record.levelname.lower(), "event": said, "from": record.name}
        if record.exc_info and record.exc_info[0] is not None:
            line["kind"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False)


def log_failure(what: str, error: Exception, **fields: object) -> None:
    """Log a fault of ours by its kind and place, without its message."""
    where = place_of(error)
    LOGGER.error(what, extra={"fields": {"kind": type(error).__name__, "where": where, **fields}})


def configure_logs() -> None:
    """Write the log to standard error, a line of JSON each, and so what libraries complain of."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    LOGGER.handlers = [handler]
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False
    others = logging.StreamHandler()
    others.setFormatter(LibraryFormatter())
    for name in LIBRARIES:
        logger = logging.getLogger(name)
        logger.handlers = [others]
        logger.setLevel(logging.WARNING)
        logger.propagate = False
