# SPDX-License-Identifier: AGPL-3.0-or-later
"""C26: nothing that an earlier state showed was changed or removed. §17.3."""

from __future__ import annotations

from collections.abc import Sequence

from audit.case import Case
from audit.cosignatures import cosigned_at, stamp_key
from audit.differences import (
    GIVE_ALL,
    LATER,
    REWRITTEN,
    TWO_COPIES,
    Difference,
    difference,
    signed_less,
)
from audit.earlier import Damaged
from audit.earlier_copy import State, read_copy, signed_log
from audit.notes import Checkpoint, VerifierKey
from audit.outcome import NOT_APPLICABLE, NOT_REACHED, Finding, judged
from audit.record import CHECKPOINTS
from audit.server import Server
from audit.shortened import Signed
from audit.tree import HASH_BYTES, earlier_roots
from audit.words import Malformed, Text

_DAMAGED = Text(
    "la copie donnée à --since est abîmée ou n'en est pas une, et n'accuse personne",
    "the copy given to --since is damaged or is none, and accuses nobody",
)
_OTHER = Text(
    "la copie donnée à --since est d'une autre élection et ne dit rien de celle-ci ; si elle vient"
    " de la même adresse, comparez les empreintes",
    "the copy given to --since is of another election and says nothing of this one; if it comes"
    " from the same address, compare the fingerprints",
)
_NOT_OURS = Text(
    "le point de contrôle de --since n'est pas signé pour cette élection : il est abîmé ou d'une"
    " autre, et n'accuse personne",
    "the checkpoint of --since is not signed for this election: it is damaged or of another, and"
    " accuses nobody",
)


def check(case: Case) -> Finding:
    """The earlier archive and journal are the beginning of these; or a checkpoint covers it.

    What cannot be compared, damaged or of another election, is set aside: it accuses nobody.
    """
    since = case.since
    if since is None:
        return NOT_APPLICABLE
    try:
        if isinstance(since, Damaged):
            raise Malformed(*since.why)
        if isinstance(since, Checkpoint):
            return _covered(case, since)
        return _since(case, read_copy(since))
    except Malformed as refusal:
        return _set_aside(case, refusal.text.at(_DAMAGED))


def _set_aside(case: Case, why: Text) -> Finding:
    case.incomparable = why
    return Finding(NOT_REACHED.outcome, faults=(why,))


def _since(case: Case, copy: State) -> Finding:
    ours, theirs = case.setup_datum("election"), copy.board.setup_datum("election")
    if theirs is None:
        raise Malformed("pas d'élection (§10.2)", "no election (§10.2)")
    if ours is None or (case.strict and case.binding is None):
        return NOT_REACHED
    if ours.digest != theirs.digest:
        return _set_aside(case, _OTHER)
    server = case.binding.server if case.binding else None
    here = _state(case)
    found = [_compared(log, here, copy, server) for log in CHECKPOINTS]
    return _told(case, copy.board.events, found)


def _compared(log: str, ours: State, theirs: State, server: Server | None) -> Difference | None:
    """How this log differs; nobody is asked whether they swapped what the stamps put in order."""
    if server is None:
        return difference(log, ours, theirs, signed=False)
    signed = signed_log(theirs, log, server)
    held = _held(ours, log, server)
    less = signed_less(log, held, signed)
    return less or difference(log, ours, theirs, signed=None not in (held, signed))


def _told(case: Case, examined: int, found: Sequence[Difference | None]) -> Finding:
    """What convicts, if anything does, and then nothing else; otherwise each difference, once."""
    differences = [each for each in found if each is not None]
    convicting = [each for each in differences if each.convicts]
    if differences and not convicting:
        case.differing = differences[0].text
    return judged(examined, dict.fromkeys(each.text for each in convicting or differences))


def _covered(case: Case, checkpoint: Checkpoint) -> Finding:
    """The first so many events or entries have the root that was signed."""
    if case.strict and case.binding is None:
        return NOT_REACHED
    server = case.binding.server if case.binding else None
    log = None if server is None else _log(server, checkpoint)
    if server is None or log is None:
        return _set_aside(case, _NOT_OURS)
    here = _state(case)
    signed = Signed(checkpoint.size, _stamp(checkpoint, server.log_key(log)))
    held = _held(here, log, server)
    found = signed_less(log, held, signed) or _uncovered(here.leaves(log), checkpoint)
    if found is REWRITTEN and held is None:
        found = TWO_COPIES  # nobody signed what was given as the record
    return _told(case, checkpoint.size, [found])


def _uncovered(leaves: bytes | bytearray | None, checkpoint: Checkpoint) -> Difference | None:
    if leaves is None:
        return GIVE_ALL
    if checkpoint.size > len(leaves) // HASH_BYTES:
        return LATER
    root = earlier_roots(leaves, [checkpoint.size])[checkpoint.size]
    return None if root == checkpoint.root else REWRITTEN


def _log(server: Server, checkpoint: Checkpoint) -> str | None:
    """Which of the two logs signed it with its sealed key (§18.3); None if neither did."""
    for log in CHECKPOINTS:
        key = server.log_key(log)
        if checkpoint.origin == key.name and checkpoint.signed_by(key):
            return log
    return None


def _state(case: Case) -> State:
    return State(case.record, case.board, case.journal)


def _held(ours: State, log: str, server: Server) -> Signed | None:
    """What was signed of this record's log; what does not hold is C31's, and shows nothing here."""
    try:
        return signed_log(ours, log, server)
    except Malformed:
        return None


def _stamp(checkpoint: Checkpoint, key: VerifierKey) -> int | None:
    """When it was signed, if one true stamp says it; whoever kept it may have damaged that."""
    try:
        return cosigned_at(checkpoint, stamp_key(key))
    except Malformed:
        return None
