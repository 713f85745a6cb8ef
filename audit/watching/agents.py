# SPDX-License-Identifier: AGPL-3.0-or-later
"""As whom the watcher asks. A server that would lie to some must guess to whom it may."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agent:
    """What a program says of itself with each request."""

    headers: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """Its user agent."""
        return dict(self.headers)["User-Agent"]


_FRENCH = ("Accept-Language", "fr-FR,fr;q=0.9,en;q=0.5")
_FRESH = ("Cache-Control", "no-cache")
_PACKED = ("Accept-Encoding", "gzip, deflate")

PLAIN = Agent(
    (
        ("User-Agent", "evote-audit watch"),
        ("Accept", "*/*"),
        ("Accept-Encoding", "identity"),
        _FRESH,
    )
)
DESKTOP = Agent(
    (
        (
            "User-Agent",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
        ),
        ("Accept", "*/*"),
        _FRENCH,
        _PACKED,
        _FRESH,
    )
)
PHONE = Agent(
    (
        (
            "User-Agent",
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
            " Chrome/140.0.0.0 Mobile Safari/537.36",
        ),
        ("Accept", "*/*"),
        _FRENCH,
        _PACKED,
        _FRESH,
    )
)
AGENTS = (PLAIN, DESKTOP, PHONE)
