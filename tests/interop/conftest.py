# SPDX-License-Identifier: AGPL-3.0-or-later
"""The peer's tool, fetched once; a machine that cannot have it fails these tests, never skips."""

from __future__ import annotations

import pytest

from setup.fetch_peer import fetch_peer
from tests.interop.peer import Peer


@pytest.fixture(scope="session")
def peer() -> Peer:
    return Peer(fetch_peer())
