# SPDX-License-Identifier: AGPL-3.0-or-later
"""C29: what the committee answers for in the journal is signed by enough of them. §19.4."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from audit.archive import MAX_FAULTS
from audit.case import Case
from audit.checks.c12_setup_signatures import split_names
from audit.election import Election
from audit.hashing import JOURNAL_LABEL
from audit.journal import SIGNED, Entry, place
from audit.outcome import NOT_REACHED, Finding, judged
from audit.signatures import false_signatures, is_false, too_few
from audit.strict_json import encode
from audit.trustees import Pedersen
from audit.words import Text

_REPEATED = ("ballots", "sign_ins", "tally_event")


def check(case: Case) -> Finding:
    """Verify every signature of the amendments and of the closing."""
    waiting = case.without_journal
    if waiting:
        return waiting
    item = case.trustees.items[0] if case.trustees else None
    if case.story is None or case.election is None or not isinstance(item, Pedersen):
        return NOT_REACHED
    faults: list[Text] = []
    entries = case.story.of_kind(*SIGNED)
    for entry in entries:
        where = place(entry.index)
        signers, wrong = answered_for(case.election, item, entry)
        faults += [fault.at(where) for fault in wrong]
        if entry.kind == "closing-signed":
            closed = case.story.last.get("closed")
            faults += [fault.at(where) for fault in other_closing(closed, case.story.root, entry)]
            case.closed_by = split_names(case, signers, len(item.members))[0]
    return judged(len(entries), faults[:MAX_FAULTS])


def answered_for(election: Election, item: Pedersen, entry: Entry) -> tuple[set[int], list[Text]]:
    """Who signed an entry, and what is wrong with its signatures (§19.4)."""
    wrong = set(_false(election, item, entry))
    signers = {number for number, _ in entry.signatures} - wrong
    faults = [is_false(number, "19.4") for number in sorted(wrong)]
    if len(signers) < item.threshold:
        faults.append(too_few(len(signers), item.threshold, "19.4"))
    return signers, faults


def _false(election: Election, item: Pedersen, entry: Entry) -> Iterator[int]:
    """U, φ, K, canonical JSON of the body, i (§19.4)."""
    body = encode(entry.body).decode("utf-8")
    head = (election.uuid, election.fingerprint, entry.kind, body)
    return false_signatures(
        item, JOURNAL_LABEL, lambda number: (*head, str(number)), entry.signatures
    )


def other_closing(closed: Entry | None, root: Callable[[int], str], entry: Entry) -> Iterator[Text]:
    """It repeats ``closed``, and names the journal up to and with it (§19.4)."""
    if closed is None:
        return
    if any(entry.body[name] != closed.body[name] for name in _REPEATED):
        yield Text("une autre clôture a été signée (§19.4)", "another closing was signed (§19.4)")
    size = closed.index + 1
    if entry.body["journal"] != {"size": size, "root": root(size)}:
        yield Text("un autre journal a été signé (§19.4)", "another journal was signed (§19.4)")
