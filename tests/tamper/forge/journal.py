# SPDX-License-Identifier: AGPL-3.0-or-later
"""The journal of a forged election of version 2: docs/protocol.md §19.

Moments: `setup`, `ballot b` (before it, and once after the last), `closing` (the tally stands),
`decrypted`, `result`. Places: `tell MOMENT` (the pairs of kind and body to tell then), and for
entry i (from 0) `body i`, `at i`, `board i`, `signers i` (who signs it), `parts i.s` (what s
signs), `signatures i`, `entry i` (what is written).
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import TYPE_CHECKING

from tests.tamper.forge.curve import GENERATOR
from tests.tamper.forge.logs import position
from tests.tamper.forge.proofs import sign_labelled
from tests.tamper.forge.setup import setup_signatures, signing_key
from tests.tamper.forge.texts import Json, canonical

if TYPE_CHECKING:
    from tests.tamper.forge.remake import Forge

OPENS_AT, CLOSES_AT, GRACE = 1791500000, 1791600000, 600
MINUTE = 60
SIGNED = ("hours-changed", "booth-replaced", "closing-signed")


class Teller:
    """Whoever writes the journal, with the committee at hand to sign."""

    def __init__(self, forge: Forge) -> None:
        self.forge = forge
        self.now = OPENS_AT // MINUTE * MINUTE - 7200
        self.hours = {"opens_at": OPENS_AT, "closes_at": CLOSES_AT, "grace_seconds": GRACE}
        self.amendments = 0
        self.activated = 0
        self.closed: Json = None
        self.bodies: dict[str, Callable[[Json], Json]] = {
            "sealed": self.sealed,
            "opened": self.opened,
            "reissued": self.reissued,
            "hours-changed": self.hours_changed,
            "booth-replaced": self.amended,
            "closed": self.closed_now,
            "closing-signed": self.closing_signed,
            "tallied": lambda _: {"result_event": self.forge.heads[-1]},
        }

    def tell(self, moment: str) -> None:
        """The entries of this moment, one after the other."""
        story = self.forge.world.story
        # Copied: a touch may change what it is given, and the world is for all.
        due = [(kind, deepcopy(body)) for when, kind, body in story if when == moment]
        for kind, body in self.forge.touched(f"tell {moment}", due):
            self.write(kind, body)

    def write(self, kind: str, said: Json) -> None:
        """One entry: §19.1."""
        forge, index = self.forge, len(self.forge.lines)
        make = self.bodies.get(kind)
        body = forge.touched(f"body {index}", make(said) if make else dict(said))
        events = [member.content for member in forge.members if member.is_event]
        entry = {
            "evote_journal": 1,
            "uuid": forge.world.uuid,
            "index": index,
            "at": forge.touched(f"at {index}", self.time(kind)),
            "board": forge.touched(f"board {index}", position(events)),
            "kind": kind,
            "body": body,
        }
        if kind in SIGNED:
            entry["signatures"] = self.signatures(kind, body, index)
        forge.lines.append(forge.datum(f"entry {index}", entry))
        forge.publish()

    def time(self, kind: str) -> int:
        """A minute later, or when it is time to open or close."""
        start = {"opened": self.hours["opens_at"], "closed": self.hours["closes_at"]}.get(kind, 0)
        self.now = max(self.now + MINUTE, start // MINUTE * MINUTE)
        return self.now

    def signatures(self, kind: str, body: Json, index: int) -> Json:
        """§19.4."""
        forge = self.forge
        signers = list(range(1, forge.world.threshold + 1))
        found = []
        for i in forge.touched(f"signers {index}", signers):
            text = canonical(body).decode()
            parts = [forge.world.uuid, forge.fingerprint, kind, text, str(i)]
            parts = forge.touched(f"parts {index}.{i}", parts)
            secret = forge.world.trustees[i - 1].signing
            wire = signing_key(forge, i).wire if i else (GENERATOR**secret).wire
            signature = sign_labelled("evote/v2/journal", secret, wire, parts, forge.dice)
            found.append({"trustee": i, "signature": signature})
        return forge.touched(f"signatures {index}", found)

    # ------------------------------------------------------------ bodies: §19.2

    def sealed(self, _: Json) -> Json:
        return {"fingerprint": self.forge.fingerprint, "setup_event": self.forge.heads[0]}

    def opened(self, _: Json) -> Json:
        return {"setup_signatures": setup_signatures(self.forge)}

    def reissued(self, said: Json) -> Json:
        """The revoked credential by its voter's place, or as text."""
        self.activated += 1
        revoked = said["revoked"]
        if isinstance(revoked, int):
            world = self.forge.world
            revoked = (GENERATOR ** (*world.voters, *world.reserves)[revoked]).wire
        return {"revoked": revoked, "activated": self.activated}

    def amended(self, said: Json) -> Json:
        self.amendments += 1
        return {"amendment": self.amendments, **said}

    def hours_changed(self, said: Json) -> Json:
        self.hours = {name: said.get(name, value) for name, value in self.hours.items()}
        return self.amended({**self.hours, "reason": said["reason"]})

    def closed_now(self, _: Json) -> Json:
        b = len(self.forge.ballots)
        self.closed = {"ballots": b, "sign_ins": b, "tally_event": self.forge.heads[-1]}
        return dict(self.closed)

    def closing_signed(self, _: Json) -> Json:
        kinds = [b'"kind":"closed"' in line for line in self.forge.lines]
        last = len(kinds) - kinds[::-1].index(True) if any(kinds) else 0
        return {**(self.closed or {}), "journal": position(self.forge.lines[:last])}
