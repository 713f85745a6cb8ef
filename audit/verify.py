# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verify an archive: one pass, then each check of the catalogue in turn. docs/protocol.md §16."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from audit.arithmetic import self_test
from audit.board import read_board
from audit.case import Case
from audit.catalogue import CATALOGUE, Entry
from audit.counting import take_census
from audit.earlier import Earlier
from audit.journal import decode_journal
from audit.outcome import Finding, Outcome, judged
from audit.profile import has_bindings
from audit.record import Record
from audit.words import Malformed
from audit.workers import Job, Pool

SMALL_FILE = 200_000  # bytes; below, starting a process takes longer than the work
FIRST_OF_BALLOTS = "C13"
OF_EARLIER = "C26"


def silent(_done: int, _total: int) -> None:
    """No progress bar."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to verify; nothing here changes what is checked, but for asking more.

    Args:
        require_preau: whether an election without bindings is refused.
        jobs: how many processes; 0 for as many as there are processors.
        progress: called with what is done and what is to be done.
        clock: of this machine, in seconds since 1970 UTC; None where it is not to be asked.
    """

    require_preau: bool = False
    jobs: int = 0
    progress: Callable[[int, int], None] = silent
    clock: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """All findings, in the order of the catalogue, and the case for what a report shows."""

    case: Case
    findings: tuple[tuple[Entry, Finding], ...]

    @property
    def valid(self) -> bool:
        """Whether every applicable check passed: nothing failed, nothing was out of reach.

        An earlier copy that says nothing of this record takes nothing from it (§17.3).
        """
        good = (Outcome.PASSED, Outcome.NOT_APPLICABLE)
        return all(
            finding.outcome in good or (entry.id == OF_EARLIER and self.case.incomparable)
            for entry, finding in self.findings
        )

    @property
    def word(self) -> str:
        """``valid``, ``invalid`` or ``unreadable``: the exit statuses 0, 1 and 2 of §17.2."""
        if not self.valid:
            return "invalid"
        return "unreadable" if self.case.incomparable else "valid"


def verify(record: Record, since: Earlier | None, options: Options) -> Verdict:
    """The verdict on a record.

    Raises:
        Unreadable: no archive. Unsupported: a group, version or question that is not known.
    """
    self_test()
    with record.archive.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        with Pool(options.jobs or _processors() if size > SMALL_FILE else 1) as pool:
            return _verify(file, record, since, options, pool)


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _verify(
    file: BinaryIO,
    record: Record,
    since: Earlier | None,
    options: Options,
    pool: Pool,
) -> Verdict:
    board = read_board(file)
    beside = record.signatures is not None or record.journal is not None
    ours = beside or has_bindings(file, board)
    case = Case(
        file,
        record,
        board,
        strict=ours,
        demanded=options.require_preau and not ours,
        pool=pool,
        progress=options.progress,
        journal=None if record.journal is None else decode_journal(record.journal),
        since=since,
        clock=options.clock,
    )
    findings = []
    for entry in CATALOGUE:
        if entry.id == FIRST_OF_BALLOTS and case.election is not None and case.census is None:
            # C09 had no list of credentials to go through the ballots with.
            job = Job(record.archive, case.election)
            case.census = take_census(board.ballots, None, job, pool, case.progress)
        findings.append((entry, entry.check(case)))
    return Verdict(case, tuple(findings))


def refused(refusal: Malformed) -> tuple[tuple[Entry, Finding], ...]:
    """The findings on a record whose wrapping is wrong: C01 says so, nothing else is reached."""
    first, *others = CATALOGUE
    return (
        (first, judged(0, [refusal.text])),
        *((entry, Finding(Outcome.NOT_REACHED)) for entry in others),
    )
