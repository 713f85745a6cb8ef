# SPDX-License-Identifier: AGPL-3.0-or-later
"""On what it rests, of each election and draft, that no more was published than is restored.

A note from outside, the lost server's head file, or a person's word: docs/adr/0016. The first
proves what it says and no more; the other two a person must stand by.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from sqlalchemy import Connection

from evote.board.reading import count_ballots
from evote.database.elections import HeldElection, State
from evote.errors import Refusal
from evote.restoring.comparing import latest
from evote.restoring.evidence import SeenLog
from evote.restoring.key_placing import RestoredKeys
from evote.restoring.knowing import in_words, lost_heads_are_here
from evote.restoring.leaving_out import LeftOut
from evote.restoring.one_election import Loaded
from evote.restoring.published import HEADS_HERE
from protocol.server_binding import BOARD, JOURNAL
from tally.french import count

TAKING_BALLOTS = (State.OPEN, State.SUSPENDED)


class Ground(Enum):
    """Who says how far it was published."""

    SEEN = "a note from outside, newer than the backup"
    HEADS = "the lost server's head file"
    UNSEEN = "a person"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Standing:
    """An election, or a draft that has keys, and who says how far it was published.

    Attributes:
        uuid: its number.
        state: in the backup.
        ballots: in the backup.
        ground: who says it.
        last: the note of the latest time that was brought, or None.
        heads_too: whether the lost server's head file may speak for it as well.
    """

    uuid: str
    state: State
    ballots: int
    ground: Ground
    last: SeenLog | None = None
    heads_too: bool = False

    @property
    def takes_ballots(self) -> bool:
        """Whether it was open when the backup was made."""
        return self.state in TAKING_BALLOTS


@dataclass(frozen=True, slots=True)
class Rests:
    """All that a restore rests on.

    Attributes:
        standings: of every election and draft.
        written: when the head file was last written, 0 where that is not known.
        strangers: where notes of other servers were found, which say nothing of this one.
        left_out: what of the backup is not restored.
    """

    standings: tuple[Standing, ...]
    written: int
    strangers: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()


# Stands by what a person must stand by, or raises Refusal.
Confirm = Callable[[Rests], None]


def require_seen(
    connection: Connection,
    loaded: Collection[Loaded],
    drafts: Iterable[HeldElection],
    keys: RestoredKeys,
    unseen: Collection[str],
) -> tuple[Standing, ...]:
    """Return who says how far each was published after the backup.

    Of a draft it must be known too, for it may have been sealed and opened: sealed again under the
    same keys it would have two histories.

    Raises:
        Refusal: of one of them nobody does.
    """
    heads = Ground.HEADS if lost_heads_are_here(each.known for each in loaded) else Ground.NOBODY
    standings = [
        Standing(
            each.held.uuid,
            each.held.state,
            count_ballots(connection, each.held),
            _ground(each, unseen, heads),
            latest([*each.brought.log(BOARD), *each.brought.log(JOURNAL)]),
            each.known.by_heads,
        )
        for each in loaded
    ]
    standings += [
        Standing(each.uuid, each.state, 0, heads if each.uuid not in unseen else Ground.UNSEEN)
        for each in drafts
        if keys.can_sign(each.uuid)
    ]
    if any(each.ground is Ground.NOBODY for each in standings):
        raise _refusal(loaded, [each for each in standings if each.ground is Ground.NOBODY])
    return tuple(standings)


def _ground(each: Loaded, unseen: Collection[str], heads: Ground) -> Ground:
    """Return who speaks for an election, where the head file as a whole does, or nobody."""
    if each.known.by_notes:
        return Ground.SEEN
    if each.held.uuid in unseen:
        return Ground.UNSEEN
    return heads if each.known.by_heads else Ground.NOBODY


def _refusal(loaded: Iterable[Loaded], unknown: list[Standing]) -> Refusal:
    old = {each.held.uuid: in_words(each.known.old) for each in loaded}
    said = []
    if elections := [each.uuid for each in unknown if each.state is not State.DRAFT]:
        what = "rien ne dit jusqu'où ces élections ont été publiées depuis la sauvegarde"
        said.append(f"{what} : {', '.join(f'{uuid}{old[uuid]}' for uuid in elections)}")
    if drafts := [each.uuid for each in unknown if each.state is State.DRAFT]:
        what = "rien ne dit si ces brouillons ont été scellés et publiés depuis la sauvegarde"
        said.append(f"{what} : {', '.join(drafts)}")
    nobody = {each.uuid for each in unknown}
    said += [
        f"élection {each.held.uuid} : {' ; '.join(map(str, each.behind))}"
        for each in loaded
        if each.behind and each.held.uuid in nobody
    ]
    if any(each.known.heads_are_old for each in loaded):
        said.append(
            f"« {HEADS_HERE} » est plus ancien que la sauvegarde, ou d'un autre serveur, et ne le "
            "dit pas non plus"
        )
    return Refusal(
        " ; ".join(said),
        "donnez pour chaque élection un dossier public ou un point de contrôle plus récent que "
        "la sauvegarde, le plus récent que quelqu'un ait : --seen"
        + "".join(_last_resorts(unknown)),
    )


def _last_resorts(unknown: list[Standing]) -> Iterator[str]:
    """Give what to add where really nobody has anything: of an open vote it is never to be copied.

    An academy where each closed election needs it would take the open one back with the same line.
    """
    quiet = [each.uuid for each in unknown if not each.takes_ballots]
    if quiet:
        yield f" ; si vraiment personne n'en a : {options('unseen', quiet)}"
    votes = [
        f"{each.uuid} ({count(each.ballots, 'bulletin')} dans la sauvegarde)"
        for each in unknown
        if each.takes_ballots
    ]
    if votes:
        yield (
            f" ; pour un vote en cours, {', '.join(votes)}, ce qui a été voté depuis serait perdu "
            "et cela se verrait : cherchez partout d'abord ; sinon, --unseen et son numéro"
        )


def options(name: str, uuids: Iterable[str]) -> str:
    """Return what to add to the command, to be copied."""
    return " ".join(f"--{name} {uuid}" for uuid in sorted(uuids))
