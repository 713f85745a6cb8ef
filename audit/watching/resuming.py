# SPDX-License-Identifier: AGPL-3.0-or-later
"""A watch that goes on: what its store has is looked through as it was when it came.

The diary may be large, so it is read line by line, and twice: what covers the record is known only
at its end.
"""

from __future__ import annotations

from audit.watching.followed import Log
from audit.watching.judging import Judge
from audit.watching.looking import Looker
from audit.watching.signed import Seen
from audit.watching.store import LOGS, Store, damaged


class Resumer:
    """Of one store.

    Args:
        store: what there is.
        logs: by name; they are filled.
        looker: who compares what was signed.
        judges: by log, who compares that with entries.
    """

    def __init__(
        self, store: Store, logs: dict[str, Log], looker: Looker, judges: dict[str, Judge]
    ) -> None:
        self._store = store
        self._logs = logs
        self._looker = looker
        self._judges = judges
        self._remembered = False

    def resume(self) -> dict[str, Seen]:
        """Go on from what is kept; the checkpoints that cover it, none if nothing is kept.

        Raises:
            Unusable: the store is damaged.
        """
        try:
            kept = self._kept()
            for log in self._logs.values():
                log.load()
            if not kept:
                return {}  # what was signed means nothing before it is known whose election it is
            pair = self.remember(kept)
        except (KeyError, ValueError, TypeError):
            raise damaged() from None
        for name, seen in pair.items():
            if self._logs[name].copy.root(seen.size) != seen.root:
                raise damaged()
        self._judge_stored()
        return pair

    def _kept(self) -> list[int]:
        """Which checkpoints cover what is kept, by their numbers."""
        numbers: list[int] = []
        ends: list[int] = []
        sums: list[int | None] = []
        for line in self._store.lines:
            if "kept" in line:
                numbers, ends = line["kept"], line["bytes"]
                sums = line.get("sums", [None for _ in LOGS])
        count = 0
        for line in self._store.lines if numbers else ():
            if "seen" in line:
                if count in numbers:
                    self._logs[line["seen"]].kept = line["size"]
                count += 1
        for name, size, told in zip(LOGS, ends, sums, strict=False):
            self._logs[name].kept_bytes, self._logs[name].kept_sum = size, told
        return numbers

    def remember(self, kept: list[int] | None = None) -> dict[str, Seen]:
        """All that was signed, once; of that, what covers what is kept."""
        pair: dict[str, Seen] = {}
        if self._remembered:
            return pair
        self._remembered = True
        number = 0
        for line in self._store.lines:
            if "seen" in line:
                seen = self._looker.remember(line, number)
                if number in (kept or ()):
                    pair[line["seen"]] = seen
                number += 1
            elif "cosigned" in line:
                self._looker.remember_lines(line)
        for name, log in self._logs.items():
            log.unjudged = [each for each in log.seen if each is not pair.get(name)]
            log.unjudged += [pair[name]] if name in pair else []
        return pair

    def _judge_stored(self) -> None:
        """What the store covers needs no server to be judged."""
        for name, log in self._logs.items():
            waiting, log.unjudged = log.unjudged, []
            others = []
            for seen in waiting:
                if seen.size > log.kept:
                    log.unjudged.append(seen)
                elif log.copy.root(seen.size) == seen.root:
                    log.accept(seen)
                else:
                    others.append(seen)
            for seen in others:  # now that the best one is known, they are forks of it
                self._judges[name].differs(seen)
                seen.judged = True
