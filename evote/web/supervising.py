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

from evote.terminal import HANGUP

HANGS_SECONDS: Final = 60
NOT_NOW: Final = 4  # exit status of a worker that cannot start now, and may later
SOON_SECONDS: Final = 10  # who died within them of its start is not begun again at once
AGAIN_SECONDS: Final = 5
# What a worker may take besides, once all that it had begun is answered or given up.
STOP_SECONDS: Final = 5
_OF_A_TERMINAL: Final = (signal.SIGINT, HANGUP) if HANGUP else (signal.SIGINT,)
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
    """Starts the workers and keeps as many of them until a signal asks to stop.

    Attributes:
        cannot_serve: whether it stopped by itself, since no worker could ever begin.
    """

    cannot_serve = False

    def init_processes(self) -> None:
        """Start all."""
        self._begun_at, self._due = dict[int, float](), dict[int, float]()  # by place
        self._workers = dict[int, Worker]()
        for place in range(self.processes_num):
            self._start(place)

    def keep_subprocess_alive(self) -> None:
        """Replace whichever died or hangs; if one cannot even begin, none could: stop."""
        for place in range(self.processes_num):
            if self.should_exit.is_set():
                return
            if place in self._due:
                if time.monotonic() >= self._due[place]:
                    del self._due[place]
                    self._start(place)
            elif not self._workers[place].is_alive():
                self._replace(place, self._workers[place])

    def _replace(self, place: int, worker: Process) -> None:
        hangs = worker.process.is_alive()
        worker.kill()
        worker.join()
        if worker.exitcode == STARTUP_FAILURE:
            _LOGGER.error("a worker cannot start: the server stops")
            self.cannot_serve = True
            self.should_exit.set()
            return
        now = time.monotonic()
        soon = worker.exitcode == NOT_NOW or now - self._begun_at[place] < SOON_SECONDS
        what = "hung, and was killed" if hangs else f"died (exit status {worker.exitcode})"
        when = f"in {AGAIN_SECONDS} s" if soon else "now"
        _LOGGER.warning("the worker %s %s: another is started %s", worker.pid, what, when)
        if soon:
            self._due[place] = now + AGAIN_SECONDS
        else:
            self._start(place)

    def handle_hup(self) -> None:
        """Go on: the terminal that it was started from is closed, or there is nothing to reload."""
        _LOGGER.warning("SIGHUP changes nothing here: to read settings again, start anew")

    def handle_ttin(self) -> None:
        """Go on with as many workers: docs/operations.md says how many are of use."""

    def handle_ttou(self) -> None:
        """The same."""

    def join_all(self) -> None:
        """Wait until all have stopped, no longer than they may take; whoever hangs is killed."""
        until = time.monotonic() + (self.config.timeout_graceful_shutdown or 0) + STOP_SECONDS
        for worker in self.processes:
            worker.process.join(max(0, until - time.monotonic()))
            if worker.process.is_alive():
                _LOGGER.warning("the worker %s does not stop, and was killed", worker.pid)
                worker.process.kill()
                worker.process.join()

    def _start(self, place: int) -> None:
        """Have a worker in this place; where the system grants no process, try again soon.

        It may have no room for one at the very moment at which it has just killed another.
        """
        try:
            self._workers[place] = self._started(place)
        except OSError as cause:
            said = "no worker can be started (%s): another is tried in %s s"
            _LOGGER.warning(said, type(cause).__name__, AGAIN_SECONDS)
            self._due[place] = time.monotonic() + AGAIN_SECONDS
        self.processes = list(self._workers.values())

    def _started(self, place: int) -> Worker:
        self._begun_at[place] = time.monotonic()
        worker = Worker(self.config, self.sockets)
        # A terminal sends Ctrl-C to all of them, and when it is closed a hangup. Until it serves, a
        # worker leaves Ctrl-C to this process, which stops it: it would say where in its modules
        # it was disturbed. A hangup is nothing to it.
        handlers = {each: signal.signal(each, signal.SIG_IGN) for each in _OF_A_TERMINAL}
        try:
            worker.start()
        finally:
            for each, handler in handlers.items():
                signal.signal(each, handler)
        return worker
