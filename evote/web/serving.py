# SPDX-License-Identifier: AGPL-3.0-or-later
"""Runs the application with uvicorn: no log of addresses, and time to finish what was begun."""

import contextlib
import signal
import socket
import sys
from types import FrameType
from typing import Final

import uvicorn
from uvicorn.config import STARTUP_FAILURE

from evote.database.connection import open_database
from evote.database.migrating import migrate
from evote.settings import Settings
from evote.terminal import outlive_terminal
from evote.web.log_lines import configure_logs
from evote.web.supervising import NOT_NOW, Supervisor

FINISH_SECONDS: Final = 30
CANNOT_SERVE: Final = 1  # exit status; those of a worker are for its supervisor


def migrate_database(settings: Settings) -> None:
    """Bring the database to the tables of this version, before any worker starts."""
    database = open_database(settings.database_url)
    try:
        migrate(database)
    finally:
        database.close()


def serve(host: str, port: int, workers: int) -> None:
    """Serve until a signal asks to stop; requests that have begun are answered first.

    Raises:
        SystemExit: with status 0, when it was ``SIGTERM``; with 1, when it cannot serve: the log
            says why in a line.
    """
    # A single worker of uvicorn's stops in good order, and then sends itself the signal again.
    signal.signal(signal.SIGTERM, _leave)
    outlive_terminal()
    config = Listening(
        "evote.web.from_environment:app_from_environment",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_level="warning",
        access_log=False,  # it would say who asked for what, and when
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=FINISH_SECONDS,
    )
    with (
        contextlib.closing(config.bind_socket()) as listening,
        contextlib.suppress(KeyboardInterrupt),
    ):
        could = _supervise(config, listening) if workers > 1 else _serve_alone(config, listening)
        if not could:
            sys.exit(CANNOT_SERVE)


def _supervise(config: uvicorn.Config, listening: socket.socket) -> bool:
    """Serve with several workers; tell whether they could ever begin."""
    configure_logs()
    supervisor = Supervisor(config, sockets=[listening])
    supervisor.run()
    return not supervisor.cannot_serve


def _serve_alone(config: uvicorn.Config, listening: socket.socket) -> bool:
    """Serve in this process; tell whether it could ever begin."""
    server = uvicorn.Server(config)
    try:
        server.run(sockets=[listening])
    except SystemExit as left:
        if left.code in (NOT_NOW, STARTUP_FAILURE):
            return False
        raise
    return server.started


class Listening(uvicorn.Config):
    """Settings whose socket sends what it has at once, as do the connections it accepts.

    Python's own event loop does not see that a socket made without a protocol is one of TCP, and
    an answer in two parts would then wait for the client's acknowledgement, 40 ms later.
    """

    def bind_socket(self) -> socket.socket:
        """Return the socket to listen on."""
        listening = super().bind_socket()
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)
