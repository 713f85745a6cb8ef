# SPDX-License-Identifier: AGPL-3.0-or-later
"""A tracker as people type it: docs/protocol.md §9.5, in the alphabet of §13.2."""

import re
from typing import Final

_ALIKE: Final = str.maketrans("OIL", "011")
_SIGNS: Final = re.compile(r"[0-9A-HJKMNP-TV-Z]{16}")


def read_tracker(typed: str) -> str | None:
    """Return the tracker in its printed form, None if this is no tracker.

    Spaces, hyphens and case do not matter; O is read as 0, I and L as 1.
    """
    signs = re.sub(r"[\s\-‐-―]", "", typed).upper().translate(_ALIKE)
    if _SIGNS.fullmatch(signs) is None:
        return None
    return "-".join(signs[start : start + 4] for start in range(0, 16, 4))
