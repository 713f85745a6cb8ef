# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole election made again with one thing different: whoever holds its secrets can do this.

`Forge(world, touch).archive()` follows docs/protocol.md §7 to §12 step by step. After each step it
hands what it made to `touch[place]`, if there is one, and builds everything later (hashes, proofs,
signatures, sums, factors, seats) on what comes back. So whatever can be repaired is repaired, and
only the check that looks at the thing itself can notice. A place that is never reached is an error.

Setup in setup.py, ballots in vote.py, the count in count.py, the journal in journal.py; places are
listed there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from tests.tamper.forge.count import forge_count
from tests.tamper.forge.curve import Point
from tests.tamper.forge.journal import Teller
from tests.tamper.forge.setup import forge_setup, setup_signatures
from tests.tamper.forge.texts import Dice, Json, canonical, hash_base64, hash_hex
from tests.tamper.forge.vote import Posted, forge_ballots
from tests.tamper.forge.world import World
from tests.tamper.surgery import TIMESTAMP, Archive, Member, event_member

Touch = Callable[[Json], Json]
STAGES = ("Setup", "Ballot", "EndBallots", "EncryptedTally", "PartialDecryption", "Result")


class Forge:
    """One remaking of an election.

    Args:
        world: the election and its secrets.
        touch: by place, what to do to the thing made there: changed in place, or returned anew.
        clear: the order of the torsion hidden in points: see proofs.py.
        until: the last kind of event to write.
    """

    def __init__(
        self,
        world: World,
        touch: Mapping[str, Touch] | None = None,
        *,
        clear: int = 1,
        until: str = "Result",
    ) -> None:
        self.world = world
        self.touch = dict(touch or {})
        self.reached: set[str] = set()
        self.clear = clear
        self.until = until
        self.dice = Dice(world.seed)
        self.appended: dict[str, int] = {}
        self.members: list[Member] = []
        self.heads: list[str] = []  # hashes of the events, by height
        self.election_bytes = b""
        self.trustees_bytes = b""
        self.public_key: Point | None = None
        self.lines: list[bytes] = []  # of the journal, in version 2
        self.published: list[tuple[int, int]] = []  # members and lines a record could have
        self.teller = Teller(self)
        self.ballots: list[Posted] = []
        self.tallied = 0

    # ------------------------------------------------------------ what every step uses

    def touched(self, place: str, value: Json) -> Json:
        """The value, as the touch of this place leaves it."""
        if place not in self.touch:
            return value
        self.reached.add(place)
        changed = self.touch[place](value)
        return value if changed is None else changed

    def datum(self, place: str, value: Json) -> bytes:
        """A datum's bytes: canonical JSON, unless the touch makes it bytes."""
        changed = self.touched(place, value)
        return changed if isinstance(changed, bytes) else canonical(changed)

    def append(self, kind: str, *data: bytes) -> str:
        """Append an event with its data, and return its hash: §10.1.

        The touch of `append KIND N`, N counting the events of that kind, sees a list of this one
        entry and gives the entries to append in its place.
        """
        number = self.appended.get(kind, 0)
        self.appended[kind] = number + 1
        found = ""
        for entry in self.touched(f"append {kind} {number}", [(kind, *data)]):
            self.append_one(*entry)
            if entry == (kind, *data) and not found:
                found = self.heads[-1]
        return found

    def append_one(self, kind: str, *data: bytes) -> None:
        """One event at the head of the chain."""
        event: dict[str, Json] = {"parent": self.heads[-1]} if self.heads else {}
        event |= {"height": len(self.heads), "type": kind}
        if data:
            event["payload"] = hash_hex(data[-1])
        member = event_member(self.datum(f"event {len(self.heads)}", event))
        self.members += [Member(datum, is_event=False) for datum in data]
        self.members.append(member)
        self.heads.append(hash_hex(member.content))

    def tell(self, moment: str) -> None:
        """The journal's entries of this moment, if the election has a journal."""
        if self.world.served:
            self.teller.tell(moment)

    def publish(self) -> None:
        """Remember that a server could publish the board and the journal as they are now."""
        self.published.append((len(self.members), len(self.lines)))

    @property
    def key(self) -> Point:
        """The election key."""
        if self.public_key is None:
            raise RuntimeError("the election has no key yet")
        return self.public_key

    @property
    def fingerprint(self) -> str:
        """φ."""
        return hash_base64(self.election_bytes)

    # ------------------------------------------------------------ the whole

    def make(self) -> Archive:
        """The archive, as far as `until`."""
        goes_on = STAGES.index(self.until)
        forge_setup(self)
        self.tell("setup")
        if goes_on >= STAGES.index("Ballot"):
            forge_ballots(self)
        if goes_on >= STAGES.index("EndBallots"):
            self.append("EndBallots")
        if goes_on >= STAGES.index("EncryptedTally"):
            forge_count(self)
        if unreached := set(self.touch) - self.reached:
            raise RuntimeError(f"no such place: {sorted(unreached)}")
        return Archive(canonical({"version": 1, "timestamp": TIMESTAMP}), self.members)

    def archive(self) -> bytes:
        """The same as bytes."""
        return self.make().write()

    def ballot(self, number: int) -> Json:
        """One ballot of the archive, as JSON."""
        if not self.ballots:
            self.make()
        return json.loads(self.ballots[number].data)

    def setup_signatures_file(self) -> bytes:
        """The record's file of §17.1; the archive must have been made."""
        value = {
            "version": 1,
            "uuid": self.world.uuid,
            "setup_event": self.heads[0],
            "signatures": setup_signatures(self),
        }
        return canonical(value)
