# SPDX-License-Identifier: AGPL-3.0-or-later
"""C26: nothing that an earlier state showed was changed or removed. §17.3."""

from __future__ import annotations

from collections.abc import Sequence

from audit.case import Case
from audit.cosignatures import stamped_at
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
from audit.earlier_copy import Log, OtherElection, read_copied, signed_log
from audit.notes import Checkpoint
from audit.outcome import NOT_APPLICABLE, NOT_REACHED, Finding, judged
from audit.record import CHECKPOINTS, Record
from audit.server import Server
from audit.shortened import Signed
from audit.tree import earlier_roots
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
    if isinstance(since, Damaged):
        return _set_aside(case, since.why.at(_DAMAGED))
    return _covered(case, since) if isinstance(since, Checkpoint) else _since(case, since)


def _set_aside(case: Case, why: Text) -> Finding:
    case.incomparable = why
    return Finding(NOT_REACHED.outcome, faults=(why,))


def _since(case: Case, copy: Record) -> Finding:
    """Each log of the copy by itself: a fault of one takes nothing from what the other shows."""
    election = case.setup_datum("election")
    if election is None or (case.strict and case.binding is None):
        return NOT_REACHED
    server = case.binding.server if case.binding else None
    examined, aside, found = 0, [], []
    for log in CHECKPOINTS:
        try:
            theirs = read_copied(copy, log, election.digest)
            signed = signed_log(theirs, server)
        except OtherElection:
            aside.append(_OTHER)
        except Malformed as refusal:
            aside.append(refusal.text.at(_DAMAGED))
        else:
            # A journal that nobody signed is of this election by the board beside it alone.
            if signed is not None or not aside:
                found.append(_compared(_log(case, log), theirs, signed, server))
                examined = examined or theirs.size
    if aside and all(each is None or each is GIVE_ALL for each in found):
        return _set_aside(case, _and_give_all(aside[0]) if any(found) else aside[0])
    return _told(case, examined, found)


def _and_give_all(why: Text) -> Text:
    """What is wrong with one log of the copy, and that the other had nothing to stand beside."""
    give = GIVE_ALL.text
    return Text(f"{why.fr} ; {give.fr}", f"{why.en}; {give.en}")


def _compared(
    ours: Log, theirs: Log, signed: Signed | None, server: Server | None
) -> Difference | None:
    """How this log differs; nobody is asked whether they swapped what the stamps put in order."""
    held = _held(ours, server)
    return signed_less(ours.name, held, signed) or difference(ours, theirs, held, signed)


def _told(case: Case, examined: int, found: Sequence[Difference | None]) -> Finding:
    """What convicts, if anything does, and then nothing else; otherwise each difference, once.

    An archive that is given without its journal is not wrong for that: the copy's has nothing to
    be compared with.
    """
    differences = [each for each in found if each is not None]
    if differences and all(each is GIVE_ALL for each in differences):
        return _set_aside(case, GIVE_ALL.text)
    convicting = [each for each in differences if each.convicts]
    if differences and not convicting:
        case.differing = differences[0].text
    return judged(examined, dict.fromkeys(each.text for each in convicting or differences))


def _covered(case: Case, checkpoint: Checkpoint) -> Finding:
    """The first so many events or entries have the root that was signed."""
    if case.strict and case.binding is None:
        return NOT_REACHED
    server = case.binding.server if case.binding else None
    log = None if server is None else _signer(server, checkpoint)
    if server is None or log is None:
        return _set_aside(case, _NOT_OURS)
    ours = _log(case, log)
    signed = Signed(checkpoint.size, stamped_at(checkpoint, server.log_key(log)))
    held = _held(ours, server)
    found = signed_less(log, held, signed) or _uncovered(ours, checkpoint)
    if found is REWRITTEN and held is None:
        found = TWO_COPIES  # nobody signed what was given as the record
    return _told(case, checkpoint.size, [found])


def _uncovered(ours: Log, checkpoint: Checkpoint) -> Difference | None:
    leaves = ours.leaves
    if leaves is None:
        return GIVE_ALL
    if checkpoint.size > ours.size:
        return LATER
    root = earlier_roots(leaves, [checkpoint.size])[checkpoint.size]
    return None if root == checkpoint.root else REWRITTEN


def _signer(server: Server, checkpoint: Checkpoint) -> str | None:
    """Which of the two logs signed it with its sealed key (§18.3); None if neither did."""
    for log in CHECKPOINTS:
        key = server.log_key(log)
        if checkpoint.origin == key.name and checkpoint.signed_by(key):
            return log
    return None


def _log(case: Case, log: str) -> Log:
    if log == "board":
        return Log(case.record, log, case.board.leaves)
    return Log(case.record, log, None if case.journal is None else case.journal.leaves)


def _held(ours: Log, server: Server | None) -> Signed | None:
    """What was signed of this record's log; what does not hold is C31's, and shows nothing here."""
    try:
        return signed_log(ours, server)
    except Malformed:
        return None
