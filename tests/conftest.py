# SPDX-License-Identifier: AGPL-3.0-or-later
"""What holds for every test: its mark, hypothesis's profile, and that none is skipped in CI."""

from __future__ import annotations

import os
import signal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

from tests.compiled_once import compile_once
from tests.either_database import leave_to_soak
from tests.remembered import remember_powers
from tests.shares import leave_shares_to_soak, put_long_files_first

TESTS = Path(__file__).parent
MARK_OF_FOLDER = {"interop": "interop", "e2e/browser": "browser", "unit/booth": "booth"}
MARKS = {"booth", "interop", "db", "browser", "soak"}

# A runner in the background ignores Ctrl-C, and so would every command that tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A laptop gets its answer soon, CI gets the same answer twice, `make soak` searches longer.
settings.register_profile("fast", max_examples=25, deadline=None)
settings.register_profile("ci", max_examples=50, deadline=None, derandomize=True, database=None)
settings.register_profile("thorough", max_examples=1000, deadline=None)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "fast")
)


# A developer's own server is nobody's here: its settings would be those of the tests' commands.
for name in [name for name in os.environ if name.startswith("PREAU_") and name != "PREAU_CACHE"]:
    del os.environ[name]

remember_powers()
compile_once()


def pytest_configure(config: pytest.Config) -> None:
    in_charge = not hasattr(config, "workerinput")
    if os.environ.get("CI") and in_charge:
        config.pluginmanager.register(NoTestIsLeftOut(), "no-test-is-left-out")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by its folder; one that then carries no mark is `core`."""
    leave_to_soak(items, TESTS)
    leave_shares_to_soak(items)
    for item in items:
        for mark in _marks_of(item.path.parent):
            item.add_marker(mark)
        if MARKS.isdisjoint(mark.name for mark in item.iter_markers()):
            item.add_marker("core")
    put_long_files_first(items, TESTS)


@cache
def _marks_of(folder: Path) -> tuple[str, ...]:
    folders = {folder, *folder.parents}
    return tuple(mark for name, mark in MARK_OF_FOLDER.items() if TESTS / name in folders)


class NoTestIsLeftOut:
    """Makes the whole run fail, and says why, if any test was skipped or was let fail."""

    def __init__(self) -> None:
        self.left_out: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped or hasattr(report, "wasxfail"):
            self.left_out.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self.left_out.append(report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.left_out and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.left_out:
            terminalreporter.section("left out, which CI does not allow", red=True)
            for nodeid in self.left_out:
                terminalreporter.line(nodeid)
