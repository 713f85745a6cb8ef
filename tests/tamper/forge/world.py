# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the test knows of an election and its verifier does not: every secret in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from tests.tamper.forge.curve import Q, generator_power
from tests.tamper.forge.texts import Dice, Json, hash_hex

Told = tuple[str, str, Json]  # moment, kind of entry, what its body says: see journal.py
Vote = tuple[int, ...]  # by choice, blank first where there is one


@dataclass(frozen=True, slots=True)
class Question:
    """§8.1."""

    answers: tuple[str, ...]
    blank: bool = True
    minimum: int = 1
    maximum: int = 1
    text: str = "Quelle liste ?"


@dataclass(frozen=True, slots=True)
class Trustee:
    """A trustee of a threshold: §7.1, §7.6."""

    name: str
    role: str
    signing: int
    decryption: int
    coefficients: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class World:
    """An election and its secrets. Voters and reserves are private credentials, as scalars.

    `votes` are cast in order: the voter's place in `voters` (beyond it, in `reserves`), and a vote
    for each question. `served` is version 2 of the bindings, `story` what its journal tells.
    `lists`, `seats` and `reserves` matter in the Préau profile alone, `weights` and `singles` in
    the plain one.
    """

    uuid: str
    threshold: int
    trustees: tuple[Trustee, ...]
    voters: tuple[int, ...]
    votes: tuple[tuple[int, tuple[Vote, ...]], ...]
    decrypting: tuple[int, ...]
    questions: tuple[Question, ...]
    preau: bool = True
    reserves: tuple[int, ...] = ()
    lists: tuple[tuple[str, tuple[str, ...]], ...] = ()
    seats: int = 2
    singles: tuple[int, ...] = ()
    weights: tuple[int, ...] = ()
    served: bool = False
    story: tuple[Told, ...] = ()
    seed: str = "forge"

    @property
    def credentials(self) -> tuple[int, ...]:
        """All private credentials in the order of the public list (§8.4, Préau)."""
        return _sorted((*self.voters, *self.reserves))

    def share(self, index: int) -> int:
        """The decryption key of one trustee of the threshold: §7.8."""
        return (
            sum(
                coefficient * pow(index, k, Q)
                for trustee in self.trustees
                for k, coefficient in enumerate(trustee.coefficients)
            )
            % Q
        )

    def secret_of(self, owner: int) -> int:
        """The decryption key of an owner, as §7.10 counts them."""
        if owner <= len(self.singles):
            return self.singles[owner - 1]
        return self.share(owner - len(self.singles))


@cache
def _sorted(secrets: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(secrets, key=lambda x: generator_power(x).raw))


def make_trustees(dice: Dice, count: int, threshold: int) -> tuple[Trustee, ...]:
    people = (
        ("Anne Lefèvre", "directrice"),
        ("Bruno Diallo", "enseignant"),
        ("Chloé N'Guyen", "parent"),
        ("David Roux", "parent"),
    )
    return tuple(
        Trustee(name, role, dice(), dice(), tuple(dice() for _ in range(threshold)))
        for name, role in people[:count]
    )


def small_school() -> World:
    """Three ballots by five electors, two lists and blank, two of three trustees."""
    dice = Dice("small school")
    return World(
        uuid="TamperSchooL12",
        threshold=2,
        trustees=make_trustees(dice, 3, 2),
        voters=tuple(dice() for _ in range(5)),
        reserves=tuple(dice() for _ in range(3)),
        votes=((0, ((0, 1, 0),)), (1, ((0, 1, 0),)), (2, ((1, 0, 0),))),
        decrypting=(1, 2),
        questions=(Question(("Liste des Tilleuls", "Liste du Préau")),),
        lists=(
            ("Liste des Tilleuls", ("Inès Morel", "Karim Benali", "Lucie Petit")),
            ("Liste du Préau", ("Marc Faure", "Nadia Cissé")),
        ),
    )


def plain_village() -> World:
    """A Belenios election: weights, a re-vote, two questions, a mandatory trustee and 2 of 3."""
    dice = Dice("plain village")
    voters = tuple(dice() for _ in range(4))
    return World(
        uuid="TamperViLLage1",
        threshold=2,
        trustees=make_trustees(dice, 3, 2),
        singles=(dice(),),
        voters=voters,
        weights=(1, 3, 2, 1),
        votes=(
            (0, ((0, 1, 0), (1, 1, 0))),
            (1, ((1, 0, 0), (0, 0, 1))),
            (0, ((0, 0, 1), (0, 1, 0))),
            (2, ((0, 1, 0), (0, 0, 0))),
        ),
        decrypting=(1, 2, 3),
        questions=(
            Question(("A", "B")),
            Question(("x", "y", "z"), blank=False, minimum=0, maximum=2, text="Lesquels ?"),
        ),
        preau=False,
    )


def served_school() -> World:
    """The small school on a server: four ballots, one by a reserve, and much to tell."""
    reason = {"reason": "Une panne du réseau"}
    note = {"note": "Un parent a demandé de l'aide"}
    booth = [{"path": "/booth/app.js", "sha256": hash_hex(b"another booth")}]
    return replace(
        small_school(),
        uuid="TamperServed12",
        served=True,
        votes=((0, ((0, 1, 0),)), (1, ((0, 1, 0),)), (2, ((1, 0, 0),)), (5, ((0, 0, 1),))),
        story=(
            ("setup", "sealed", {}),
            ("setup", "incident", note),
            ("setup", "hours-changed", {"closes_at": 1791603600, "reason": "Une grève"}),
            ("setup", "opened", {}),
            ("ballot 1", "suspended", reason),
            ("ballot 1", "incident", note),
            ("ballot 1", "resumed", reason),
            ("ballot 2", "reissued", {"revoked": 3}),
            ("ballot 3", "contested", {"case": "both-used"}),
            ("ballot 3", "booth-replaced", {"booth": booth, "reason": "Une faute corrigée"}),
            ("closing", "closed", {}),
            ("closing", "incident", note),
            ("closing", "closing-signed", {}),
            ("decrypted", "contested", {"case": "sign-in-used"}),
            ("result", "tallied", {}),
            ("result", "incident", note),
            ("result", "archived", {}),
            ("result", "incident", note),
        ),
    )


def crowded_school() -> World:
    """The same with many more electors, who do not vote: there is room for ballots of no voter."""
    small = served_school()
    dice = Dice("crowded school")
    voters = (*small.voters, *(dice() for _ in range(1195)))
    votes = tuple((len(voters), vote) if who == 5 else (who, vote) for who, vote in small.votes)
    return replace(small, voters=voters, votes=votes)
