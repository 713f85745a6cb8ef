# SPDX-License-Identifier: AGPL-3.0-or-later
"""The application as each worker makes it; who only starts workers does not read its modules."""

import multiprocessing
import os
import signal
import threading

from fastapi import FastAPI

from evote.database.connection import open_database
from evote.settings import read_settings
from evote.web.app import create_app
from evote.web.metrics import configure_logs


def app_from_environment() -> FastAPI:
    """Return the application of the settings in the environment; each worker calls it."""
    configure_logs()
    _stop_with_the_supervisor()
    settings = read_settings()
    database = open_database(settings.database_url)
    return create_app(settings, database, with_upkeep=settings.upkeep)


def _stop_with_the_supervisor() -> None:
    """Let a worker whose supervisor was killed stop in good order.

    It would go on serving, nobody would replace it, and its port would not be free for a new start.
    """
    supervisor = multiprocessing.parent_process()
    if supervisor is None:
        return

    def watch() -> None:
        supervisor.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
