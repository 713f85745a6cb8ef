# SPDX-License-Identifier: AGPL-3.0-or-later
"""Answers that a careless watcher would stop at: of other versions, oversized, garbled. §18.8."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from random import Random

from tests.tamper.forge.texts import canonical
from tests.tamper.surgery import Archive
from tests.watching.attacks import ARCHIVE, JOURNAL, OBSERVED, SAID, UNLIKE, Attack, Make, ballots
from tests.watching.board import Logs, TestBoard, copied
from tests.watching.watched import Watched

OVER_EVIDENCE = 5 * 2**20


def given_at(path: str, change: Callable[[Logs], bytes], *, new: bool = False) -> Make:
    """What is served is not what was signed, and is in no form that there is."""

    def make(board: TestBoard, watched: Watched, random: Random) -> None:
        if new:
            board.cast("first of the new")
            board.logs.tell("incident", {"note": "Une file d'attente"})
            board.logs.tell("incident", {"note": "Une autre"})
        board.pass_time()
        body = change(copied(board.shown.logs))
        board.view = lambda _, asked, agent: body if asked == path else None

    return make


def of_another_group(logs: Logs) -> bytes:
    """A set-up of an election that no version of ours supports."""
    for old, new in [(b'"Ed25519"', b'"BELENIOS-2048"')]:
        member = next(m for m in logs.members if old in m.content)
        names = [(_hash(member.content), member)]
        member.content = member.content.replace(old, new)
        for before, changed in names:
            changed.name = f"{_hash(changed.content)}.data.json".encode()
            for other in logs.members:
                if before.encode() in other.content and other is not changed:
                    names.append((_hash(other.content), other)) if not other.is_event else None
                    other.content = other.content.replace(
                        before.encode(), _hash(changed.content).encode()
                    )
    logs.chained()
    return logs.archive()


def of_version_2(logs: Logs) -> bytes:
    return Archive(canonical({"version": 2, "timestamp": 1791600600}), logs.members).write()


def oversized(logs: Logs) -> bytes:
    """An event that fits in no file of evidence."""
    member = logs.members[ballots(logs)[-1]]
    member.content += b" " * OVER_EVIDENCE
    member.name = f"{_hash(member.content)}.event.json".encode()
    return logs.archive()


def empty_lines(logs: Logs) -> bytes:
    """A million lines, each of them malformed."""
    return b"".join(line + b"\n" for line in logs.lines[:-2]) + b"\n" * 2**20


def no_members(logs: Logs) -> bytes:
    return Logs(logs.members[:-2], []).archive() + b"\1" * 2**20


def _hash(data: bytes) -> str:
    return sha256(data).hexdigest()


READING: dict[str, Attack] = {
    "a set-up of another group": Attack(given_at(ARCHIVE, of_another_group), UNLIKE, OBSERVED),
    "an archive of version 2": Attack(given_at(ARCHIVE, of_version_2), UNLIKE, OBSERVED),
    "an oversized event": Attack(given_at(ARCHIVE, oversized), UNLIKE, SAID),
    "an oversized event, new": Attack(given_at(ARCHIVE, oversized, new=True), UNLIKE, SAID),
    "a million lines": Attack(given_at(JOURNAL, empty_lines, new=True), UNLIKE, OBSERVED),
    "no members": Attack(given_at(ARCHIVE, no_members, new=True), UNLIKE, OBSERVED),
}
