# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether enough witnesses signed what is kept, once there is a result: docs/protocol.md §18.4.

The server asks them after it published the result, and some take their time: until they were
waited for, a record that lacks their lines alone is not called wrong.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

from audit.cosignatures import cosigned_at
from audit.notes import decode_checkpoint
from audit.server import Server
from audit.watching.asking import Asking
from audit.watching.signed import Seen
from audit.words import Malformed


@dataclass(frozen=True, slots=True)
class Lacking:
    """How many witnesses signed both logs' last checkpoints, of those that are demanded."""

    found: int
    quorum: int


class Witnessed:
    """The last checkpoints of an election that has a result.

    Args:
        asking: for how long enough lines were asked for in vain.
    """

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self.lacking: Lacking | None = None  # while there are too few
        self.late = False  # they were waited for long enough

    @property
    def waiting(self) -> bool:
        """Whether lines of witnesses may still come."""
        return self.lacking is not None and not self.late

    def look(self, pair: Mapping[str, Seen], server: Server, *, asked: bool) -> None:
        """What is kept after a round; ``asked``: the server showed it in this one."""
        found = min(_signatures(seen.text, server) for seen in pair.values())
        if found >= server.quorum:
            self._asking.given()
            self.lacking, self.late = None, False
            return
        if asked:
            self.late = self._asking.refused()
        self.lacking = Lacking(found, server.quorum)


def _signatures(note: str, server: Server) -> int:
    """How many of the witnesses signed a note, each by one line that holds."""
    checkpoint, found = decode_checkpoint(note.encode("utf-8")), 0
    for key in server.witnesses:
        with contextlib.suppress(Malformed):  # C32 names it
            found += cosigned_at(checkpoint, key) is not None
    return found
