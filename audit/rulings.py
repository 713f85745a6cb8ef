# SPDX-License-Identifier: AGPL-3.0-or-later
"""What receipts and promises come to, whichever of the two was given: docs/protocol.md §20.3."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from audit.moments import moment
from audit.published import Published
from audit.words import Text, count, shown

OTHER_KEY = Text(
    "ce n'est pas signé par la clé de cette élection", "it is not signed by this election's key"
)
LONGEST_NAME = 300


class Ruling(Enum):
    """What a receipt or a promise comes to."""

    HOLDS = "holds"  # published, kept
    WAITS = "waits"  # the record is too early to tell
    INCOMPLETE = "incomplete"  # published, but the paper lacks what a later conviction may need
    AHEAD = "ahead"  # published, and stamped for a time that has not come, if the clock is right
    WORTHLESS = "worthless"  # proves nothing, accuses nobody
    ELSEWHERE = "elsewhere"  # of another election
    TOO_FAR = "too far"  # no server may have promised so by now
    CONVICTS_ALONE = "convicts alone"  # whoever holds the board's key, whatever was published
    CONVICTS = "convicts"  # whoever holds the board's key, if the record is what was published


@dataclass(frozen=True, slots=True)
class Ruled:
    """A ruling, why, and the tracker of the ballot where the record has it."""

    ruling: Ruling
    why: Text
    tracker: str | None = None


def last_stamp(stamp: int | None) -> Text:
    """Up to when the record goes, by the server's own signature; nothing where none says it."""
    if stamp is None:
        return Text("", "")
    last = moment(stamp)
    return Text(f" (le dossier s'arrête {last.fr})", f" (the record ends {last.en})")


def elsewhere(origin: str, published: Published) -> Ruled:
    """The ruling on a paper of another board, perhaps of a site that imitates this one (§20.3)."""
    theirs, ours = shown(origin, LONGEST_NAME), shown(published.key.name, LONGEST_NAME)
    why = Text(
        f"son urne est {theirs}, celle de ce dossier {ours}",
        f"its board is {theirs}, that of this record {ours}",
    )
    if origin.partition("/")[2] == published.key.name.partition("/")[2]:
        why = Text(
            f"{why.fr} : c'est le même numéro sur un autre site, peut-être une imitation",
            f"{why.en}: the same number on another site, perhaps an imitation",
        )
    return Ruled(Ruling.ELSEWHERE, why)


def gone(index: int) -> Ruled:
    """The ruling where something else stands in the place of the ballot."""
    return Ruled(
        Ruling.CONVICTS,
        Text(
            f"à la place {index} de l'urne il y a autre chose (§20.3)",
            f"at place {index} of the board there is something else (§20.3)",
        ),
    )


def beyond(index: int, published: Published) -> Ruled:
    """The record has no such place: it is older, or the ballots have ended without this one."""
    if published.end is not None:
        return Ruled(
            Ruling.CONVICTS,
            Text(
                f"les bulletins se terminent à la place {published.end}, et celui de la place"
                f" {index} n'y est pas (§20.3)",
                f"ballots end at place {published.end}, and that of place {index} is not there"
                " (§20.3)",
            ),
        )
    events = count(published.size, "événement", "event")
    return Ruled(
        Ruling.WAITS,
        Text(
            f"le dossier donné a {events.fr} et ne va pas jusqu'à la place {index}",
            f"the record given has {events.en} and does not reach place {index}",
        ),
    )
