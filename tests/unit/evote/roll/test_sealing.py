# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sealed roll and its commitment: docs/protocol.md §13.6."""

import hashlib
import unicodedata

import pytest

from evote.roll.model import Elector
from evote.roll.sealing import commit_to_roll, new_salt, seal_roll, verify_roll_commitment
from protocol.errors import MalformedError, ProofError
from protocol.secret import Secret


def _elector(surname: str, given_name: str, row: int = 2) -> Elector:
    return Elector(surname, given_name, "", "", None, (), (row,))


ROLL = [_elector("ZIDI", "Zoé", 2), _elector("Éric", "A", 3), _elector("ABBA", "Zoé", 4)]
SALT = Secret(bytes(range(32)))


def test_canonical_roll_has_exactly_these_bytes() -> None:
    expected = (
        '[{"elector":1,"surname":"ABBA","given_name":"Zoé"},'
        '{"elector":2,"surname":"ZIDI","given_name":"Zoé"},'
        '{"elector":3,"surname":"Éric","given_name":"A"}]'
    )
    assert seal_roll(ROLL).canonical() == expected.encode()


def test_commitment_is_the_hash_of_salt_and_roll() -> None:
    sealed = seal_roll(ROLL)
    expected = hashlib.sha256(bytes(range(32)) + sealed.canonical()).hexdigest()
    assert commit_to_roll(sealed, SALT) == expected
    verify_roll_commitment(expected, sealed, SALT)


def test_order_of_the_file_and_form_of_accents_change_nothing() -> None:
    decomposed = [
        _elector(
            unicodedata.normalize("NFD", e.surname),
            unicodedata.normalize("NFD", e.given_name),
            e.rows[0],
        )
        for e in reversed(ROLL)
    ]
    assert seal_roll(decomposed).canonical() == seal_roll(ROLL).canonical()


def test_homonyms_keep_the_order_of_their_lines() -> None:
    sealed = seal_roll([_elector("A", "B", 9), _elector("A", "B", 10), _elector("A", "B", 3)])
    assert [e.rows for e in sealed.electors] == [(3,), (9,), (10,)]


@pytest.mark.parametrize(
    "other",
    [ROLL[:2], [*ROLL, _elector("A", "A")], [*ROLL[:2], _elector("ABBA", "Zoe")]],
    ids=["one fewer", "one more", "another name"],
)
def test_another_roll_is_refused(other: list[Elector]) -> None:
    commitment = commit_to_roll(seal_roll(ROLL), SALT)
    with pytest.raises(ProofError):
        verify_roll_commitment(commitment, seal_roll(other), SALT)


def test_another_salt_is_refused() -> None:
    commitment = commit_to_roll(seal_roll(ROLL), SALT)
    with pytest.raises(ProofError):
        verify_roll_commitment(commitment, seal_roll(ROLL), new_salt())


@pytest.mark.parametrize("length", [0, 31, 33])
def test_salt_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(MalformedError):
        commit_to_roll(seal_roll(ROLL), Secret(bytes(length)))


def test_salts_are_fresh_and_unprinted() -> None:
    salts = {new_salt().reveal() for _ in range(20)}
    assert len(salts) == 20
    assert {len(salt) for salt in salts} == {32}
    assert repr(new_salt()) == "Secret(…)"
