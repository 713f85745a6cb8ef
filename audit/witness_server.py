# SPDX-License-Identifier: AGPL-3.0-or-later
"""A witness on the network: the two addresses of docs/protocol.md §22, and nothing else.

One request a connection, one thread each, and bounds on all that a stranger sends: so many
connections at once, few of them from one address, so long each, so many bytes. TLS is left to a
proxy before it; that proxy alone can tell addresses apart, then, and has to bound them.
"""

from __future__ import annotations

import re
import socket
import threading
import time
from collections import Counter
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address, IPv6Network, ip_address
from socketserver import TCPServer
from typing import Any

from audit.console import complain
from audit.witness import MAX_BODY, TEXT, Answer, Witness
from audit.words import Unusable, shown

MOST_CONNECTIONS = 64
MOST_OF_AN_ADDRESS = 8  # of IPv6: of a network of 64 bits
IDLE_SECONDS = 10  # between two bytes
WHOLE_SECONDS = 30  # of a connection
ADD = "/add-checkpoint"
_CHECKPOINT = re.compile("/([0-9a-f]{64})/checkpoint", re.ASCII)
_LENGTH = re.compile("[0-9]{1,9}", re.ASCII)
_FAILED = Answer(HTTPStatus.SERVICE_UNAVAILABLE, b"the witness's memory does not work\n")


class Places:
    """How many connections each address has, so that none has all of them.

    Args:
        most: that one address may have at once.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, host: str) -> bool:
        """One place more, if there is one."""
        with self._lock:
            network = _network(host)
            if self._taken[network] >= self._most:
                return False
            self._taken[network] += 1
            return True

    def give_back(self, host: str) -> None:
        """A place that was taken is free."""
        with self._lock:
            network = _network(host)
            self._taken[network] -= 1
            if not self._taken[network]:
                del self._taken[network]


def _network(host: str) -> str:
    address = ip_address(host.partition("%")[0])
    if isinstance(address, IPv4Address):
        return host
    return str(address.ipv4_mapped or IPv6Network((address, 64), strict=False))


class WitnessServer(ThreadingHTTPServer):
    """Listens, and answers as the witness says."""

    daemon_threads = True
    request_queue_size = MOST_CONNECTIONS

    def __init__(
        self, address: tuple[str, int], witness: Witness, most: int = MOST_OF_AN_ADDRESS
    ) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self.witness = witness
        self._free = threading.BoundedSemaphore(MOST_CONNECTIONS)
        self._places = Places(most)
        self._until: dict[socket.socket, float] = {}
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Without asking a name server for the machine's own name."""
        TCPServer.server_bind(self)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """One more thread, or the connection is closed: there are enough."""
        if not self._places.take(client_address[0]):
            self.shutdown_request(request)
            return
        if not self._free.acquire(blocking=False):
            self._places.give_back(client_address[0])
            self.shutdown_request(request)
            return
        self._until[request] = time.monotonic() + WHOLE_SECONDS
        try:
            super().process_request(request, client_address)
        except (RuntimeError, MemoryError):  # the machine has no thread for it
            self._give_back(request, client_address)
            self.shutdown_request(request)
            complain("no thread could be started for a connection")

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """In the thread: answer, then give the place back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._give_back(request, client_address)

    def _give_back(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        self._until.pop(request, None)
        self._free.release()
        self._places.give_back(client_address[0])

    def service_actions(self) -> None:
        """Twice a second: whoever takes too long is cut off."""
        now = time.monotonic()
        for request, until in list(self._until.items()):
            if until < now:
                try:
                    request.shutdown(socket.SHUT_RDWR)
                except OSError:
                    self._until.pop(request, None)

    def handle_error(self, *_: object) -> None:
        """A connection that broke; what it asked for was answered or not."""
        complain("a connection broke")


class _Handler(BaseHTTPRequestHandler):
    server: WitnessServer
    server_version, sys_version = "evote-audit", ""
    timeout = IDLE_SECONDS
    error_message_format = "%(message)s\n"
    error_content_type = TEXT

    def do_POST(self) -> None:
        """``add-checkpoint``."""
        if self.path != ADD:
            self._answer(Answer(HTTPStatus.NOT_FOUND, b"no such address\n"))
            return
        refused, body = self._body()
        if refused is not None:
            self._answer(refused)
            return
        try:
            answer = self.server.witness.add_checkpoint(body)
        except (OSError, Unusable) as error:
            self._answer(self._broken(error))
            return
        self._answer(answer)

    def do_GET(self) -> None:
        """The last checkpoint that was co-signed."""
        found = _CHECKPOINT.fullmatch(self.path)
        if found is None:
            self._answer(Answer(HTTPStatus.NOT_FOUND, b"no such address\n"))
            return
        try:
            answer = self.server.witness.checkpoint(found[1])
        except (OSError, Unusable) as error:
            answer = self._broken(error)
        self._answer(answer)

    def do_HEAD(self) -> None:
        """As ``GET``, without the checkpoint: whether it works, for whoever asks from outside."""
        self.do_GET()

    def _body(self) -> tuple[Answer | None, bytes]:
        """All bytes of a request, whose number it says beforehand; or why they are not read."""
        lengths = self.headers.get_all("Content-Length", [])
        if self.headers.get("Transfer-Encoding") is not None or not lengths:
            return Answer(HTTPStatus.LENGTH_REQUIRED, b"say how long the body is\n"), b""
        if len(lengths) != 1 or not _LENGTH.fullmatch(lengths[0]):
            return Answer(HTTPStatus.BAD_REQUEST, b"a malformed length\n"), b""
        length = int(lengths[0])
        if length > MAX_BODY:
            return Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, b"too long\n"), b""
        body = self.rfile.read(length)
        if len(body) != length:
            return Answer(HTTPStatus.BAD_REQUEST, b"shorter than it said\n"), b""
        return None, body

    def _broken(self, error: OSError | Unusable) -> Answer:
        told = error.text.en if isinstance(error, Unusable) else str(error)
        complain(shown(f"the witness's memory does not work: {told}", 500))
        return _FAILED

    def _answer(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401
        """What was asked and answered, and not by whom."""
        complain(f"{self.log_date_time_string()} {shown(format % args, 200)}")
