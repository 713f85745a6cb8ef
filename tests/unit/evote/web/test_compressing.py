# SPDX-License-Identifier: AGPL-3.0-or-later
"""An answer to a vote keeps its length on the way, however long it is: docs/protocol.md §9.6."""

from __future__ import annotations

from fastapi.testclient import TestClient
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from evote.web.compressing import COMPRESS_FROM, Compress

LONG = "a" * (COMPRESS_FROM + 1)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(LONG)(scope, receive, send)


def test_what_is_read_is_compressed_and_what_is_posted_is_not() -> None:
    client = TestClient(Compress(application), headers={"Accept-Encoding": "gzip"})
    assert client.get("/").headers["content-encoding"] == "gzip"
    answer = client.post("/")
    assert "content-encoding" not in answer.headers
    assert answer.headers["content-length"] == str(len(LONG))
    assert answer.text == client.get("/").text == LONG
