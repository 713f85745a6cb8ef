# SPDX-License-Identifier: AGPL-3.0-or-later
"""C32: the witnesses that the election names co-signed its checkpoints. §18.4, §18.6."""

from __future__ import annotations

from audit.case import Case
from audit.cosignatures import cosigned_at
from audit.notes import Checkpoint
from audit.outcome import NOT_APPLICABLE, NOT_REACHED, Finding, judged
from audit.server import Server
from audit.words import Malformed, Text, shown


def check(case: Case) -> Finding:
    """Each line of a witness holds and, once there is a result, enough of them are there.

    It examines the co-signatures: how many there are is told, for which log it is not.
    """
    waiting = case.without_journal
    if waiting:
        return waiting
    server = case.binding.server if case.binding else None
    if server is None or not server.witnesses:
        return NOT_APPLICABLE
    if case.checkpoints is None:
        return NOT_REACHED
    faults: list[Text] = []
    missing: list[Text] = []
    for name, checkpoint in case.checkpoints.items():
        case.cosigned[name] = _cosigned(checkpoint, server, Text(name, name), faults)
        found = len(case.cosigned[name])
        if case.board.result is not None and found < server.quorum:
            missing.append(_too_few(found, server.quorum).at(Text(name, name)))
    case.waits_for_witnesses = bool(missing) and not faults
    return judged(sum(len(times) for times in case.cosigned.values()), faults + missing)


def _cosigned(
    checkpoint: Checkpoint, server: Server, place: Text, faults: list[Text]
) -> dict[str, int]:
    """When each witness signed, by name, for those whose one line holds."""
    times = {}
    for key in server.witnesses:
        try:
            time = cosigned_at(checkpoint, key)
        except Malformed as refusal:
            name = shown(key.name)
            who = Text(f"{place.fr}, témoin {name}", f"{place.en}, witness {name}")
            faults.append(refusal.text.at(who))
            continue
        if time is not None:
            times[key.name] = time
    return times


def _too_few(found: int, quorum: int) -> Text:
    return Text(
        f"cosigné par {found} des témoins nommés, il en faut {quorum} (§18.4)",
        f"co-signed by {found} of the witnesses named, {quorum} needed (§18.4)",
    )
