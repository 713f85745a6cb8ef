# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hashes and JSON as docs/protocol.md §2 and §3 give them, and a dice that always falls alike."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256, sha512, shake_256
from typing import Any

from tests.tamper.forge.curve import Q

Json = Any  # what a forger may put anywhere


def canonical(value: Json) -> bytes:
    """§2.2."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("\x7f", "\\u007f").encode()


def hash_hex(data: bytes) -> str:
    return sha256(data).hexdigest()


def hash_base64(data: bytes) -> str:
    return b64encode(sha256(data).digest()).decode().rstrip("=")


def h_q(text: str) -> int:
    """`H` of §3."""
    return int.from_bytes(sha256(text.encode()).digest(), "big") % Q


def frame(label: str, parts: Sequence[str]) -> bytes:
    """§2.5."""
    encoded = [part.encode() for part in (label, *parts)]
    return b"".join(len(part).to_bytes(8, "big") + part for part in encoded)


def h512(label: str, *parts: str) -> int:
    return int.from_bytes(sha512(frame(label, parts)).digest(), "big") % Q


def h256(label: str, *parts: str) -> str:
    return sha256(frame(label, parts)).hexdigest()


class Dice:
    """Numbers that depend on the seed and on how many were drawn."""

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self.drawn = 0

    def __call__(self, *, multiple_of: int = 1) -> int:
        self.drawn += 1
        number = int.from_bytes(shake_256(f"{self.seed}/{self.drawn}".encode()).digest(64), "big")
        return number % (Q // multiple_of) * multiple_of
