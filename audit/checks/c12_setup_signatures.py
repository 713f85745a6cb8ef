# SPDX-License-Identifier: AGPL-3.0-or-later
"""C12: enough trustees signed the set-up before opening. §7.13, §11.2, §17.1, §19.2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from audit.binding import require_version
from audit.case import Case
from audit.hashing import SETUP_LABEL
from audit.outcome import NOT_APPLICABLE, NOT_REACHED, Finding, judged
from audit.partials import decode_sized
from audit.plain_text import LONGEST
from audit.record import JOURNAL, SIGNATURES
from audit.signatures import false_signatures, is_false, read_signatures, too_few
from audit.strict_json import decode_datum, read_object
from audit.trustees import Pedersen
from audit.words import Malformed, Text, Unsupported, shown


@dataclass(slots=True)
class Gathered:
    """Who signed, by one source: the record's file, the journal or the board."""

    where: Text
    signers: set[int]
    faults: list[Text]
    due: bool = False  # enough are needed by now


def check(case: Case) -> Finding:
    """Verify every signature, wherever there are some; name who did not sign."""
    if not case.strict:
        return case.not_ours
    item = case.trustees.items[0] if case.trustees else None
    if case.election is None or not isinstance(item, Pedersen) or case.board.setup is None:
        return NOT_REACHED
    found = (_file(case, item), _journal(case, item), _board(case, item))
    sources = [source for source in found if source]
    if not sources:
        return _without(case)
    started = case.board.stage > 1
    faults = [fault.at(source.where) for source in sources for fault in source.faults]
    faults += [
        too_few(len(source.signers), item.threshold, "7.13").at(source.where)
        for source in sources
        if (started or source.due) and len(source.signers) < item.threshold and not source.faults
    ]
    signers = set.union(*(source.signers for source in sources))
    case.signed, case.unsigned = split_names(case, signers, len(item.members))
    if not (faults or started) and len(signers) < item.threshold:
        return NOT_APPLICABLE
    return judged(sum(len(source.signers) for source in sources), faults)


def _without(case: Case) -> Finding:
    """Nowhere are there signatures: a fault once a ballot is in a record (§17.1)."""
    if case.board.tally or (_kept(case) and case.journal and case.journal.faults):
        return NOT_REACHED
    if not (len(case.board.ballots) and case.record.folder):
        return NOT_APPLICABLE
    where = JOURNAL if case.binding and case.binding.server else SIGNATURES
    missing = Text("les signatures manquent (§17.1)", "the signatures are missing (§17.1)")
    return judged(0, [missing.at(Text(where, where))])


def split_names(case: Case, signers: set[int], n: int) -> tuple[list[Text], list[Text]]:
    """For the report: who signed and who did not; people should know whose is missing."""
    named = case.binding.ceremony.members if case.binding else ()
    signed: list[Text] = []
    unsigned: list[Text] = []
    for index in range(1, n + 1):
        who = Text(f"membre du bureau n° {index}", f"trustee {index}")
        if len(named) == n:
            name, role = (shown(text, LONGEST) for text in named[index - 1])
            who = Text(f"{name} ({role})", f"{name} ({role})")
        (signed if index in signers else unsigned).append(who)
    return signed, unsigned


def _file(case: Case, item: Pedersen) -> Gathered | None:
    """The record's file (§17.1)."""
    if case.record.signatures is None or case.election is None or case.board.setup is None:
        return None
    gathered = Gathered(Text(SIGNATURES, SIGNATURES), set(), [])
    try:
        value = decode_datum(case.record.signatures, canonical=True)
        fields = read_object(value, "version uuid setup_event signatures", strict=True)
        require_version(fields["version"], SIGNATURES)
        expected = (case.election.uuid, case.board.setup.event_hash)
        if (fields["uuid"], fields["setup_event"]) != expected:
            raise Malformed(
                "signatures d'ouverture d'une autre élection", "signatures of another set-up"
            )
        _verify(case, item, fields["signatures"], gathered)
    except (Malformed, Unsupported) as refusal:
        gathered.faults.append(refusal.text)
    return gathered


def _board(case: Case, item: Pedersen) -> Gathered | None:
    """The payload of the encrypted tally (§11.2); None before closing or where C18 speaks."""
    tally = case.board.tally
    if tally is None or tally.payload is None:
        return None
    gathered = Gathered(Text("urne", "board"), set(), [])
    try:
        evote = decode_sized(case.read(tally.payload), strict=True).evote
    except Malformed:
        return None
    try:
        if evote is None:
            raise Malformed("« evote » manque (§11.2)", "“evote” is missing (§11.2)")
        fields = read_object(evote, "version setup_signatures", strict=True)
        require_version(fields["version"], "EncryptedTally")
        _verify(case, item, fields["setup_signatures"], gathered)
    except (Malformed, Unsupported) as refusal:
        gathered.faults.append(refusal.text)
    return gathered


def _kept(case: Case) -> bool:
    """Whether a journal has a place beside this election (§17.1); C27 says so if not."""
    return case.journal is not None and (case.binding is None or case.binding.server is not None)


def _journal(case: Case, item: Pedersen) -> Gathered | None:
    """The entry ``opened`` of the journal, which needs enough of them (§19.2, §19.4)."""
    opened = case.journal.of_kind("opened") if _kept(case) and case.journal else []
    if not opened:
        return None
    gathered = Gathered(Text(JOURNAL, JOURNAL), set(), [], due=True)
    _verify(case, item, opened[0].body["setup_signatures"], gathered)
    return gathered


def _verify(case: Case, item: Pedersen, value: Any, gathered: Gathered) -> None:  # noqa: ANN401
    """Each signature, in increasing order of trustees (§7.13, §11.2)."""
    signatures = read_signatures(value)
    wrong = set(
        false_signatures(item, SETUP_LABEL, lambda number: setup_parts(case, number), signatures)
    )
    gathered.signers |= {number for number, _ in signatures} - wrong
    gathered.faults += [is_false(number, "7.13") for number in sorted(wrong)]


def setup_parts(case: Case, number: int) -> tuple[str, ...]:
    """uuid, φ, hash of the Setup event, i (§7.13)."""
    if case.election is None or case.board.setup is None:
        raise ValueError("set-up signatures need an election and a Setup event")
    return (
        case.election.uuid,
        case.election.fingerprint,
        case.board.setup.event_hash,
        str(number),
    )
