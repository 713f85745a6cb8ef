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

_CHECKPOINTS = {"first", "second", "checkpoint"}
MOST_OF_A_KIND = 50  # what goes on for ever fills no disk


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
        self._numbers = 0
        for line in store.lines:
            if "alarm" in line:
                self._remember(line["alarm"], line["key"], written=store.has_evidence(line))

    @property
    def count(self) -> int:
        """How many there were, from the first visit on."""
        return self._numbers

    def known(self, kind: str, key: str = "") -> bool:
        """Whether this was said."""
        return _key(kind, key) in self._said or self._of_kind[kind] >= MOST_OF_A_KIND

    def any_of(self, kind: str, log: str) -> bool:
        """Whether one of this kind was said of this log."""
        return any(key.split(" ")[:2] == [kind, log] for key in self._said)

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
            self._remember(kind, _key(kind, key), written=True)
            if name is not None and data is not None:
                self._store.write_evidence(name, data)
                told = Alarm(kind, sentence, name)
        finally:
            self._tell(told)

    def _remember(self, kind: str, key: str, *, written: bool) -> None:
        self._numbers += 1
        if written:
            self._said.add(key)
            self._of_kind[kind] += 1

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


def _key(kind: str, key: str) -> str:
    return f"{kind} {key}".strip()
