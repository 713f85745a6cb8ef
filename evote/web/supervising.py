# SPDX-License-Identifier: AGPL-3.0-or-later
"""The process that starts the workers, and replaces one that died or hangs: docs/operations.md.

uvicorn's own waits up to five seconds for the answer of each worker, and kills one that has not
answered by then. On an old or busy machine a worker takes longer to read its modules: killed and
begun again each time, none would ever serve. And while it waits, uvicorn's neither replaces another
one that died nor hears that it is to stop.
"""

import logging
import signal
import time
from typing import Final

from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

HANGS_SECONDS: Final = 60
_LOGGER: Final = logging.getLogger("uvicorn.error")


class Worker(Process):
    """A worker that is asked whether it goes on, and for whose answer nobody waits."""

    _asked_at: float | None = None

    def is_alive(self, timeout: float = HANGS_SECONDS) -> bool:
        """Tell, at once, whether it has neither died nor left a question open for so long."""
        if not self.process.is_alive():
            return False
        now = time.monotonic()
        if self._asked_at is None:
            self.parent_conn.send(b"ping")
            self._asked_at = now
        if self.parent_conn.poll(0):
            self.parent_conn.recv()
            self._asked_at = None
            return True
        return now - self._asked_at < timeout


class Supervisor(Multiprocess):
    """Starts the workers and keeps as many of them until a signal asks to stop."""

    def init_processes(self) -> None:
        """Start all."""
        self.processes = [self._started() for _ in range(self.processes_num)]

    def keep_subprocess_alive(self) -> None:
        """Replace whichever died or hangs; if one cannot even begin, none could: stop."""
        for place, worker in enumerate(self.processes):
            if self.should_exit.is_set():
                return
            if worker.is_alive():
                continue
            hangs = worker.process.is_alive()
            worker.kill()
            worker.join()
            if worker.exitcode == STARTUP_FAILURE:
                _LOGGER.error("a worker cannot start: the server stops")
                self.should_exit.set()
                return
            what = "hung, and was killed" if hangs else f"died (exit status {worker.exitcode})"
            _LOGGER.warning("the worker %s %s: another is started", worker.pid, what)
            self.processes[place] = self._started()

    def _started(self) -> Worker:
        worker = Worker(self.config, self.sockets)
        # A terminal sends Ctrl-C to all of them. Until it serves, a worker leaves it to this
        # process, which stops it: it would say where in its modules it was disturbed.
        handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            worker.start()
        finally:
            signal.signal(signal.SIGINT, handler)
        return worker
