# SPDX-License-Identifier: AGPL-3.0-or-later
"""C12: enough trustees signed the set-up before opening. §7.13, §11.2, §17.1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from audit.binding import require_version
from audit.case import Case
from audit.hashing import SETUP_LABEL
from audit.outcome import NOT_APPLICABLE, NOT_REACHED, Finding, judged
from audit.partials import decode_sized
from audit.plain_text import LONGEST
from audit.proofs import decode_proof, holds_labelled
from audit.record import SIGNATURES
from audit.strict_json import decode_datum, read_integer, read_list, read_object
from audit.trustees import Pedersen
from audit.words import Malformed, Text, Unsupported, count, shown


@dataclass(slots=True)
class Gathered:
    """Who signed, by one source: the record's file or the board."""

    where: Text
    signers: set[int]
    faults: list[Text]


def check(case: Case) -> Finding:
    """Verify every signature, in the file and on the board; name who did not sign."""
    if not case.strict:
        return case.not_ours
    item = case.trustees.items[0] if case.trustees else None
    if case.election is None or not isinstance(item, Pedersen) or case.board.setup is None:
        return NOT_REACHED
    sources = [source for source in (_file(case, item), _board(case, item)) if source]
    opened = bool(len(case.board.ballots)) and case.record.folder
    if not sources and case.board.tally:
        return NOT_REACHED
    if not sources:
        missing = Text(f"« {SIGNATURES} » manque (§17.1)", f"“{SIGNATURES}” is missing (§17.1)")
        return judged(0, [missing]) if opened else NOT_APPLICABLE
    faults = [fault.at(source.where) for source in sources for fault in source.faults]
    started = case.board.stage > 1
    faults += [
        _too_few(len(source.signers), item.threshold).at(source.where)
        for source in sources
        if started and len(source.signers) < item.threshold and not source.faults
    ]
    signers = set.union(*(source.signers for source in sources))
    _name_both(case, signers, len(item.members))
    if not (faults or started) and len(signers) < item.threshold:
        return NOT_APPLICABLE
    return judged(sum(len(source.signers) for source in sources), faults)


def _too_few(found: int, threshold: int) -> Text:
    signatures = count(found, "signature", "signature")
    return Text(
        f"{signatures.fr}, il en faut {threshold} (§7.13)",
        f"{signatures.en}, {threshold} needed (§7.13)",
    )


def _name_both(case: Case, signers: set[int], n: int) -> None:
    """For the report: a signature may be missing without a fault, and people should know whose."""
    named = case.binding.ceremony.members if case.binding else ()
    for index in range(1, n + 1):
        who = Text(f"membre du bureau n° {index}", f"trustee {index}")
        if len(named) == n:
            name, role = (shown(text, LONGEST) for text in named[index - 1])
            who = Text(f"{name} ({role})", f"{name} ({role})")
        (case.signed if index in signers else case.unsigned).append(who)


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


def _verify(case: Case, item: Pedersen, value: Any, gathered: Gathered) -> None:  # noqa: ANN401
    """Each signature, in increasing order of trustees (§7.13, §11.2)."""
    rows = [
        read_object(row, "trustee signature", strict=True) for row in read_list(value, "signatures")
    ]
    numbers: Sequence[int] = [
        read_integer(row["trustee"], "trustee", 1, len(item.members)) for row in rows
    ]
    if any(a >= b for a, b in pairwise(numbers)):
        raise Malformed("signatures pas dans l'ordre (§11.2)", "signatures out of order (§11.2)")
    for number, row in zip(numbers, rows, strict=True):
        proof = decode_proof(row["signature"])
        if holds_labelled(
            item.members[number - 1].verification, SETUP_LABEL, setup_parts(case, number), proof
        ):
            gathered.signers.add(number)
        else:
            text = Text(
                f"la signature du membre du bureau n° {number} est fausse (§7.13)",
                f"the signature of trustee {number} fails (§7.13)",
            )
            gathered.faults.append(text)


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
