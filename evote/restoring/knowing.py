# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who knows how far an election was published after the backup: docs/adr/0016.

What is older than the backup, or as old as it, knows nothing of that, however well it is signed.
A head file may be a copy of any time. One that was made before the backup has not its mark; one
that was made after it cannot be told from the last one, so a person is asked when it was written.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from evote.heads import HeadFile, HeadLine
from evote.restoring.evidence import Seen, SeenLog
from protocol.server_binding import BOARD, JOURNAL, ServerBinding


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of the time since the backup, of one election.

    Attributes:
        by_notes: whether a note was signed after the backup.
        by_heads: whether the lines of the head file may be the lost server's last ones, or say by
            their absence that nothing of it was published.
        heads_are_old: whether the head file, if there is one, was written before the backup.
        old: where those notes were found that say no more than the backup.
    """

    by_notes: bool
    by_heads: bool
    heads_are_old: bool
    old: tuple[str, ...]


def weigh(server: ServerBinding, own: Seen, notes: Seen, heads: HeadFile, backup: str) -> Knowledge:
    """Hold what others say against what the backup of this number says was published before it."""
    pairs = [(own.log(log), note) for log in (BOARD, JOURNAL) for note in notes.log(log)]
    newer = [note for before, note in pairs if _is_newer(before, note)]
    lines = [
        (own.log(log), heads.lines.get(key.name))
        for log, key in ((BOARD, server.board_key), (JOURNAL, server.journal_key))
    ]
    follows = backup in heads.marks and all(_reaches(before, line) for before, line in lines)
    return Knowledge(
        by_notes=bool(newer),
        by_heads=follows and not any(line and line.told for _, line in lines),
        heads_are_old=bool(heads.lines or heads.marks) and not follows,
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
