# SPDX-License-Identifier: AGPL-3.0-or-later
"""Alarms: one plain sentence each, said once, with evidence of §21 where there is a kind for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from audit.evidence import write_evidence
from audit.evidence_kinds import KINDS
from audit.watching.read_notes import own_lines
from audit.watching.store import Store
from audit.words import Malformed, Text, Unreadable, Unsupported

_CHECKPOINTS = {"first", "second", "before", "checkpoint"}
MOST_OF_A_KIND = 50  # what goes on for ever fills no disk
MOST_BYTES = 2**26  # of evidence of one kind that convicts: thousands of files
_SIZES = {"fork": (0, 1, 2, 4), "rollback": (0, 1, 2, 3)}  # words of a key: kind, log, sizes


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm, as it is said and kept.

    Args:
        kind: of §21, or of what §21 has no kind for.
        sentence: what is wrong.
        evidence: the name of the file in ``evidence/``; None without one.
    """

    kind: str
    sentence: Text
    evidence: str | None


class Alarms:
    """What was said already, also before this program was started.

    Args:
        store: where they are kept.
        election: the exact bytes of the election object.
        observer: whose word an observation rests on.
        now: what time it is.
        tell: what to do with a new one.
    """

    def __init__(
        self,
        store: Store,
        election: Callable[[], bytes],
        observer: str,
        now: Callable[[], int],
        tell: Callable[[Alarm], None],
    ) -> None:
        self._store = store
        self._election = election
        self._observer = observer
        self._now = now
        self._tell = tell
        self._said: set[str] = set()
        self._of_kind: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()  # of evidence
        self._numbers = 0
        for line in store.lines:
            if "alarm" in line:
                size = store.evidence_size(line)
                self._remember(line["alarm"], line["key"], size)

    @property
    def count(self) -> int:
        """How many there were, from the first visit on."""
        return self._numbers

    def known(self, kind: str, key: str = "") -> bool:
        """Whether this was said, or so many of its kind that it is not said any more.

        What convicts is said of every promise and of each two sizes, whatever was said before it.
        """
        key = _key(kind, key)
        if key in self._said:
            return True
        if self._of_kind[kind] < MOST_OF_A_KIND:
            return False
        others = not convicts(kind) or _subject(kind, key) in self._said
        return others or self._bytes[kind] >= MOST_BYTES

    def any_of(self, kind: str, log: str) -> bool:
        """Whether one of this kind was said of this log."""
        return f"{kind} {log}" in self._said

    def forked(self, log: str, size: int, root: bytes) -> bool:
        """Whether this state of a log was said to exclude another."""
        return _state(log, str(size), root.hex()) in self._said

    def sound(
        self,
        kind: str,
        sentence: Text,
        key: str = "",
        members: Mapping[str, Any] | None = None,
    ) -> None:
        """Note it and say it, unless it was said; what it rests on is written after that.

        A stop in between loses the file and not the alarm, which is then said again when what it
        rests on is judged again.

        Args:
            kind: one of §21, if there are members.
            sentence: what is wrong.
            key: what makes it another alarm of the same kind.
            members: of the evidence; who observed, and when, are added where they belong.
        """
        if self.known(kind, key):
            return
        data = None if members is None else self._evidence(kind, dict(members))
        name = None if data is None else f"{self.count + 1:03}-{kind}.json"
        told = Alarm(kind, sentence, None)
        try:
            self._store.note(
                alarm=kind,
                key=_key(kind, key),
                at=self._now(),
                fr=sentence.fr,
                en=sentence.en,
                evidence=name,
            )
            self._remember(kind, _key(kind, key), len(data or b""))
            if name is not None and data is not None:
                self._store.write_evidence(name, data)
                told = Alarm(kind, sentence, name)
        finally:
            self._tell(told)

    def _remember(self, kind: str, key: str, size: int | None) -> None:
        """One more, with evidence of so many bytes; None where it was not written in time."""
        self._numbers += 1
        if size is not None:
            of_log = " ".join(key.split(" ")[:2])
            self._said |= {key, _subject(kind, key), of_log}
            if kind == "fork":
                log, *states = key.split(" ")[1:]
                self._said |= {_state(log, *states[at : at + 2]) for at in (0, 2)}
            self._of_kind[kind] += 1
            self._bytes[kind] += size

    def _evidence(self, kind: str, members: dict[str, Any]) -> bytes | None:
        """The file, if what was seen makes evidence that holds and is not too large."""
        for name in _CHECKPOINTS & members.keys():
            members[name] = own_lines(members[name])
        if "observer" in KINDS[kind].members.split():
            members |= {"observer": self._observer, "seen_at": self._now()}
        try:
            return write_evidence(self._election(), kind, members)
        except (Malformed, Unreadable, Unsupported):
            return None


def magnitude(number: int) -> str:
    """A part of a key: what goes on is said again each time that it has doubled, not each time."""
    return f"x{abs(number).bit_length()}"


def convicts(kind: str) -> bool:
    """Whether evidence of this kind proves the fault by itself (§21)."""
    return kind in KINDS and "observer" not in KINDS[kind].members.split()


def _state(log: str, size: str, root: str) -> str:
    return f"state {log} {size} {root}"


def _subject(kind: str, key: str) -> str:
    """What an alarm is about, as a text that is no alarm's key."""
    words = key.split(" ")
    places = _SIZES.get(kind, range(len(words)))
    return "about " + " ".join(words[place] for place in places if place < len(words))


def _key(kind: str, key: str) -> str:
    return f"{kind} {key}".strip()
