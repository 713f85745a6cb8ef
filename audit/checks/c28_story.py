# SPDX-License-Identifier: AGPL-3.0-or-later
"""C28: the journal tells a permitted story, and the board has nothing beyond it. §19.3."""

from __future__ import annotations

from collections.abc import Iterator

from audit.archive import MAX_FAULTS
from audit.binding import Binding, Hours, decode_hours
from audit.board import Milestones
from audit.case import Case
from audit.journal import AMENDMENTS, MINUTE, Entry, place
from audit.outcome import NOT_REACHED, Finding, judged
from audit.words import Text

BEFORE = ("incident", "reissued", *AMENDMENTS)  # A of §19.3
DURING = (*BEFORE, "contested")  # B
AFTERWARDS = ("incident", "contested")  # F
_LEADS_TO = {
    "sealed": "sealed",
    "opened": "open",
    "suspended": "suspended",
    "resumed": "open",
    "closed": "closed",
    "closing-signed": "signed",
    "tallied": "tallied",
    "archived": "archived",
    "cancelled": "cancelled",
}
_PERMITTED = {
    "nothing": ("sealed",),
    "sealed": (*BEFORE, "opened", "cancelled"),
    "open": (*DURING, "suspended", "closed", "cancelled"),
    "suspended": (*DURING, "resumed", "closed", "cancelled"),
    "closed": (*AFTERWARDS, "closing-signed", "cancelled"),
    "signed": (*AFTERWARDS, "tallied", "cancelled"),
    "tallied": (*AFTERWARDS, "archived"),
    "archived": ("incident",),
    "cancelled": ("incident",),
}


def check(case: Case) -> Finding:
    """Follow the entries, then compare where they end with what the board has."""
    waiting = case.without_journal
    if waiting:
        return waiting
    if case.story is None or case.binding is None:
        return NOT_REACHED
    story = Story(case.binding, case.board)
    faults: list[Text] = []
    for number, entry in enumerate(case.story.entries):
        found = [fault.at(place(number)) for fault in story.next(entry)]
        faults += found if len(faults) < MAX_FAULTS else []
    faults += story.untold()
    return judged(case.story.lines, faults)


class Story:
    """Where the story stands after the entries read so far."""

    def __init__(self, binding: Binding, board: Milestones) -> None:
        self.board = board
        self.state = "nothing"
        self.told: dict[str, int] = {}  # the board's size at the last entry of each kind
        self.hours = binding.hours
        self.rehearsal = binding.rehearsal
        self.amendments = 0

    def next(self, entry: Entry) -> Iterator[Text]:
        """The faults of the next entry; then the story goes on as the entry says."""
        if entry.kind not in _PERMITTED[self.state]:
            yield Text(
                f"« {entry.kind} » n'a pas sa place ici (§19.3)",
                f"“{entry.kind}” is out of place (§19.3)",
            )
        yield from self._ahead(entry)
        yield from self._time(entry)
        if entry.kind in AMENDMENTS:
            yield from self._number(entry)
        if entry.kind == "hours-changed":
            yield from self._new_hours(decode_hours(entry.body))
        self.state = _LEADS_TO.get(entry.kind, self.state)
        self.told[entry.kind] = entry.size

    def _ahead(self, entry: Entry) -> Iterator[Text]:
        """No entry names a board with an end or a result of which nothing is told yet."""
        for kind, event in (("closed", self.board.end), ("tallied", self.board.result)):
            if event and entry.size > event.position and kind not in (entry.kind, *self.told):
                yield Text(
                    f"l'urne y va plus loin que le journal, sans « {kind} » (§19.3)",
                    f"the board there is beyond the journal, without “{kind}” (§19.3)",
                )

    def _time(self, entry: Entry) -> Iterator[Text]:
        """Against the closing time in force, by whole minutes."""
        early = entry.at < self.hours.closes_at // MINUTE * MINUTE
        if entry.kind == "closed" and early and not self.rehearsal:
            yield Text("le vote a été clos avant l'heure (§19.3)", "closed before the hour (§19.3)")
        if entry.kind in ("opened", *AMENDMENTS) and not early:
            yield Text("après l'heure de clôture (§19.3)", "after the closing time (§19.3)")

    def _number(self, entry: Entry) -> Iterator[Text]:
        self.amendments += 1
        if entry.body["amendment"] != self.amendments:
            yield Text(
                f"ce devrait être la modification {self.amendments} (§19.3)",
                f"should be amendment {self.amendments} (§19.3)",
            )

    def _new_hours(self, hours: Hours) -> Iterator[Text]:
        if hours.opens_at >= hours.closes_at:
            yield Text("l'ouverture n'est pas avant la clôture (§19.3)", "opens late (§19.3)")
        if "opened" in self.told and hours.opens_at != self.hours.opens_at:
            yield Text(
                "l'heure d'ouverture change après l'ouverture (§19.3)",
                "the opening time changes after the opening (§19.3)",
            )
        self.hours = hours

    def untold(self) -> Iterator[Text]:
        """What the board has and the journal does not tell (§19.3, §19.2)."""
        board = self.board
        if self.state == "nothing":
            yield Text("le journal est vide (§19.3)", "the journal is empty (§19.3)")
        for kind, there in (
            ("opened", board.events > 1),
            ("closed", board.stage > 2),
            ("tallied", board.result is not None),
        ):
            if there and kind not in self.told:
                yield Text(
                    f"l'urne va plus loin que le journal, sans « {kind} » (§19.3)",
                    f"the board has gone beyond the journal, without “{kind}” (§19.3)",
                )
        for kind, state in (("suspended", "suspended"), ("cancelled", "cancelled")):
            if self.state == state and board.events != self.told[kind]:
                yield Text(
                    f"l'urne a changé après « {kind} » (§19.3)",
                    f"the board changed after “{kind}” (§19.3)",
                )
