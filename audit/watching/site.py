# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking the server: bounded in bytes and in time, whatever it answers.

An answer that cannot be used is ``Away``: a sentence, never an alarm by itself.
"""

from __future__ import annotations

import contextlib
import http.client
import ssl
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Protocol
from urllib.parse import urljoin, urlsplit

from audit.watching.address import Address
from audit.watching.agents import Agent
from audit.watching.line import TOO_SLOW, Cut, Line
from audit.watching.reasons import why_silent
from audit.words import Text, shown

SHORT_SECONDS, LONG_SECONDS = 60, 900
CHUNK = 2**16
_MOVES = 3
_LONGEST = 240
_MOVED = (301, 302, 303, 307, 308)
OK, PARTIAL, NOTHING_THERE = 200, 206, 416
Headers = tuple[tuple[str, str], ...]
UNREADABLE = ("", "")  # among the headers, where a line of them is none


class Away(Exception):
    """No answer that could be used; whether the server answered at all.

    Attributes:
        why: in a sentence.
        path: that was asked for; empty where it does not matter.
        answered: whether there was an answer.
        status: of that answer, that of a move if there was one; 0 where it does not matter.
        headers: of that answer.
    """

    def __init__(
        self, fr: str, en: str, *, answered: bool = True, status: int = 0, headers: Headers = ()
    ) -> None:
        super().__init__(en)
        self.why, self.path = Text(fr, en), ""
        self.answered, self.status, self.headers = answered, status, headers

    @property
    def text(self) -> Text:
        """Why, with what was asked for."""
        name = shown(self.path, _LONGEST)
        return self.why.at(Text(name, name)) if name else self.why

    def of_move(self) -> Away:
        """The same, after an answer that sent to another address."""
        return Away(*self.why, status=_MOVED[0], headers=self.headers)

    def about(self, path: str) -> Away:
        """The same, of this question."""
        more = Away(*self.why, answered=self.answered, status=self.status, headers=self.headers)
        more.path = path
        return more


class Stopped(Away):
    """No answer, because whoever asks has stopped: it says nothing of the server."""

    def __init__(self) -> None:
        super().__init__("la surveillance s'arrête", "the watch ends")


def too_slow() -> Away:
    """More time has passed than a question may take."""
    return Away(*TOO_SLOW)


def oversized() -> Away:
    """More came in than an honest server can send."""
    return Away("il répond par un texte démesuré", "it answers with an oversized text")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server gives.

    Args:
        start: the byte from which on it gives it.
        chunks: the bytes; None where it has nothing from there.
        headers: that came with it.
        moved: whether it sent to another address within the site first.
    """

    start: int
    chunks: Iterator[bytes] | None
    headers: Headers = ()
    moved: bool = False

    def whole(self, limit: int) -> bytes:
        """All of it.

        Raises:
            Away: it is longer than the limit, or breaks off.
        """
        kept = bytearray()
        for chunk in self.chunks or ():
            kept += chunk
            if len(kept) > limit:
                raise oversized()
        return bytes(kept)


class Site(Protocol):
    """A server, or a test's."""

    def get(
        self, path: str, agent: Agent, start: int = 0, *, patience: int = SHORT_SECONDS
    ) -> AbstractContextManager[Answer]:
        """Ask for a path from a byte on, for as long as the context lasts.

        Raises:
            Away: inside the context, too.
        """
        ...


class _Connection(http.client.HTTPConnection):
    """Over a line that is there: it opens none by itself."""

    auto_open = 0

    def __init__(self, address: Address) -> None:
        self.default_port = http.client.HTTP_PORT
        if address.scheme == "https":
            self.default_port = http.client.HTTPS_PORT
        super().__init__(address.host)


class HttpSite:
    """A server on the network; one connection a question, so that none is known from another."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._stopped = False
        self._line: Line | None = None
        self._context: ssl.SSLContext | None = None
        if address.scheme == "https":
            self._context = ssl.create_default_context()
            self._context.set_alpn_protocols(["http/1.1"])

    def stop(self) -> None:
        """Cut the question that waits, and answer none from now on; safe in a signal's handler."""
        self._stopped = True
        if self._line is not None:
            self._line.cut()

    @contextlib.contextmanager
    def get(
        self, path: str, agent: Agent, start: int = 0, *, patience: int = SHORT_SECONDS
    ) -> Iterator[Answer]:
        """As ``Site.get``; ``Stopped`` from ``stop`` on."""
        headers = dict(agent.headers)
        if start:
            headers |= {"Range": f"bytes={start}-", "Accept-Encoding": "identity"}
        line = self._line = Line(patience)
        if self._stopped:  # looked at once the line is where ``stop`` finds it
            line.cut()
        try:
            response, moved = self._asked(line, path, headers)
            with contextlib.closing(response):
                yield _answer(response, start, line, moved=moved)
        except Away as away:
            if self._stopped:
                raise Stopped from away
            raise away.about(path) from away
        finally:
            line.close()

    def _asked(
        self, line: Line, path: str, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bool]:
        """The answer, after moves within the same site and no others; whether there were any.

        Raises:
            Away: there is none; of the move, once there was one, whatever came of it.
        """
        moves, there = 0, path
        try:
            while True:
                with _network(line):
                    response = self._once(line, there, headers)
                if response.status not in _MOVED:
                    return response, moves > 0
                moves += 1
                with contextlib.closing(response):
                    location = response.getheader("Location") or ""
                if moves > _MOVES:
                    raise Away(
                        "il renvoie d'une page à l'autre", "it sends from one page to another"
                    )
                there = self._moved(there, location)
        except Away as away:
            if not moves:
                raise
            raise away.of_move() from away

    def _once(self, line: Line, path: str, headers: dict[str, str]) -> http.client.HTTPResponse:
        connection = _Connection(self._address)
        connection.sock = line.connect(connection.host, connection.port, self._context)
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        with contextlib.ExitStack() as unless_in_time:
            unless_in_time.enter_context(contextlib.closing(response))
            line.require_time()
            unless_in_time.pop_all()
        return response

    def _moved(self, path: str, location: str) -> str:
        base = f"{self._address.scheme}://{self._address.host}"
        try:
            there = urlsplit(urljoin(base + path, location))
        except ValueError:
            there = urlsplit("")
        if (there.scheme, there.netloc) != (self._address.scheme, self._address.host):
            name = shown(there.netloc) or "?"
            raise Away(f"il renvoie vers le site {name}", f"it sends to the site {name}")
        return there.path + (f"?{there.query}" if there.query else "")


@contextlib.contextmanager
def _network(line: Line) -> Iterator[None]:
    """What goes wrong on the way, and nothing else, is an answer that cannot be used.

    Whatever a cut line looks like to who reads it: what was cut came too slowly.
    """
    try:
        yield
    except Cut as cut:
        raise too_slow() from cut
    except (OSError, UnicodeError) as error:  # the second is of a name that can be none
        if line.is_cut:
            raise too_slow() from error
        raise Away(*why_silent(error), answered=False) from error
    except (ValueError, http.client.HTTPException, zlib.error) as error:
        if line.is_cut:
            raise too_slow() from error
        name = type(error).__name__
        raise Away(
            f"sa réponse n'en est pas une ({name})", f"its answer is none ({name})"
        ) from error


def _headers(response: http.client.HTTPResponse) -> Headers:
    """Those of an answer; after a line that is none ours are read no further, a browser's are."""
    found = tuple(response.msg.items())
    return (*found, UNREADABLE) if response.msg.defects or response.msg.get_payload() else found


def _answer(response: http.client.HTTPResponse, start: int, line: Line, *, moved: bool) -> Answer:
    headers, code = _headers(response), response.status
    away = partial(Away, status=_MOVED[0] if moved else code, headers=headers)
    answer = partial(Answer, headers=headers, moved=moved)
    if code == NOTHING_THERE and start:
        return answer(start, None)
    if code == PARTIAL:
        said = response.getheader("Content-Range") or ""
        if not start or not said.startswith(f"bytes {start}-"):
            raise away("il donne une autre partie que demandé", "it gives another part than asked")
        return answer(start, _chunks(response, line))
    if code != OK:
        raise away(f"il répond par l'erreur {code}", f"it answers with error {code}")
    return answer(0, _unpacked(response, _chunks(response, line), line))


def _chunks(response: http.client.HTTPResponse, line: Line) -> Iterator[bytes]:
    more = True
    while more:
        with _network(line):
            chunk = response.read1(CHUNK)
            line.require_time()  # where it was cut, an end is none
        more = bool(chunk)
        yield chunk
    if response.length:
        raise Away("sa réponse est coupée", "its answer breaks off")


def _unpacked(
    response: http.client.HTTPResponse, chunks: Iterator[bytes], line: Line
) -> Iterator[bytes]:
    """What was sent, as it was before any compression of the transport (§8.3)."""
    packing = (response.getheader("Content-Encoding") or "identity").lower()
    if packing == "identity":
        yield from chunks
        return
    if packing not in ("gzip", "deflate"):
        name = shown(packing, 20)
        raise Away(f"il comprime par « {name} »", f"it compresses by “{name}”")
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 32)
    for chunk in chunks:
        left = chunk
        if unpack.eof and left:
            raise Away("sa réponse va plus loin que sa fin", "its answer goes beyond its end")
        while left:
            with _network(line):
                data = unpack.decompress(left, CHUNK)
            yield data
            left = unpack.unconsumed_tail
            if unpack.unused_data:
                raise Away("sa réponse va plus loin que sa fin", "its answer goes beyond its end")
    yield unpack.flush(CHUNK)
