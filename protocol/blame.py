# SPDX-License-Identifier: AGPL-3.0-or-later
"""A fault that names the trustee who made it: docs/protocol.md §7.7."""

from collections.abc import Iterator
from contextlib import contextmanager

from protocol.errors import ProtocolError


class TrusteeFault(ProtocolError):
    """What trustee number ``trustee`` sent is malformed or untrue; the cause says how."""

    def __init__(self, trustee: int, message: str, *, section: str) -> None:
        super().__init__(f"trustee {trustee}: {message}", section=section)
        self.trustee = trustee


@contextmanager
def blame(trustee: int, what: str) -> Iterator[None]:
    """Turn a fault found in this block into one that names the trustee and the thing."""
    try:
        yield
    except TrusteeFault:
        raise
    except ProtocolError as cause:
        raise TrusteeFault(trustee, f"{what}: {cause.message}", section=cause.section) from cause
