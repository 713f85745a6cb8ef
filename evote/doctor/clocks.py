# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is known of this machine's clock where no other one was asked.

A clock that is wrong refuses votes, or takes them after the hour. A database on this machine has
the same clock, so it says nothing of it; only the system knows whether a time service sets it.
"""

import ctypes
import os
from collections.abc import Callable
from typing import Final

from evote.doctor.findings import Finding, ok, to_see

# None: the system does not say.
IsSet = Callable[[], bool | None]

_UNASKED: Final = "l'heure de la machine n'a été comparée à aucune autre"
_ASK: Final = "evote doctor --online, ou --clock-from https://… d'un autre serveur"
_NOT_SET: Final = 5  # TIME_ERROR of adjtimex(2)
_STRUCT_BYTES: Final = 512  # of struct timex, and more: it has 208 where longs have 64 bits


def check_unasked_clock(is_set: IsSet) -> Finding:
    """Say that no other clock was asked, and what the system knows of this one."""
    known = is_set()
    if known:
        return ok("clock", f"{_UNASKED}, mais un service d'heure la règle")
    if known is None:
        return to_see("clock", f"{_UNASKED}, et le système ne dit pas si un service la règle", _ASK)
    return to_see(
        "clock",
        f"{_UNASKED}, et aucun service d'heure ne la règle",
        f"timedatectl set-ntp true ; puis {_ASK}",
    )


def is_clock_set() -> bool | None:
    """Tell whether a time service sets the clock, as Linux knows it; nothing is changed."""
    adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None) if os.name == "posix" else None
    if adjtimex is None:
        return None
    # All zero: no mode is asked for, so it only answers.
    answer: int = adjtimex(ctypes.create_string_buffer(_STRUCT_BYTES))
    return None if answer < 0 else answer != _NOT_SET
