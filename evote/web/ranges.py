# SPDX-License-Identifier: AGPL-3.0-or-later
"""A part of a file that only grows, for whoever has its beginning: docs/protocol.md §18.8.

One range of bytes, as RFC 9110 §14 has it; whatever else is asked for gets the whole.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

WHOLE, PART, NOT_THERE = 200, 206, 416
_ONE_RANGE: Final = re.compile(r"bytes=([0-9]{1,18})-([0-9]{1,18})?")


def answer_part(
    request: Request,
    length: int,
    part: Callable[[int, int], Iterator[bytes]],
    media_type: str,
    headers: Mapping[str, str],
) -> Response:
    """Return what is asked of a file: all of it, a part, or that there is nothing there.

    Args:
        request: which may have the header ``Range``.
        length: of the file.
        part: gives the bytes from the first number to before the second.
        media_type: of the file.
        headers: more of them.
    """
    every = {"Accept-Ranges": "bytes", **headers}
    asked = _ONE_RANGE.fullmatch(request.headers.get("range", ""))
    if asked is None or "if-range" in request.headers:  # nothing here has a version to compare
        every["Content-Length"] = str(length)
        return StreamingResponse(part(0, length), media_type=media_type, headers=every)
    start = int(asked[1])
    end = length if asked[2] is None else min(int(asked[2]) + 1, length)
    if start >= end:
        return Response(status_code=NOT_THERE, headers={"Content-Range": f"bytes */{length}"})
    every |= {
        "Content-Length": str(end - start),
        "Content-Range": f"bytes {start}-{end - 1}/{length}",
    }
    return StreamingResponse(part(start, end), PART, every, media_type)
