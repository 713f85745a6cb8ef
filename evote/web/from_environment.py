# SPDX-License-Identifier: AGPL-3.0-or-later
"""The application as each worker makes it; who only starts workers does not read its modules."""

import multiprocessing
import os
import signal
import sys
import threading
from typing import Final

from fastapi import FastAPI

from evote.database.connection import DatabaseUnavailable, open_database
from evote.database.left_over import LeftOver
from evote.settings import SettingsError, read_settings
from evote.web.app import create_app
from evote.web.assets import AssetsMissing
from evote.web.log_lines import configure_logs, log_failure
from evote.web.supervising import NOT_NOW

_AWAY: Final = (
    AssetsMissing,  # while the package is being installed anew
    DatabaseUnavailable,
    LeftOver,
    SettingsError,
    OSError,
    ValueError,
)


def app_from_environment() -> FastAPI:
    """Return the application of the settings in the environment; each worker calls it.

    Raises:
        SystemExit: what it stands on cannot be had now; the log says so in a line.
    """
    configure_logs()
    _stop_with_the_supervisor()
    try:
        settings = read_settings()
        database = open_database(settings.database_url)
        return create_app(settings, database, with_upkeep=settings.upkeep)
    except _AWAY as cause:
        log_failure("this worker cannot start", cause)
        sys.exit(NOT_NOW)


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
