# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which answers are compressed on their way: what is read, never what is posted, never a part.

An answer to a vote has one length for all: docs/protocol.md §9.6. Compressed, it would have not.
"""

from typing import Final

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

COMPRESS_FROM: Final = 1000


class Compress:
    """Compresses answers to whoever reads a whole one and takes gzip."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._compressed = GZipMiddleware(app, minimum_size=COMPRESS_FROM)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        names = {name for name, _ in scope.get("headers", ())}
        whole = scope.get("method") == "GET" and b"range" not in names
        await (self._compressed if whole else self._app)(scope, receive, send)
