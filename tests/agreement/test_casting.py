# SPDX-License-Identifier: AGPL-3.0-or-later
"""The server takes exactly the ballots that the verifier takes: docs/protocol.md §9, §11.1.

Each candidate is sent to a server with one ballot on its board, and judged by the verifier at the
end of that board's archive. The tables of the tamper suite are in test_casting_tables.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evote.casting import Outcome
from tests.agreement.mutations import mutate
from tests.agreement.verdicts import ACCEPTED, verifiers_verdict
from tests.agreement.voted_once import (
    ELECTION,
    FIRST,
    HONEST,
    new_site,
    signed,
    verifier_accepts,
)
from tests.db.rows import all_rows
from tests.site import Site
from tests.tamper.forge.texts import Json, canonical
from tests.tamper.touches import as_number, change, drop, put, repeat, reversed_members, swap

THOROUGH = settings().max_examples >= 1000
A = ("answers", 0)
Touch = Callable[[Json], Json]


def again(touch: Touch) -> bytes:
    """The honest ballot, changed before it was signed."""
    value = json.loads(HONEST)
    changed = touch(value)
    return signed(value if changed is None else changed)


def after(touch: Touch) -> bytes:
    """The honest ballot, changed after it was signed."""
    value = json.loads(HONEST)
    changed = touch(value)
    return canonical(value if changed is None else changed)


def own(value: Json) -> Json:
    """Under the credential of elector 0."""
    return {**value, "credential": json.loads(HONEST)["credential"]}


def with_first(*path: Json) -> Touch:
    """A part of the ballot that is on the board already."""
    part = json.loads(FIRST)
    for step in path:
        part = part[step]
    return put(*path, part)


def alpha_twice(value: Json) -> Json:
    choices = value["answers"][0]["choices"]
    choices[1]["alpha"] = choices[0]["alpha"]
    return value


def with_choice_twice(value: Json) -> Json:
    answer = value["answers"][0]
    for name in ("choices", "individual_proofs"):
        answer[name][1] = answer[name][2]
    return value


CANDIDATES: dict[str, bytes] = {
    "honest": HONEST,
    "of another elector": ELECTION.cast(2, None).encode(),
    "honest, signed again": signed(json.loads(HONEST)),
    "the ballot on the board": FIRST,
    "the ballot on the board, signed again": signed(json.loads(FIRST), 1),
    "another by the same credential": ELECTION.cast(1, 1, "another").encode(),
    "the answers of another, signed by oneself": signed(own(json.loads(FIRST))),
    "one α of another ballot": again(with_first(*A, "choices", 0, "alpha")),
    "one choice of another ballot": again(with_first(*A, "choices", 2)),
    "an α twice in one ballot": again(alpha_twice),
    "a choice twice in one ballot": again(with_choice_twice),
    "signed by another": signed(json.loads(HONEST), 1),
    "unsigned": after(drop("signature")),
    "another challenge": after(put("signature", "proof", "challenge", "1")),
    "another hash": after(put("signature", "hash", "A" * 43)),
    "no blank proof": again(drop(*A, "blank_proof")),
    "no answer": again(put("answers", [])),
    "an answer more": again(repeat("answers")),
    "a choice more": again(repeat(*A, "choices")),
    "a choice left out": again(drop(*A, "choices", 2)),
    "an individual proof more": again(repeat(*A, "individual_proofs")),
    "an overall proof of one branch": again(drop(*A, "overall_proof", 1)),
    "a member more": again(put("x", 1)),
    "members in another order": again(reversed_members),
    "a challenge as a number": again(change(*A, "overall_proof", 0, "challenge", as_number)),
    "another uuid": again(put("election_uuid", "AnotherEleCtion")),
    "another fingerprint": again(put("election_hash", "A" * 43)),
    "two choices exchanged": again(swap(*A, "choices", 1, 2)),
    "proofs of another ballot": again(with_first(*A, "overall_proof")),
    "the identity for an α": again(put(*A, "choices", 0, "alpha", "0" * 63 + "1")),
    "white space": HONEST.replace(b",", b", ", 1),
    "a member twice": HONEST.replace(b"{", b'{"credential":"0",', 1),
    "capitals": HONEST.replace(b"a", b"A"),
}

# These enter; of all others both say that they do not.
TAKEN = ("honest", "of another elector", "honest, signed again")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = new_site(tmp_path)
    yield made
    made.school.database.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for every ballot that must not enter."""
    made = new_site(tmp_path_factory.mktemp("shared"))
    yield made
    made.school.database.close()


def server_accepts(site: Site, ballot: bytes) -> bool:
    """What the server says of it to an elector who has not voted; a refusal changes no row."""
    before = all_rows(site.school.database)
    recorded = site.school.cast(0, ballot).outcome is Outcome.RECORDED
    assert recorded == (all_rows(site.school.database) != before)
    return recorded


@pytest.mark.share(3)
@pytest.mark.parametrize("name", CANDIDATES)
def test_server_and_verifier_say_the_same_of_a_ballot(site: Site, name: str) -> None:
    ballot, board = CANDIDATES[name], site.school.archive()
    recorded = server_accepts(site, ballot)
    assert recorded == verifier_accepts(board, ballot)
    assert recorded == (name in TAKEN)
    if recorded:
        assert verifiers_verdict(site.school.archive()) == ACCEPTED


@settings(derandomize=not THOROUGH, database=None)
@given(seed=st.integers(0, 2**32), signs=st.integers(0, 1))
def test_server_and_verifier_say_the_same_of_random_damage(
    shared: Site, seed: int, signs: int
) -> None:
    changed = mutate(json.loads(HONEST), Random(seed))
    if signs and isinstance(changed, dict):
        changed = signed(changed)
    ballot = changed if isinstance(changed, bytes) else canonical(changed)
    # The honest answers under another right signature are a ballot that is taken.
    assume(json.loads(HONEST)["answers"] != readable(ballot).get("answers"))
    board = shared.school.archive()
    assert not verifier_accepts(board, ballot)
    assert not server_accepts(shared, ballot)


def readable(ballot: bytes) -> Json:
    try:
        return json.loads(ballot)
    except ValueError:
        return {}
