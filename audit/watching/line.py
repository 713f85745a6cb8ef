# SPDX-License-Identifier: AGPL-3.0-or-later
"""The connection over which one question is asked: it is cut when its time is over.

Whoever serves may stall or drip anywhere: in the handshake, in a header, between two chunks. So
the socket is held here from before it is connected, and nothing that waits for it waits longer.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time

from audit.words import Text

SILENCE_SECONDS = 20  # without one byte
TOO_SLOW = Text("il répond trop lentement", "it answers too slowly")


class Cut(Exception):
    """The time is over, or whoever asked has stopped."""


class Line:
    """The way to the server, for so many seconds from now on.

    Args:
        seconds: after which it is cut.
    """

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._cut = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self.cut)
        self._timer.daemon = True
        self._timer.start()

    def cut(self) -> None:
        """Whoever still waits waits no longer, and what came in since is worth nothing.

        Safe in a handler of signals and in another thread: it is marked first, and whoever puts a
        socket in its place looks at the mark after that.
        """
        self._cut = True
        held = self._socket
        if held is not None:
            with contextlib.suppress(OSError):
                # Not ssl's own way, which takes its state from under whoever reads.
                socket.socket.shutdown(held, socket.SHUT_RDWR)

    def close(self) -> None:
        """The question is over."""
        self._timer.cancel()
        if self._socket is not None:
            self._socket.close()

    @property
    def is_cut(self) -> bool:
        """Whether its time is over."""
        return self._cut or time.monotonic() > self._until

    def require_time(self) -> None:
        """Go on only if it was not cut.

        Raises:
            Cut: it was, or should have been.
        """
        if self.is_cut:
            raise Cut

    def connect(self, host: str, port: int, context: ssl.SSLContext | None) -> socket.socket:
        """A new connection in the place of the last one, by TLS if there is a context.

        Raises:
            Cut: the time is over.
            OSError: there is none to be had.
        """
        if self._socket is not None:
            self._socket.close()
        plain = self._connected(host, port)
        if context is None:
            return plain
        wrapped = context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
        assert isinstance(self._hold(wrapped), ssl.SSLSocket)  # noqa: S101 (for mypy)
        wrapped.do_handshake()
        self.require_time()
        return wrapped

    def _connected(self, host: str, port: int) -> socket.socket:
        failure = OSError("no address")
        for family, kind, protocol, _, place in socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        ):
            one = self._hold(socket.socket(family, kind, protocol))
            try:
                one.settimeout(SILENCE_SECONDS)
                one.connect(place)
            except OSError as error:
                one.close()
                failure = error
                self.require_time()  # a name may have any number of addresses
            else:
                self.require_time()
                return one
        raise failure

    def _hold(self, one: socket.socket) -> socket.socket:
        self._socket = one
        self.require_time()
        return one
