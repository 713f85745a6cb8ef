# SPDX-License-Identifier: AGPL-3.0-or-later
"""Alarms: one plain sentence each, said once, with evidence of §21 where there is a kind for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from audit.evidence import write_evidence
from audit.evidence_kinds import KINDS
from audit.watching.store import Store
from audit.words import Malformed, Text

_BY_WORD = ("observer", "seen_at")


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
        self._said = {line["key"] for line in store.lines if "alarm" in line}

    @property
    def count(self) -> int:
        """How many there were, from the first visit on."""
        return len(self._said)

    def known(self, kind: str, key: str = "") -> bool:
        """Whether this was said."""
        return _key(kind, key) in self._said

    def sound(
        self,
        kind: str,
        sentence: Text,
        key: str = "",
        members: Mapping[str, Any] | None = None,
    ) -> None:
        """Say it, unless it was said; keep evidence first.

        Args:
            kind: one of §21, if there are members.
            sentence: what is wrong.
            key: what makes it another alarm of the same kind.
            members: of the evidence; who observed, and when, are added where they belong.
        """
        if self.known(kind, key):
            return
        name = None if members is None else self._evidence(kind, dict(members))
        alarm = Alarm(kind, sentence, name)
        self._store.note(
            alarm=kind,
            key=_key(kind, key),
            at=self._now(),
            fr=sentence.fr,
            en=sentence.en,
            evidence=name,
        )
        self._said.add(_key(kind, key))
        self._tell(alarm)

    def _evidence(self, kind: str, members: dict[str, Any]) -> str | None:
        """The file's name, if what was seen makes evidence that holds."""
        if "observer" in KINDS[kind].members.split():
            members |= {"observer": self._observer, "seen_at": self._now()}
        try:
            data = write_evidence(self._election(), kind, members)
        except Malformed:
            return None
        name = f"{self.count + 1:03}-{kind}.json"
        self._store.write_evidence(name, data)
        return name


def _key(kind: str, key: str) -> str:
    return f"{kind} {key}".strip()
