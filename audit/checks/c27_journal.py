# SPDX-License-Identifier: AGPL-3.0-or-later
"""C27: every journal entry is well formed and names the board as it was. §19.1, §19.2, §11.7."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from audit.archive import MAX_FAULTS
from audit.board import Milestones
from audit.case import Case
from audit.election import Election
from audit.journal import Entry, Journal, place
from audit.outcome import Finding, judged
from audit.record import JOURNAL
from audit.tree import earlier_roots
from audit.words import Text

_MISSING = Text(f"« {JOURNAL} » manque (§17.1)", f"“{JOURNAL}” is missing (§17.1)")
_STRAY = Text(
    "un journal à côté d'une élection qui n'en a pas (§17.1)",
    "a journal beside an election that has none (§17.1)",
)
_AFTER_BALLOTS = 2  # EndBallots and EncryptedTally, which come with the closing (§19.2)


def check(case: Case) -> Finding:
    """Compare each entry with the board's first so many events."""
    if case.binding and case.binding.server is None and case.journal is not None:
        return judged(case.journal.lines, [_STRAY])
    waiting = case.without_journal
    if waiting:
        return waiting
    if case.journal is None:
        return judged(0, [_MISSING])
    faults = list(case.journal.faults)
    if not faults and case.election:
        faults += islice(_faults(case, case.election, case.journal), MAX_FAULTS)
    if not faults:
        case.story = case.journal
    return judged(case.journal.lines, faults)


def _faults(case: Case, election: Election, journal: Journal) -> Iterator[Text]:
    roots = earlier_roots(case.board.leaves, (entry.size for entry in journal.entries))
    before: Entry | None = None
    walk = Walk(case.board, election)
    for number, entry in enumerate(journal.entries):
        for text in (
            *_of_sequence(entry, number, before, election.uuid),
            *_of_board(entry, before, roots),
            *walk.next(entry),
        ):
            yield text.at(place(number))
        before = entry
    yield from _of_result(case, journal)


def _of_sequence(entry: Entry, number: int, before: Entry | None, uuid: str) -> Iterator[Text]:
    """This election, the next number, a time that does not fall (§19.1)."""
    if entry.uuid != uuid:
        yield Text("d'une autre élection (§19.1)", "of another election (§19.1)")
    if entry.index != number:
        yield Text(
            f"porte le numéro {entry.index} (§19.1)", f"has the number {entry.index} (§19.1)"
        )
    if before and entry.at < before.at:
        yield Text("avant celle qui la précède (§19.1)", "earlier than the one before (§19.1)")


def _of_board(entry: Entry, before: Entry | None, roots: dict[int, bytes]) -> Iterator[Text]:
    """A size that does not fall, and the root of so many first events (§19.2)."""
    if before and entry.size < before.size:
        yield Text("l'urne y diminue (§19.2)", "the board shrinks (§19.2)")
    root = roots.get(entry.size)
    if root is None:
        yield Text("l'urne n'a pas tant d'événements (§19.2)", "the board has fewer events (§19.2)")
    elif root.hex() != entry.root:
        yield Text("l'urne était autre (§19.2)", "the board was another (§19.2)")


class Walk:
    """What each kind says of the board (§19.2), and how many events there were at some before."""

    def __init__(self, board: Milestones, election: Election) -> None:
        self.board = board
        self.election = election
        self.held: int | None = None  # events at the suspension that lasts
        self.sizes: dict[str, int] = {}  # by kind, at the last entry of it
        self.rules: dict[str, Callable[[Entry], bool]] = {
            "sealed": self._sealed,
            "opened": lambda entry: entry.size == 1,
            "hours-changed": self._before_end,
            "booth-replaced": self._before_end,
            "closed": self._closed,
            "closing-signed": lambda entry: entry.size == self.sizes.get("closed", entry.size),
            "tallied": self._tallied,
            "archived": lambda entry: entry.size == self.sizes.get("tallied", entry.size),
            "cancelled": self._before_result,
        }

    def next(self, entry: Entry) -> Iterator[Text]:
        """The faults of the next entry."""
        rule = self.rules.get(entry.kind)
        if rule and not rule(entry):
            yield Text(
                f"« {entry.kind} » ne va pas avec l'urne (§19.2)",
                f"“{entry.kind}” does not fit the board (§19.2)",
            )
        kept = entry.size - (_AFTER_BALLOTS if entry.kind == "closed" else 0)
        if self.held is not None and kept != self.held:
            yield Text(
                "l'urne a changé pendant une suspension (§19.2)",
                "the board changed during a suspension (§19.2)",
            )
        if entry.kind == "suspended":
            self.held = entry.size
        elif entry.kind in ("resumed", "closed", "cancelled"):
            self.held = None
        self.sizes[entry.kind] = entry.size

    def _sealed(self, entry: Entry) -> bool:
        setup = self.board.setup
        stated = (entry.body["fingerprint"], entry.body["setup_event"])
        known = (self.election.fingerprint, setup.event_hash if setup else None)
        return entry.size == 1 and stated == known

    def _before_end(self, entry: Entry) -> bool:
        return self.board.end is None or self.board.end.position >= entry.size

    def _before_result(self, entry: Entry) -> bool:
        return self.board.result is None or self.board.result.position >= entry.size

    def _closed(self, entry: Entry) -> bool:
        """B + 3 events, the last the EncryptedTally named."""
        tally = self.board.tally
        if tally is None or entry.size != entry.body["ballots"] + 1 + _AFTER_BALLOTS:
            return False
        return (tally.position, tally.event_hash) == (entry.size - 1, entry.body["tally_event"])

    def _tallied(self, entry: Entry) -> bool:
        """All events, the last the Result named."""
        result = self.board.result
        if result is None or entry.size != self.board.events:
            return False
        return (result.position, result.event_hash) == (entry.size - 1, entry.body["result_event"])


def _of_result(case: Case, journal: Journal) -> Iterator[Text]:
    """The result names the journal as it was just before ``tallied`` (§11.7)."""
    tallied = journal.of_kind("tallied")
    if not tallied or case.result_journal is None:
        return
    number = journal.entries.index(tallied[0])
    if case.result_journal != (number, journal.root(number)):
        yield Text(
            "le résultat nomme un autre journal (§11.7)", "the result names another journal (§11.7)"
        )
