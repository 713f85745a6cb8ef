# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where random bytes come from: always an argument, by default the system (docs/protocol.md §2.5).

Tests pass their own; nothing else does.
"""

import os
from collections.abc import Callable

Rng = Callable[[int], bytes]
"""Called with ``n``, returns ``n`` bytes that nobody can predict."""

system_rng: Rng = os.urandom
