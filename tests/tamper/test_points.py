# SPDX-License-Identifier: AGPL-3.0-or-later
"""Points outside the group at every place that has a point: §4.2.

`WRITTEN` puts each of the sixteen strings of small order, of mixed order or in another encoding at
each place. `HIDDEN` adds torsion to honest points and makes every proof's challenge a multiple of
its order; where sums would show it, it is added in two places so that it cancels. Every equation of
the protocol then holds, and only the test of membership can notice.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tamper.damage import (
    NO_BALLOT,
    NO_BINDINGS,
    NO_CREDENTIALS,
    NO_TRUSTEES,
    SCHOOL,
    Damage,
    Table,
    assert_noticed,
    remade,
)
from tests.tamper.forge.curve import BAD_POINTS, GENERATOR, IDENTITY, T2, T4, T8, Point
from tests.tamper.forge.texts import Json
from tests.tamper.touches import Touch, put

SURPLUS = replace(SCHOOL, decrypting=(1, 2, 3))
CREDENTIALS = [GENERATOR**x for x in SCHOOL.credentials]
ABSTAINER = CREDENTIALS.index(GENERATOR ** SCHOOL.voters[4])
VOTER = CREDENTIALS.index(GENERATOR ** SCHOOL.voters[0])
RESERVE = CREDENTIALS.index(GENERATOR ** SCHOOL.reserves[0])


def times(torsion: Point) -> Touch:
    return lambda point: point * torsion


def listed(text: str) -> Touch:
    """In the abstainer's place, the list sorted anew."""

    def touch(credentials: Json) -> Json:
        credentials[ABSTAINER] = text
        return sorted(credentials, key=lambda wire: Point.of(wire).raw)

    return touch


def written(text: str) -> Table:
    """This string at every place but the election key, which test_election.py has."""
    point = Point.of(text)
    return {
        "alpha": remade("C13", "", {"choices 0.0": put(1, "alpha", text)}, until="Ballot"),
        "beta": remade("C13", "", {"choices 0.0": put(1, "beta", text)}, until="Ballot"),
        "a ballot's credential": remade("C13", NO_BALLOT, {"unsigned 0": put("credential", text)}),
        "a listed credential": remade("C09", NO_CREDENTIALS, {"credentials": listed(text)}),
        "a reserve": remade(
            "C10",
            NO_BINDINGS if point == IDENTITY else "",
            {"evote": put("reserves", 0, text)},
        ),
        "a verification key": remade("C07", NO_TRUSTEES, {"decryption key 2": lambda _: point}),
        "a signing key": remade("C07", NO_TRUSTEES, {"certificate 2": put("verification", text)}),
        "an encryption key": remade("C07", NO_TRUSTEES, {"certificate 2": put("encryption", text)}),
        "an exponential": remade("C07", NO_TRUSTEES, {"exponentials 2": put(1, text)}),
        "alpha of the tally": remade(
            "C18", "", {"tally": put(0, 1, "alpha", text)}, until="EncryptedTally"
        ),
        "beta of the tally": remade(
            "C18", "", {"tally": put(0, 1, "beta", text)}, until="EncryptedTally"
        ),
        "a factor": remade(
            "C20 C21" if point == IDENTITY else "C19",
            "",
            {"partial 3": put("decryption_factors", 0, 1, text)},
            world=SURPLUS,
        ),
    }


WRITTEN: Table = {
    f"{name}, {place}": damage
    for name, text in BAD_POINTS.items()
    for place, damage in written(text).items()
}


def hidden(fails: str, not_reached: str, torsion: int, touch: dict[str, Touch]) -> Damage:
    return remade(fails, not_reached, touch, clear=torsion)


def both(first: str, second: str, torsion: Point) -> dict[str, Touch]:
    """Torsion at one place and its inverse at the other."""
    return {first: times(torsion), second: times(IDENTITY / torsion)}


HIDDEN: Table = {
    "alpha of two ballots, order 2": hidden(
        "C13", NO_BALLOT, 2, both("alpha 0.0.1", "alpha 1.0.1", T2)
    ),
    "alpha of two ballots, order 8": hidden(
        "C13", NO_BALLOT, 8, both("alpha 0.0.1", "alpha 1.0.1", T8)
    ),
    "beta of two ballots, order 4": hidden(
        "C13", NO_BALLOT, 4, both("beta 0.0.2", "beta 1.0.2", T4)
    ),
    "beta of two ballots, order 8": hidden(
        "C13", NO_BALLOT, 8, both("beta 0.0.0", "beta 1.0.0", T8)
    ),
    "a trustee's signing key, order 2": hidden(
        "C07", NO_TRUSTEES, 2, {"verification 1": times(T2)}
    ),
    "a trustee's signing key, order 8": hidden(
        "C07", NO_TRUSTEES, 8, {"verification 1": times(T8)}
    ),
    "a trustee's encryption key": hidden("C07", NO_TRUSTEES, 1, {"encryption 1": times(T8)}),
    "constant exponentials of two trustees": hidden(
        "C07", NO_TRUSTEES, 8, both("exponential 1.0", "exponential 2.0", T8)
    ),
    "top exponentials of two trustees": hidden(
        "C07", NO_TRUSTEES, 8, both("exponential 1.1", "exponential 2.1", T8)
    ),
    "an abstainer's credential": hidden(
        "C09", NO_CREDENTIALS, 1, {f"credential {ABSTAINER}": times(T2)}
    ),
    "a voter's credential, in the list and the ballot": hidden(
        "C09 C13", "C14 C18 C23", 8, {f"credential {VOTER}": times(T8)}
    ),
    "a reserve, in the list and in the bindings": hidden(
        "C09", NO_CREDENTIALS, 1, {f"credential {RESERVE}": times(T2)}
    ),
    "a reserve, in the bindings alone": remade(
        "C10", "", {"evote": put("reserves", 0, (CREDENTIALS[RESERVE] * T2).wire)}
    ),
    "a factor that is not needed": remade(
        "C19", "", {"factor 3.0.1": times(T8)}, world=SURPLUS, clear=8
    ),
    "a factor, with torsion that the combination cancels": hidden(
        "C19 C22", "C23", 2, {"factor 1.0.1": times(T2)}
    ),
}
TABLE = WRITTEN | HIDDEN


@pytest.mark.parametrize("phrase", TABLE)
def test_the_intended_check_alone_notices(phrase: str) -> None:
    assert_noticed(TABLE[phrase])
