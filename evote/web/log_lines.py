# SPDX-License-Identifier: AGPL-3.0-or-later
"""The log: a line of JSON each, of what happened and where, never a message from outside."""

import json
import logging
from typing import Final

from evote.errors import place_of

LOGGER: Final = logging.getLogger("evote.web")
# What serves, and what it runs on: they write in lines of their own, with traces.
LIBRARIES: Final = ("uvicorn.error", "asyncio")


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
