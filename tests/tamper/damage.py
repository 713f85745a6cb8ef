# SPDX-License-Identifier: AGPL-3.0-or-later
"""One damage, and what the verifier must say of it: exactly which checks, and nothing else.

A table maps a phrase to a `Damage`. Where it says so, the damage is *repaired*: hashes, names,
heights, parents, and whatever proofs, signatures and sums the attacker could make again have been
made again, so that only the intended check can notice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.tamper.forge.remake import Forge, Touch
from tests.tamper.forge.world import World, plain_village, small_school
from tests.tamper.surgery import Archive
from tests.tamper.verifier import Report, verify

SCHOOL = small_school()
VILLAGE = plain_village()

# What is out of reach when a datum cannot be used (§16).
NO_ELECTION = "C08 C10..C25"
NO_TRUSTEES = "C08 C11 C12 C19..C23"
NO_CREDENTIALS = "C14 C18 C23"
NO_BINDINGS = "C11 C17 C25"
NO_BALLOT = "C18 C23"
NOTHING: Mapping[str, Touch] = {}


def as_it_is(world: World) -> World:
    return world


@dataclass(frozen=True, slots=True)
class Remaking:
    """How a damage is done, so that it can be done to another election as well."""

    world: World
    touch: Mapping[str, Touch]
    clear: int
    until: str

    def forge(
        self,
        move: Callable[[World], World] = as_it_is,
        besides: Mapping[str, Touch] = NOTHING,
        until: str = "",
    ) -> Forge:
        """The election about to be made, moved elsewhere, with other touches besides."""
        touch = {**besides, **self.touch}
        return Forge(move(self.world), touch, clear=self.clear, until=until or self.until)


@dataclass(frozen=True, slots=True)
class Damage:
    """What is done, and the checks that fail and that are not reached for it.

    Args:
        make: gives the damaged archive.
        fails: identifiers, separated by spaces; none for an archive that is unreadable.
        not_reached: the same.
        status: the exit status.
        repaired: everything but the fault itself is made good.
        remaking: how it is done, where that is an election made again.
    """

    make: Callable[[], bytes]
    fails: str
    not_reached: str = ""
    status: int = 1
    repaired: bool = True
    remaking: Remaking | None = None


Table = dict[str, Damage]


def remade(
    fails: str,
    not_reached: str = "",
    touch: Mapping[str, Touch] = NOTHING,
    *,
    world: World = SCHOOL,
    clear: int = 1,
    until: str = "Result",
    status: int = 1,
) -> Damage:
    """The whole election made again by someone who holds its secrets."""
    remaking = Remaking(world, touch, clear, until)
    return Damage(lambda: remaking.forge().archive(), fails, not_reached, status, remaking=remaking)


def operated(
    fails: str,
    not_reached: str = "",
    operation: Callable[[Archive], object] = lambda archive: None,
    *,
    world: World = SCHOOL,
    repair: bool = True,
    status: int = 1,
) -> Damage:
    """A sound archive, changed by whoever keeps the file and holds no secret."""

    def make() -> bytes:
        archive = Forge(world).make()
        operation(archive)
        if repair:
            archive.repair()
        return archive.write()

    return Damage(make, fails, not_reached, status, repair)


def assert_noticed(damage: Damage) -> None:
    """The verdict, the exit status, and each check's outcome are those that the table gives."""
    report = verify(damage.make())
    assert said(report) == (damage.status, ids(damage.fails), ids(damage.not_reached)), report.text


def said(report: Report) -> tuple[int, list[str], list[str]]:
    return report.status, report.with_outcome("failed"), report.with_outcome("not_reached")


def ids(text: str) -> list[str]:
    """`C08 C10..C12` as a list."""
    found: list[str] = []
    for word in text.split():
        first, _, last = word.partition("..")
        number, end = int(first[1:]), int((last or first)[1:])
        found += [f"C{n:02}" for n in range(number, end + 1)]
    return sorted(found)
