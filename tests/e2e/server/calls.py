# SPDX-License-Identifier: AGPL-3.0-or-later
"""System calls as ``strace -f -ttt -T -y`` wrote them, each with when it began and ended."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TRACED = "pwrite64,pwritev,write,writev,send,sendto,sendmsg,fsync,fdatasync"
OPTIONS = ("-f", "--seccomp-bpf", "-qq", "-ttt", "-T", "-y", "-s", "400", "-e", f"trace={TRACED}")
HEAD = re.compile(r"(\d+) +(\d+\.\d+) (.*)")
RESUMED = re.compile(r"<\.\.\. \w+ resumed>(.*)")
CALL = re.compile(r"(\w+)\(\d+<([^>]*)>?(.*)\) += (-?\d+)[^<]*<(\d+\.\d+)>")


@dataclass(frozen=True)
class Call:
    """A call on a file or socket: when it began and ended, in seconds, and what it was given."""

    began: float
    ended: float
    name: str
    path: str
    given: str
    result: int


def strace(output: Path) -> tuple[str, ...]:
    return ("strace", *OPTIONS, "-o", str(output))


def read_calls(output: Path) -> list[Call]:
    """Every call that ended well, in the order of their beginnings."""
    begun: dict[str, tuple[float, str]] = {}
    calls = []
    for line in output.read_text(errors="replace").splitlines():
        if (head := HEAD.fullmatch(line)) is None:
            continue
        thread, time, text = head[1], float(head[2]), head[3]
        if text.endswith("<unfinished ...>"):
            begun[thread] = (time, text.removesuffix("<unfinished ...>").rstrip())
            continue
        if (resumed := RESUMED.fullmatch(text)) is not None and thread in begun:
            time, first = begun.pop(thread)
            text = first + resumed[1]
        if (call := CALL.fullmatch(text)) is not None and int(call[4]) >= 0:
            ended = time + float(call[5])
            calls.append(Call(time, ended, call[1], call[2], call[3], int(call[4])))
    return sorted(calls, key=lambda each: each.began)


def unsynced(calls: Iterable[Call], log: str, told: Iterable[Call]) -> tuple[int, int]:
    """How many were told, and how many of them before what the log had been given was synced.

    One request at a time was made, so between two of ``told`` stands what belongs to the second:
    at least one writing of the log, and a sync that began after the last one ended.
    """
    of_log = [call for call in calls if log in call.path]
    count = faults = 0
    before = 0.0
    for answer in told:
        mine = [call for call in of_log if before < call.began < answer.began]
        written = [call.ended for call in mine if "write" in call.name]
        synced = [call.began for call in mine if "sync" in call.name and call.ended <= answer.began]
        count += 1
        faults += not (written and synced and max(synced) >= max(written))
        before = answer.began
    return count, faults
