# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the journal tells, in a few lines for a person and as JSON: docs/protocol.md §19."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from audit.binding import decode_hours
from audit.case import Case
from audit.journal import AMENDMENTS, Entry, Journal
from audit.layout import enumerated, quoted
from audit.words import Text, count, shown

LONGEST = 500
_UNVERIFIED = Text("pas vérifié, à cause d'un défaut", "not verified, because of a fault")
_ELSEWHERE = Text(
    "dans le dossier complet, pas dans cette archive seule ; pas vérifié ici",
    "in the complete record, not in this archive alone; not verified here",
)
_NONE = Text("aucune", "none")
_NOT_YET = Text("pas encore", "not yet")
_COUNTED = (
    ("suspended", "suspension", "suspension"),
    ("incident", "incident", "incident"),
    ("contested", "vote contesté", "contested vote"),
    ("reissued", "code remplacé", "replaced code"),
)


def is_cancelled(case: Case) -> bool:
    """Whether the journal tells that the election was cancelled."""
    return case.story is not None and "cancelled" in case.story.last


def is_suspended(case: Case) -> bool:
    """Whether the journal tells that the vote stands still, and has not gone on since."""
    if case.story is None or "suspended" not in case.story.last:
        return False
    last = case.story.last
    return "resumed" not in last or last["resumed"].index < last["suspended"].index


def state(case: Case) -> str | None:
    """``set-up``, ``open``, ``suspended``, ``closed`` or ``tallied``; None without a set-up.

    Until the closing only the journal tells whether people vote: ballots are published later, and
    a vote that stands still keeps those it has. Without one that passed C27 it is what the board
    shows (§10.2): that no ballot is published, or that some are.
    """
    found = case.board.state
    if case.story is None or found not in ("set-up", "open"):
        return found
    if is_suspended(case):
        return "suspended"
    return "open" if "opened" in case.story.last else found


def journal_lines(case: Case) -> Iterator[tuple[Text, Text]]:
    """For an election with a journal: what it tells, what was amended, who signed the closing."""
    if case.binding is None or case.binding.server is None:
        return
    yield Text("Journal", "Journal"), _journal(case)
    if case.story is None:
        return
    if is_cancelled(case):
        yield Text("Annulation", "Cancellation"), _cancellation(case.story.last["cancelled"])
    amendments = [_amendment(entry) for entry in case.story.of_kind(*AMENDMENTS)]
    yield Text("Modifications", "Amendments"), enumerated(amendments) if amendments else _NONE
    signed = enumerated(case.closed_by) if case.closed_by else _NOT_YET
    yield Text("Signatures de clôture", "Closing signatures"), signed


def _journal(case: Case) -> Text:
    if not case.record.folder:
        return _ELSEWHERE
    if case.story is None:
        return _UNVERIFIED
    parts = [count(case.story.lines, "entrée", "entry")]
    if case.story.lines != 1:
        parts = [Text(parts[0].fr, f"{case.story.lines} entries")]
    for kind, fr, en in _COUNTED:
        found = len(case.story.of_kind(kind))
        if found:
            parts.append(count(found, fr, en))
    return Text(", ".join(part.fr for part in parts), ", ".join(part.en for part in parts))


def _cancellation(entry: Entry) -> Text:
    persons = [
        Text(text, text)
        for text in (
            f"{shown(p['name'], LONGEST)} ({shown(p['role'], LONGEST)})"
            for p in entry.body["persons"]
        )
    ]
    who, why = enumerated(persons), quoted(shown(entry.body["reason"], LONGEST))
    return Text(f"par {who.fr}, {why.fr}", f"by {who.en}, {why.en}")


def _amendment(entry: Entry) -> Text:
    """One amendment: what it changed, and why."""
    body, why = entry.body, quoted(shown(entry.body["reason"], LONGEST))
    if entry.kind == "hours-changed":
        hours = decode_hours(body)
        opens, closes = _time(hours.opens_at), _time(hours.closes_at)
        what = Text(f"horaires du {opens} au {closes}", f"hours from {opens} to {closes}")
    else:
        files = count(len(body["booth"]), "fichier", "file")
        what = Text(f"programme de vote remplacé ({files.fr})", f"booth replaced ({files.en})")
    return Text(f"{what.fr}, {why.fr}", f"{what.en}, {why.en}")


def _time(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"


def journal_object(case: Case) -> dict[str, Any] | None:
    """The member ``journal`` of the JSON; null unless C27 passed."""
    story = case.story
    if story is None:
        return None
    return {
        "entries": story.lines,
        "amendments": [_amendment_object(entry) for entry in story.of_kind(*AMENDMENTS)],
        "suspensions": _number(story, "suspended"),
        "incidents": _number(story, "incident"),
        "cancelled": is_cancelled(case),
    }


def _number(story: Journal, kind: str) -> int:
    return len(story.of_kind(kind))


def _amendment_object(entry: Entry) -> dict[str, Any]:
    """Number, kind and reason first, then what the amendment sets."""
    body = dict(entry.body)
    number, reason = body.pop("amendment"), body.pop("reason")
    return {"number": number, "kind": entry.kind, "reason": reason, **body}
