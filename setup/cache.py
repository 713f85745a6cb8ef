# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where what is fetched is kept, outside any clone."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder(name: str) -> Path:
    """The folder of that name in PREAU_CACHE, or in this project's part of the user's cache."""
    cache = os.environ.get("PREAU_CACHE")
    if cache is None:
        cache = str(Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "preau")
    return Path(cache) / name
