# SPDX-License-Identifier: AGPL-3.0-or-later
"""The chain of events and their order: what C03 and C04 judge. docs/protocol.md §10.1, §10.2.

One event after another, as they come. Where each one's data stand is the matter of ``board.py``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from audit.archive import MAX_FAULTS, Member
from audit.words import Text

MAX_EVENT = 4096
_KIND = re.compile("[A-Za-z]{1,40}", re.ASCII)
_HASH = re.compile("[0-9a-f]{64}")
_STAGES = {  # the stage after each type of event, and the stages at which it may come (§10.2)
    "Setup": (1, (0,)),
    "Ballot": (2, (1, 2)),
    "EndBallots": (3, (1, 2)),
    "EncryptedTally": (4, (3,)),
    "PartialDecryption": (5, (4, 5)),
    "Result": (6, (5,)),
}


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it was read, in whatever writing (§10.1)."""

    parent: str | None
    height: int
    kind: str
    payload: str | None

    def written(self) -> bytes:
        """The one permitted writing of this event."""
        parent = "" if self.parent is None else f'"parent":"{self.parent}",'
        payload = "" if self.payload is None else f',"payload":"{self.payload}"'
        text = f'{{{parent}"height":{self.height},"type":"{self.kind}"{payload}}}'
        return text.encode()


def read_event(content: bytes) -> Event | None:
    """What an event says, as far as it can be read; its writing is judged by the caller."""
    try:
        value = json.loads(content[:MAX_EVENT])
        parent, height = value.get("parent"), value["height"]
        kind, payload = value["type"], value.get("payload")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    texts = [text for text in (parent, payload) if text is not None]
    if not all(is_hash(text) for text in texts):
        return None
    if type(height) is not int or not 0 <= height < 2**53:
        return None
    if not isinstance(kind, str) or not _KIND.fullmatch(kind):
        return None
    return Event(parent, height, kind, payload)


@dataclass(slots=True)
class Chain:
    """What the next event must name, how far the events have come, and the faults so far."""

    faults: list[Text] = field(default_factory=list)
    order_faults: list[Text] = field(default_factory=list)
    stage: int = 0
    _previous: str | None = None
    _height: int = -1

    def follow(self, member: Member) -> Event | None:
        """The next event, judged against the one before it (§10.1); None if it says nothing."""
        read = read_event(member.content)
        if read is None:
            self._note("événement mal formé", "malformed event", self._height + 1)
            self._previous, self._height = member.datum.name, self._height + 1
            return None
        if read.written() != member.content:
            self._note("autre écriture que celle permise", "not the one writing", read.height)
        if read.parent != self._previous:
            self._note("ne nomme pas l'événement précédent", "names another parent", read.height)
        if read.height != self._height + 1:
            after = self._height + 1
            self._note(f"devrait être le {after}", f"should be {after}", read.height)
        if (read.payload is None) != (read.kind == "EndBallots"):
            self._note("donnée en trop ou manquante", "payload missing or unexpected", read.height)
        self._previous, self._height = member.datum.name, read.height
        return read

    def move(self, event: Event) -> bool:
        """Move to the event's stage; False for an event that has no place here (§10.2)."""
        kind, faults = event.kind, self.order_faults
        if kind not in _STAGES:
            fr, en = f"type « {kind} » interdit", f"forbidden type “{kind}”"
            note(faults, event.height, fr, en)
            return False
        stage, allowed = _STAGES[kind]
        if self.stage not in allowed:
            fr, en = f"« {kind} » n'a pas sa place ici", f"“{kind}” is out of place"
            note(faults, event.height, fr, en)
            if stage <= self.stage:
                return False
        self.stage = stage
        return True

    def _note(self, fr: str, en: str, height: int) -> None:
        note(self.faults, height, f"{fr} (§10.1)", f"{en} (§10.1)")


def is_hash(value: object) -> bool:
    """Whether this is the text of a SHA-256 (§2.3)."""
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


def note(faults: list[Text], height: int, fr: str, en: str) -> None:
    """Note what is wrong with an event, unless there are many such faults already."""
    if len(faults) < MAX_FAULTS:
        place = Text(f"événement {height}", f"event {height}")
        faults.append(Text(fr, en).at(place))
