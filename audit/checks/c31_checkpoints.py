# SPDX-License-Identifier: AGPL-3.0-or-later
"""C31: the checkpoints are signed by the sealed keys and cover this board and journal. §18."""

from __future__ import annotations

from audit.case import Case
from audit.covering import covering
from audit.outcome import NOT_REACHED, Finding, judged
from audit.record import BOARD_CHECKPOINT, JOURNAL_CHECKPOINT
from audit.tree import earlier_roots
from audit.words import Malformed, Text

_STRAY = Text(
    "un point de contrôle à côté d'une élection qui n'en a pas (§17.1)",
    "a checkpoint beside an election that has none (§17.1)",
)


def check(case: Case) -> Finding:
    """One checkpoint for each log, of its whole and with its stamp (§18.4)."""
    record = case.record
    given = [record.board_checkpoint, record.journal_checkpoint]
    if case.binding and case.binding.server is None and given != [None, None]:
        return judged(2 - given.count(None), [_STRAY])
    waiting = case.without_journal
    if waiting:
        return waiting
    server = case.binding.server if case.binding else None
    if server is None or case.story is None or case.board.chain.faults:
        return NOT_REACHED
    board, story = case.board, case.story
    board_root = earlier_roots(board.leaves, [board.events])[board.events]
    journal_root = bytes.fromhex(story.root(story.lines))
    logs = (
        (BOARD_CHECKPOINT, record.board_checkpoint, server.board_key, board.events, board_root),
        (
            JOURNAL_CHECKPOINT,
            record.journal_checkpoint,
            server.journal_key,
            story.lines,
            journal_root,
        ),
    )
    found, stamps, faults = {}, {}, []
    for name, data, key, size, root in logs:
        try:
            found[name], stamps[name] = covering(data, key, size, root)
        except Malformed as refusal:
            faults.append(refusal.text.at(Text(name, name)))
    if not faults:
        case.checkpoints, case.stamps = found, stamps
    return judged(len(logs), faults)
