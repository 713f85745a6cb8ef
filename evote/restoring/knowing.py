# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who knows how far an election was published after the backup: docs/adr/0016.

What is older than the backup, or as old as it, knows nothing of that, however well it is signed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evote.heads import HeadLine
from evote.restoring.evidence import Seen, SeenLog
from protocol.server_binding import BOARD, JOURNAL, ServerBinding


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of the time since the backup, of one election.

    Attributes:
        by_notes: whether a note was signed after the backup.
        by_heads: whether the lines of the head file may be the lost server's last ones.
        heads_are_old: whether they were written before the backup, so that the whole file was.
        old: where those notes were found that say no more than the backup.
    """

    by_notes: bool
    by_heads: bool
    heads_are_old: bool
    old: tuple[str, ...]


def weigh(
    server: ServerBinding, own: Seen, notes: Seen, lines: Mapping[str, HeadLine]
) -> Knowledge:
    """Hold what others say against what the backup says was published when it was made."""
    pairs = [(own.log(log), note) for log in (BOARD, JOURNAL) for note in notes.log(log)]
    newer = [note for before, note in pairs if _is_newer(before, note)]
    heads = [
        (own.log(log), lines.get(key.name))
        for log, key in ((BOARD, server.board_key), (JOURNAL, server.journal_key))
    ]
    return Knowledge(
        by_notes=bool(newer),
        by_heads=all(line and not line.told and _reaches(before, line) for before, line in heads),
        heads_are_old=bool(lines) and not all(_reaches(before, line) for before, line in heads),
        old=() if newer else tuple(dict.fromkeys(note.source for _, note in pairs)),
    )


def lost_heads_are_here(known: Iterable[Knowledge]) -> bool:
    """Tell whether the head file is that of the lost server, as it was at the end.

    Then an election that it does not name was never published.
    """
    every = list(known)
    return any(each.by_heads for each in every) and not any(each.heads_are_old for each in every)


def in_words(old: Iterable[str]) -> str:
    """Return in French, within brackets, what was brought that says nothing; or nothing."""
    parts = [f"« {each} » n'est pas plus récent que la sauvegarde" for each in old]
    return f" ({' ; '.join(parts)})" if parts else ""


def _is_newer(before: tuple[SeenLog, ...], note: SeenLog) -> bool:
    return all(
        note.position.size > each.position.size or (note.stamp or 0) > (each.stamp or 0)
        for each in before
    )


def _reaches(before: tuple[SeenLog, ...], line: HeadLine | None) -> bool:
    return all(
        line is not None
        and line.position.size >= each.position.size
        and line.stamp >= (each.stamp or 0)
        for each in before
    )
