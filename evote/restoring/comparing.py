# SPDX-License-Identifier: AGPL-3.0-or-later
"""Is a log all that was published of it? It may be longer, never shorter, and never another one."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from evote.board.leaves import hasher_from
from evote.database.elections import HeldElection
from evote.errors import Refusal
from evote.publishing.following import log_sizes
from evote.restoring.evidence import Seen, SeenLog
from protocol.server_binding import BOARD, JOURNAL
from tally.french import count

WORDS = {BOARD: "l'urne", JOURNAL: "le journal"}


@dataclass(frozen=True, slots=True)
class Behind:
    """A log is shorter than it was published: how long it is, and the longest that was seen."""

    log: str
    here: int
    seen: SeenLog

    def __str__(self) -> str:
        """Return it in French, with the numbers."""
        what = "événement" if self.log == BOARD else "ligne"
        return (
            f"{WORDS[self.log]} a {count(self.here, what)}, et {self.seen.position.size} ont été "
            f"publiés (vu dans « {self.seen.source} »)"
        )


def compare(connection: Connection, held: HeldElection, seen: Seen) -> tuple[Behind, ...]:
    """Return the logs that are shorter than what was seen of them.

    Raises:
        Refusal: what is here is not what was seen, or two who saw it contradict each other.
    """
    sizes = log_sizes(connection, held)
    behind = []
    for log in (BOARD, JOURNAL):
        here = sizes[log].size
        longer = [each for each in seen.log(log) if each.position.size > here]
        for each in seen.log(log):
            if each not in longer:
                _require_same(connection, held, log, each)
        if longer:
            behind.append(Behind(log, here, _longest(log, longer)))
    return tuple(behind)


def longest(seen: Iterable[SeenLog]) -> SeenLog | None:
    """Return what was seen last of a log: the largest size, of those the latest stamp."""
    return max(seen, key=lambda each: (each.position.size, each.stamp or 0), default=None)


def latest(seen: Iterable[SeenLog]) -> SeenLog | None:
    """Return what was seen at the latest time, of whichever log."""
    return max(
        (each for each in seen if each.stamp), key=lambda each: each.stamp or 0, default=None
    )


def _require_same(connection: Connection, held: HeldElection, log: str, seen: SeenLog) -> None:
    size = seen.position.size
    if hasher_from(connection, held, log, None, size).position() != seen.position:
        raise Refusal(
            f"élection {held.uuid} : {WORDS[log]} de cette sauvegarde n'est pas celle qui a été "
            f"publiée (vu dans « {seen.source} », {size})",
            "ne la rétablissez pas : l'une des deux histoires est fausse ; gardez tout, et faites "
            "vérifier les deux par evote-audit",
        )


def _longest(log: str, seen: list[SeenLog]) -> SeenLog:
    roots: dict[int, str] = {}
    for each in seen:
        if roots.setdefault(each.position.size, each.position.root) != each.position.root:
            raise Refusal(
                f"deux témoins ont vu deux états différents : {WORDS[log]} à {each.position.size}",
                "le serveur a signé deux histoires : gardez ces fichiers, ils le prouvent",
            )
    return max(seen, key=lambda each: (each.position.size, each.stamp or 0))
