# SPDX-License-Identifier: AGPL-3.0-or-later
"""Is a log all that was published of it? It may be longer, never shorter, and never another one."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from evote.board.leaves import read_leaves
from evote.database.elections import HeldElection
from evote.errors import Refusal
from evote.publishing.following import log_sizes
from evote.restoring.evidence import Seen, SeenLog, SeenPromise
from protocol.merkle import TreeHasher
from protocol.server_binding import BOARD, JOURNAL
from tally.french import count

WORDS = {BOARD: "l'urne", JOURNAL: "le journal"}


@dataclass(frozen=True, slots=True)
class Behind:
    """A log is shorter than it was published or promised, and who says so.

    Attributes:
        log: which.
        here: how many entries it has.
        size: how many it had at least.
        source: where that is known from.
        promised: whether a ballot was promised there, which perhaps was never published.
    """

    log: str
    here: int
    size: int
    source: str
    promised: bool = False

    def __str__(self) -> str:
        """Return it in French, with the numbers."""
        what = count(self.here, "événement" if self.log == BOARD else "ligne")
        said = f"{self.size} ont été {'publiés' if self.log == BOARD else 'publiées'}"
        if self.promised:
            said = f"un bulletin a été promis à la place {self.size}"
        return f"{WORDS[self.log]} a {what}, et {said} (vu dans « {self.source} »)"


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
        _require_same(connection, held, log, [e for e in seen.log(log) if e.position.size <= here])
        if longer:
            last = _longest(log, longer)
            behind.append(Behind(log, here, last.position.size, last.source))
    here = sizes[BOARD].size
    broken = [each for each in seen.promises if each.promise.index >= here]
    _require_kept(connection, held, [each for each in seen.promises if each not in broken])
    if broken and not any(each.log == BOARD for each in behind):
        last_promised = max(broken, key=lambda each: each.promise.index)
        behind.append(
            Behind(BOARD, here, last_promised.promise.index + 1, last_promised.source, True)
        )
    return tuple(behind)


def longest(seen: Iterable[SeenLog]) -> SeenLog | None:
    """Return what was seen last of a log: the largest size, of those the latest stamp."""
    return max(seen, key=lambda each: (each.position.size, each.stamp or 0), default=None)


def latest(seen: Iterable[SeenLog]) -> SeenLog | None:
    """Return what was seen at the latest time, of whichever log."""
    return max(
        (each for each in seen if each.stamp), key=lambda each: each.stamp or 0, default=None
    )


def _require_same(
    connection: Connection, held: HeldElection, log: str, seen: list[SeenLog]
) -> None:
    """Compare everything that was seen in one pass over the leaves: a watcher sees thousands."""
    sizes = {each.position.size for each in seen}
    hasher = TreeHasher()
    found = {0: hasher.position()}
    for leaf in read_leaves(connection, held, log, 0, max(sizes, default=0)):
        hasher.append_leaf(leaf)
        if hasher.size in sizes:
            found[hasher.size] = hasher.position()
    for each in seen:
        if found[each.position.size] != each.position:
            raise _another(held, log, each.source, each.position.size)


def _require_kept(
    connection: Connection, held: HeldElection, promises: Iterable[SeenPromise]
) -> None:
    for each in promises:
        index = each.promise.index
        (leaf,) = read_leaves(connection, held, BOARD, index, index + 1)
        if leaf.hex() != each.promise.event:
            raise _another(held, BOARD, each.source, index)


def _another(held: HeldElection, log: str, source: str, where: int) -> Refusal:
    return Refusal(
        f"élection {held.uuid} : {WORDS[log]} de cette sauvegarde n'est pas celle qui a été "
        f"publiée (vu dans « {source} », {where})",
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
