# SPDX-License-Identifier: AGPL-3.0-or-later
"""A process that kills itself before or after a call of its own."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before(call: Callable[P, T], die: Callable[[], None] = die) -> Callable[P, T]:
    def dying(*given: P.args, **named: P.kwargs) -> T:
        die()
        return call(*given, **named)

    return dying


def after(call: Callable[P, T], die: Callable[[], None] = die) -> Callable[P, T]:
    def dying(*given: P.args, **named: P.kwargs) -> T:
        result = call(*given, **named)
        die()
        return result

    return dying
