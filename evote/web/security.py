# SPDX-License-Identifier: AGPL-3.0-or-later
"""Headers of every answer, errors included, and the limit of what may be sent.

No page may be framed, run what is not ours, or tell another site where its visitor came from.
"""

from typing import Final

import anyio
from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES: Final = 256 * 1024  # a ballot of 50 lists takes less than 64 KiB
MAX_DIGITS: Final = 10
BODY_SECONDS: Final = 15  # the booth waits 20 for an answer, the server's stop 30
ONE_YEAR: Final = 31_536_000

PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
BOOTH_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_PERMISSIONS: Final = ", ".join(
    f"{feature}=()"
    for feature in (
        *("accelerometer", "autoplay", "browsing-topics", "camera", "display-capture"),
        *("encrypted-media", "fullscreen", "geolocation", "gyroscope", "magnetometer"),
        *("microphone", "midi", "payment", "picture-in-picture", "usb", "xr-spatial-tracking"),
    )
)
_HEADERS: Final = {
    "Content-Security-Policy": PAGE_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": _PERMISSIONS,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-cache",
}

# What a page loads has no permissions to give away and opens no window: it is lighter without.
_OF_PAGES_ALONE: Final = ("Permissions-Policy", "Cross-Origin-Opener-Policy")
# Of what is no page, and loads nothing at all.
_FILE_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
# Of the page that reads a receipt's QR code, and of no other.
CAMERA_ALONE: Final = _PERMISSIONS.replace("camera=()", "camera=(self)")


def offline_policy(script: str, style: str) -> str:
    """Return the policy of a page that works by itself: it can reach no network at all.

    Args:
        script: the source expression of its one script.
        style: that of its one style sheet.
    """
    return (
        f"default-src 'none'; script-src {script}; style-src {style}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


class SecurityHeaders:
    """Adds the headers to every answer that does not set them itself."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = dict(_HEADERS)
        if https:
            self._headers["Strict-Transport-Security"] = f"max-age={ONE_YEAR}; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                is_page = headers.get("Content-Type", "").startswith("text/html")
                if not is_page:
                    headers.setdefault("Content-Security-Policy", _FILE_POLICY)
                for name, value in self._headers.items():
                    if is_page or name not in _OF_PAGES_ALONE:
                        headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class TooLarge(HTTPException):
    """A request has more bytes than any ballot."""

    def __init__(self) -> None:
        super().__init__(413)


class TooSlow(HTTPException):
    """The rest of a request has not come; nothing of it was looked at, and it may be sent again."""

    def __init__(self) -> None:
        super().__init__(503)


class BodyLimit:
    """Refuses a request whose body is longer than ``MAX_BODY_BYTES``, announced or not, or slow.

    Args:
        app: what answers.
        seconds: within which a whole body must have come. Until then a stop waits for it.
    """

    def __init__(self, app: ASGIApp, seconds: float = BODY_SECONDS) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, reading no more of it than is allowed.

        Raises:
            TooLarge: there is more.
            TooSlow: the rest did not come in time.
        """
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        taken, is_whole = 0, False
        until = anyio.current_time() + self._seconds

        async def receive_limited() -> Message:
            nonlocal taken, is_whole
            if is_whole:  # what comes after it is that the client left, whenever that is
                return await receive()
            message = await _received(receive, until)
            is_whole = not message.get("more_body", False)
            taken += len(message.get("body", b""))
            if taken > MAX_BODY_BYTES:
                raise TooLarge
            return message

        is_number = announced.isascii() and announced.isdigit() and len(announced) < MAX_DIGITS
        if not is_number or int(announced) > MAX_BODY_BYTES:
            raise TooLarge
        await self._app(scope, receive_limited, send)


async def _received(receive: Receive, until: float) -> Message:
    with anyio.move_on_after(until - anyio.current_time()):
        return await receive()
    raise TooSlow
