# SPDX-License-Identifier: AGPL-3.0-or-later
"""The machine that the figures are of, and how busy it is with other things."""

from __future__ import annotations

import contextlib
import os
import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from setup.fetch_peer import VERSION as PEER_VERSION

BUSY = 0.5  # load average of the last minute, beyond which figures are not worth much


def describe_machine() -> dict[str, str | int | float | None]:
    """What must be said beside every figure."""
    return {
        "cpu": _cpu_model(),
        "cores": len(cores()),
        "system": platform.platform(),
        "python": platform.python_version(),
        "pynacl": version("PyNaCl"),
        "belenios-tool": PEER_VERSION,
        "load": load(),
    }


def load() -> float | None:
    """The load of the last minute, None where the system does not tell."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def cores() -> list[int]:
    """The processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


@contextlib.contextmanager
def pinned(count: int) -> Iterator[None]:
    """Let this process, and those it starts meanwhile, use only so many processors."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[-count:])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _cpu_model() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
