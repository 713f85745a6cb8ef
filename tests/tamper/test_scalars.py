# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scalars written otherwise than §4.1 allows, at every place that has one. All of them are equal
modulo q to the right ones, so every equation still holds.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tamper.damage import (
    NO_BALLOT,
    NO_BINDINGS,
    NO_TRUSTEES,
    SCHOOL,
    Table,
    assert_noticed,
    remade,
)
from tests.tamper.touches import OTHER_FORMS, Touch, change

SURPLUS = replace(SCHOOL, decrypting=(1, 2, 3))
ANSWER = ("answers", 0)


def places(form: Touch) -> Table:
    """One form of number at every place."""
    ballot = {
        "an individual challenge": ("individual_proofs", 1, 0, "challenge"),
        "an individual response": ("individual_proofs", 1, 1, "response"),
        "an overall challenge": ("overall_proof", 0, "challenge"),
        "an overall response": ("overall_proof", 1, "response"),
        "a blank challenge": ("blank_proof", 1, "challenge"),
        "a blank response": ("blank_proof", 0, "response"),
    }
    table = {
        place: remade("C13", NO_BALLOT, {"unsigned 0": change(*ANSWER, *path, form)})
        for place, path in ballot.items()
    }
    for part in ("challenge", "response"):
        table |= {
            f"a ballot's signature, {part}": remade(
                "C13", NO_BALLOT, {"ballot 0": change("signature", "proof", part, form)}
            ),
            f"a certificate's signature, {part}": remade(
                "C07", NO_TRUSTEES, {"certs": change(0, "signature", part, form)}
            ),
            f"a signature of exponentials, {part}": remade(
                "C07", NO_TRUSTEES, {"coefexps": change(0, "signature", part, form)}
            ),
            f"a signature of the certificates, {part}": remade(
                "C07", NO_TRUSTEES, {"threshold parameters": change("signatures", 0, part, form)}
            ),
            f"a proof of a key, {part}": remade(
                "C07", NO_TRUSTEES, {"verification keys": change(0, "pok", part, form)}
            ),
            f"a key's signature, {part}": remade(
                "C07", NO_TRUSTEES, {"verification keys": change(0, "signature", part, form)}
            ),
            f"a ceremony signature, {part}": remade(
                "C10", NO_BINDINGS, {"ceremony": change("signatures", 0, part, form)}
            ),
            f"a set-up signature, {part}": remade(
                "C12", "", {"setup signatures": change(0, "signature", part, form)}
            ),
            f"a decryption proof, {part}": remade(
                "C19",
                "",
                {"partial 3": change("decryption_proofs", 0, 0, part, form)},
                world=SURPLUS,
            ),
            f"a bound proof, {part}": remade(
                "C21",
                "",
                {"partial 3": change("evote", "bound_proofs", 0, 0, part, form)},
                world=SURPLUS,
            ),
        }
    return table


TABLE: Table = {
    f"{place}, {name}": damage
    for name, form in OTHER_FORMS.items()
    for place, damage in places(form).items()
}


@pytest.mark.parametrize("phrase", TABLE)
def test_the_intended_check_alone_notices(phrase: str) -> None:
    assert_noticed(TABLE[phrase])
