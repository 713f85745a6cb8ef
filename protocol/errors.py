# SPDX-License-Identifier: AGPL-3.0-or-later
"""The errors of protocol/: each cites the section of docs/protocol.md whose rule was broken."""


class ProtocolError(Exception):
    """A rule of docs/protocol.md was broken; ``section`` says which, as in ``"6.2"``.

    Args:
        message: one lower-case sentence without a full stop.
        section: the number of the section, without the sign.
    """

    def __init__(self, message: str, *, section: str) -> None:
        super().__init__(message)
        self.message = message
        self.section = section

    def __str__(self) -> str:
        return f"{self.message} (§{self.section})"


class MalformedError(ProtocolError):
    """These bytes are not an encoding of anything."""


class ProofError(ProtocolError):
    """Well formed, and untrue."""


class UnsupportedError(ProtocolError):
    """Well formed perhaps, and of a kind that this version does not handle."""
