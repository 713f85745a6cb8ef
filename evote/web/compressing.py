# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which answers are compressed on their way: to what is read, never to what is posted.

An answer to a vote has one length for all: docs/protocol.md §9.6. Compressed, it would have not.
"""

from typing import Final

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

COMPRESS_FROM: Final = 1000


class Compress:
    """Compresses the answers to ``GET``, for whoever takes gzip; never a part of a file."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._compressed = GZipMiddleware(app, minimum_size=COMPRESS_FROM)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        read = scope.get("method") == "GET"
        await (self._compressed if read else self._app)(scope, receive, send)
