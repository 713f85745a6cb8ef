# SPDX-License-Identifier: AGPL-3.0-or-later
"""The witnesses that an election of version 2 may name: docs/protocol.md §8.3.

Whoever seals the election decides whose co-signatures (§18.6) its checkpoints must have in the
end, and how many of them.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from protocol.cosignatures import CosignerVerifierKey
from protocol.encoding import Fields, JsonValue
from protocol.errors import MalformedError
from protocol.server_binding import ServerBinding

MAX_WITNESSES: Final = 16
_UNSEEN: Final = frozenset({"Zs", "Zl", "Zp", "Cf", "Mn"})  # spaces, and what shows nothing
_SILENT: Final = ".\u115f\u1160"  # full stops, and letters that fill a place


def likeness(name: str) -> str:
    """Return what two witnesses' names have in common exactly if they look alike: §8.3."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in folded if c not in _SILENT and unicodedata.category(c) not in _UNSEEN)


@dataclass(frozen=True, slots=True)
class Witnesses:
    """Who may co-sign, in the order of their names, and how many of them must: §8.3."""

    quorum: int
    keys: tuple[CosignerVerifierKey, ...]

    @classmethod
    def of(cls, quorum: int, keys: Sequence[CosignerVerifierKey]) -> "Witnesses":
        """Return the witnesses with these keys, given in any order.

        Raises:
            MalformedError: not 1 to 16, two of the same public key or of names that look
                alike, or a quorum that is not from 1 to their number.
        """
        witnesses = cls(quorum, tuple(sorted(keys, key=lambda key: key.name)))
        witnesses._check()
        return witnesses

    @classmethod
    def decode(cls, value: JsonValue) -> "Witnesses":
        """Read ``{"quorum":…,"keys":[…]}``: §8.3."""
        fields = Fields(value, where="witnesses", section="8.3")
        quorum = fields.integer("quorum", 1, MAX_WITNESSES)
        keys = tuple(map(CosignerVerifierKey.decode, fields.items("keys")))
        fields.finish()
        witnesses = cls(quorum, keys)
        witnesses._check()
        return witnesses

    def encode(self) -> JsonValue:
        """Return the object, its members in the order of §8.3."""
        return {"quorum": self.quorum, "keys": [key.encode() for key in self.keys]}

    def verify(self, server: ServerBinding) -> None:
        """Check that no witness has a key of the server, or the name of one of its logs: §8.3."""
        own = (server.board_key, server.journal_key)
        if {key.public_key for key in self.keys} & {key.public_key for key in own}:
            raise MalformedError("a witness has a key of the server", section="8.3")
        if {key.name for key in self.keys} & {key.name for key in own}:
            raise MalformedError("a witness has the name of a log of the server", section="8.3")

    def _check(self) -> None:
        if not 1 <= len(self.keys) <= MAX_WITNESSES:
            raise MalformedError(f"there are not 1 to {MAX_WITNESSES} witnesses", section="8.3")
        if any(one.name >= other.name for one, other in pairwise(self.keys)):
            raise MalformedError("the witnesses are not in the order of their names", section="8.3")
        if len({likeness(key.name) for key in self.keys}) != len(self.keys):
            raise MalformedError("two witnesses' names look alike", section="8.3")
        if len({key.public_key for key in self.keys}) != len(self.keys):
            raise MalformedError("two witnesses have the same key", section="8.3")
        if not 1 <= self.quorum <= len(self.keys):
            raise MalformedError("the quorum is not 1 to the number of witnesses", section="8.3")
