# SPDX-License-Identifier: AGPL-3.0-or-later
"""What libsodium has computed is remembered, so that a test pays only for what it changes.

Tests of damage read the same elections hundreds of times, and nearly all of each is undamaged.
What libsodium answers is a function of the bytes that it is given: our code and the verifier's each
ask it the first time that they come.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import cast

from nacl import bindings as sodium

from audit import arithmetic

REMEMBERED = 50_000  # answers of each function, some 300 bytes each
_VALUES = (
    (sodium, "crypto_scalarmult_ed25519_noclamp"),
    (sodium, "crypto_scalarmult_ed25519_base_noclamp"),
    (sodium, "crypto_core_ed25519_is_valid_point"),
    (arithmetic, "_is_valid"),
)


def remember_powers() -> None:
    """Do so in this process, from now on."""
    for module, name in _VALUES:
        setattr(module, name, lru_cache(REMEMBERED)(getattr(module, name)))
    for name in ("_scalarmult", "_scalarmult_base"):
        setattr(arithmetic, name, _remembering(getattr(arithmetic, name)))


def _remembering(compute: Callable[..., int]) -> Callable[..., int]:
    """As ``compute``, which returns a status and leaves 32 bytes in the verifier's one buffer."""
    buffer = cast("memoryview", vars(arithmetic)["_result"])

    @lru_cache(REMEMBERED)
    def answer(*arguments: bytes) -> tuple[int, bytes]:
        status = compute(vars(arithmetic)["_out"], *arguments)
        return status, bytes(buffer)

    def remembered(_out: object, *arguments: bytes) -> int:
        status, buffer[:] = answer(*arguments)
        return status

    return remembered
