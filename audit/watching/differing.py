# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where what is given now is another than what was kept: piece by piece, both of any length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def first_difference(kept: Iterator[bytes], given: Iterable[bytes], length: int) -> int | None:
    """The first byte of so many that is another, or is not given; None if there is none."""
    ours, done = b"", 0
    for chunk in given:
        data = chunk[: length - done]
        while len(ours) < len(data) and (more := next(kept, b"")):
            ours += more
        if ours[: len(data)] != data:
            return done + _common(ours, data)
        ours, done = ours[len(data) :], done + len(data)
        if done == length:
            return None
    return done  # it ends before what it gave


def _common(ours: bytes, data: bytes) -> int:
    """How many bytes are the same at the start of both."""
    return next(
        (at for at, (a, b) in enumerate(zip(ours, data, strict=False)) if a != b), len(ours)
    )
