# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a trustee reads when a step cannot be done: one plain French sentence, then advice.

Nothing here is cryptography; the errors of ``protocol/`` are turned into these where a person is
told which file, or which trustee, is at fault. Their own words are English and for programmers: a
person is told the number of the rule alone.
"""

from typing import ClassVar

from protocol.errors import ProtocolError


class Refusal(Exception):
    """The step was refused, and nothing was written; exit status 1.

    Args:
        message: one French sentence, without a full stop.
        advice: what to do about it, without a full stop; there is always something.
    """

    exit_status: ClassVar[int] = 1

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class Unreadable(Refusal):
    """A file cannot be read or written, or is another kind of file; exit status 2."""

    exit_status: ClassVar[int] = 2


def refuse(message: str, cause: ProtocolError, advice: str) -> Refusal:
    """Return the refusal that says ``message`` and names the rule that ``cause`` broke."""
    return Refusal(f"{message} {cite(cause)}", advice)


def cite(cause: ProtocolError) -> str:
    """Return how a French sentence names the rule of docs/protocol.md that was broken."""
    return f"(règle §{cause.section})"
