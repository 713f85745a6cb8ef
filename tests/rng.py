# SPDX-License-Identifier: AGPL-3.0-or-later
"""Randomness that a test can repeat: a stream of SHAKE-256, and a generator that is broken."""

from __future__ import annotations

from hashlib import shake_256

from protocol.rng import Rng


def seeded_rng(seed: str) -> Rng:
    """Return a generator whose n-th call depends on the seed and on n alone."""
    calls = iter(range(10**9))

    def draw(count: int) -> bytes:
        return shake_256(f"{seed}/{next(calls)}".encode()).digest(count)

    return draw


def constant_rng(count: int) -> bytes:
    """Return the same bytes at every call, as a broken generator does."""
    return b"\x2a" * count
