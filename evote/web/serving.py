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
from evote.web.supervising import Supervisor

FINISH_SECONDS: Final = 30


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
        SystemExit: with status 0, when it was ``SIGTERM``.
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
        if workers > 1:
            configure_logs()
            Supervisor(config, sockets=[listening]).run()
            return
        server = uvicorn.Server(config)
        server.run(sockets=[listening])
        if not server.started:
            sys.exit(STARTUP_FAILURE)


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
