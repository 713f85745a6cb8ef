# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bodies of the API read as strictly as everything else: docs/protocol.md §2.1.

Python's own reader keeps the last of two members of one name, so two readers could see two ballots.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from protocol.encoding import decode_json


class _StrictRequest(Request):
    async def json(self) -> Any:  # noqa: ANN401 -- what Starlette says
        return decode_json(await self.body())


class StrictRoute(APIRoute):
    """A route whose body is malformed where a text of ours would be, with the same answer."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        handle = super().get_route_handler()

        async def handle_strictly(request: Request) -> Response:
            return await handle(_StrictRequest(request.scope, request.receive))

        return handle_strictly
