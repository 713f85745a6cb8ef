# SPDX-License-Identifier: AGPL-3.0-or-later
"""The election object, ours and the peer's, and what binds ours together: §8.2, §8.3."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from protocol.bindings import EvoteBinding
from protocol.blame import TrusteeFault
from protocol.ceremony import Transcript, sign_transcript
from protocol.certificates import make_certificate
from protocol.dkg import generate_polynomial, make_polynomial_message
from protocol.election import Election, verify_setup
from protocol.encoding import JsonValue, decode_json, encode_json, sha256_hex, verify_uuid
from protocol.errors import MalformedError, ProtocolError, UnsupportedError
from protocol.pki import derive_keys, generate_seed
from protocol.proofs.knowledge import prove_knowledge
from protocol.public_credentials import PublicCredentials
from protocol.trustees import (
    ThresholdParameters,
    Trustees,
    make_threshold_parameters,
    verify_trustees,
)
from protocol.vinput import make_vinput
from protocol.voutput import make_voutput
from tests.peer_secrets import FINISHED, archive_name, peer_board
from tests.simulator import SimulatedElection

OURS = SimulatedElection()
IDENTITY = "0" * 63 + "1"

Change = Callable[[dict[str, Any]], object]


def changed(change: Change, data: bytes = OURS.election.data) -> bytes:
    tree: Any = decode_json(data)
    change(tree)
    return encode_json(tree)


@pytest.mark.parametrize("path", FINISHED, ids=archive_name)
def test_an_election_of_the_peer_is_read_in_the_plain_profile(path: Path) -> None:
    election = peer_board(path.parent.name).election
    assert not election.is_preau
    assert election.uuid == path.stem
    assert len(election.fingerprint) == 43


def test_the_fingerprint_is_that_of_the_exact_bytes() -> None:
    data = peer_board("plain").election.data
    spaced = Election.decode(data.replace(b",", b", ", 1))
    assert spaced.fingerprint != Election.decode(data).fingerprint
    assert Election.decode(data) == replace(spaced, data=data)


def test_what_servers_of_the_peer_add_is_ignored() -> None:
    data = changed(
        lambda e: e.update(
            administrator="a", credential_authority="b", language=["fr", "ltr"], x=1
        ),
        peer_board("plain").election.data,
    )
    Election.decode(data)


def test_our_election_is_read_as_it_was_made() -> None:
    election = Election.decode(OURS.election.data)
    assert election == OURS.election
    assert election.evote == OURS.bindings
    assert EvoteBinding.decode(OURS.bindings.encode()) == OURS.bindings


def test_a_description_may_be_empty_or_long_and_a_vote_close_in_9999() -> None:
    Election.decode(changed(lambda e: e.update(description="")))
    Election.decode(changed(lambda e: e.update(description="a" * 2000)))
    Election.decode(changed(evote(closes_at=253_402_300_799)))


UNSUPPORTED: dict[str, Change] = {
    "version 2": lambda e: e.update(version=2),
    "another group": lambda e: e.update(group="BELENIOS-2048"),
    "another kind of question": lambda e: e["questions"][0].update(type="Lists"),
    "bindings of version 3": lambda e: e["evote"].update(version=3),
}


@pytest.mark.parametrize("change", UNSUPPORTED.values(), ids=UNSUPPORTED)
def test_what_we_do_not_know_is_unsupported(change: Change) -> None:
    with pytest.raises(UnsupportedError):
        Election.decode(changed(change))


def evote(**members: JsonValue) -> Change:
    return lambda e: e["evote"].update(members)


def a_list(place: int, **members: JsonValue) -> Change:
    def change(tree: dict[str, Any]) -> None:
        tree["evote"]["lists"][place].update(members)
        tree["questions"][0]["answers"] = [each["label"] for each in tree["evote"]["lists"]]

    return change


REFUSED: dict[str, Change] = {
    "version true": lambda e: e.update(version=True),
    "version a text": lambda e: e.update(version="1"),
    "group a number": lambda e: e.update(group=25519),
    "a short uuid": lambda e: e.update(uuid="1" * 13),
    "a long uuid": lambda e: e.update(uuid="1" * 23),
    "a uuid that is not base 58": lambda e: e.update(uuid="0" * 14),
    "the identity as key": lambda e: e.update(public_key=IDENTITY),
    "an unknown member": lambda e: e.update(x=1),
    "an administrator": lambda e: e.update(administrator="Anne"),
    "a language": lambda e: e.update(language=["fr", "ltr"]),
    "an unknown member of the question": lambda e: e["questions"][0].update(x=1),
    "another order": lambda e: e.update(name=e.pop("name")),
    "another order in bindings": lambda e: e["evote"].update(seats=e["evote"].pop("seats")),
    "two questions": lambda e: e["questions"].append(e["questions"][0]),
    "no blank": lambda e: e["questions"][0].pop("blank"),
    "two lists to choose": lambda e: e["questions"][0].update(max=2),
    "none to choose": lambda e: e["questions"][0].update(min=0),
    "answers of another order": lambda e: e["questions"][0]["answers"].reverse(),
    "an unknown binding": evote(x=1),
    "no binding of a version": lambda e: e["evote"].pop("version"),
    "rehearsal as a number": evote(rehearsal=0),
    "no seat": evote(seats=0),
    "101 seats": evote(seats=101),
    "another rule": evote(rule="d-hondt"),
    "no list": evote(lists=[]),
    "closing before opening": evote(opens_at=5, closes_at=5),
    "closing in the year 10000": evote(closes_at=253_402_300_800),
    "a name of two lines": lambda e: e.update(name="Élection\nIdentifiant : faux"),
    "a name with an escape": lambda e: e.update(name="Élection \x1b[8m"),
    "no name": lambda e: e.update(name=""),
    "a description of two lines": lambda e: e.update(description="une\ndeux"),
    "a long description": lambda e: e.update(description="a" * 2001),
    "a question of two lines": lambda e: e["questions"][0].update(question="une\ndeux"),
    "no question": lambda e: e["questions"][0].update(question=""),
    "members alike": lambda e: e["evote"]["ceremony"]["members"][2].update(name="AïchaBen ali"),
    "101 members": lambda e: e["evote"]["ceremony"].update(
        members=[{"name": f"Anne {n}", "role": "r"} for n in range(101)],
        commitments=["a" * 64] * 101,
        signatures=e["evote"]["ceremony"]["signatures"][:1] * 101,
    ),
    "too much grace": evote(grace_seconds=3601),
    "negative grace": evote(grace_seconds=-1),
    "a hash in capitals": evote(trustees_sha256="A" * 64),
    "a short hash": evote(credentials_sha256="a" * 63),
    "no elector": evote(electors=0),
    "the identity as reserve": evote(reserves=[IDENTITY]),
    "a school of another kind": lambda e: e["evote"]["school"].update(kind="lycée"),
    "a wrong UAI": lambda e: e["evote"]["school"].update(uai="075000A"),
    "a UAI in small letters": lambda e: e["evote"]["school"].update(uai="0750001a"),
    "a school without name": lambda e: e["evote"]["school"].update(name=""),
    "one candidate": a_list(0, candidates=["Anne"]),
    "too many candidates": a_list(0, candidates=[f"Anne {n}" for n in range(5)]),
    "a candidate twice": a_list(0, candidates=["Anne B", "anne b"]),
    "labels alike": a_list(0, label="PEEP "[:4].lower()),
    "an invisible label": a_list(0, label="FCPE\u200b"),
    "fewer commitments than members": lambda e: e["evote"]["ceremony"]["commitments"].pop(),
    "fewer signatures than members": lambda e: e["evote"]["ceremony"]["signatures"].pop(),
    "a commitment that is no hash": lambda e: e["evote"]["ceremony"].update(commitments=["x"] * 3),
}


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED)
def test_another_election_of_ours_is_refused(change: Change) -> None:
    assert changed(change) != OURS.election.data
    with pytest.raises(MalformedError):
        Election.decode(changed(change))


def test_an_evote_that_stands_elsewhere_is_refused() -> None:
    data = changed(lambda e: e["questions"][0].update(evote=1), peer_board("plain").election.data)
    with pytest.raises(MalformedError, match="evote"):
        Election.decode(data)


def test_our_election_must_be_canonical() -> None:
    with pytest.raises(MalformedError):
        Election.decode(OURS.election.data.replace(b",", b", ", 1))


@pytest.mark.parametrize("uuid", ["1" * 14, "z" * 22])
def test_a_uuid_has_14_to_22_characters(uuid: str) -> None:
    verify_uuid(uuid)


# -------------------------------------------------------------------- bindings


def rebound(**members: JsonValue) -> Election:
    return Election.decode(changed(evote(**members)))


def check(
    election: Election,
    trustees_data: bytes = OURS.ceremony.trustees,
    credentials: PublicCredentials = OURS.credentials,
) -> None:
    trustees = Trustees.decode(trustees_data)
    verify_setup(election, trustees, trustees_data, credentials)


def test_the_set_up_of_an_election_of_ours_holds() -> None:
    check(OURS.election)
    evote = OURS.election.evote
    assert evote is not None
    assert evote.trustees_sha256 == sha256(OURS.ceremony.trustees).hexdigest()


def test_bindings_that_do_not_hold_are_refused() -> None:
    other = SimulatedElection(seed="other")
    binding: Any = OURS.bindings.encode()
    foreign: Any = other.bindings.encode()
    ceremony = binding["ceremony"]
    reserves = binding["reserves"]
    cases = [
        rebound(trustees_sha256=foreign["trustees_sha256"]),
        rebound(credentials_sha256=foreign["credentials_sha256"]),
        rebound(electors=7),
        rebound(electors=5),
        rebound(reserves=reserves[:2]),
        rebound(reserves=list(reversed(reserves))),
        rebound(reserves=[reserves[0], *reserves]),
        rebound(reserves=foreign["reserves"]),
        rebound(ceremony=foreign["ceremony"]),
        rebound(ceremony={**ceremony, "commitments": foreign["ceremony"]["commitments"]}),
        rebound(ceremony={**ceremony, "signatures": foreign["ceremony"]["signatures"]}),
        rebound(ceremony={**ceremony, "members": list(reversed(ceremony["members"]))}),
        replace(OURS.election, uuid="AutreElection1"),
        replace(OURS.election, public_key=other.election.public_key),
    ]
    for election in cases:
        with pytest.raises(ProtocolError):
            check(election)


def test_trustees_of_other_bytes_are_refused_however_well_proved() -> None:
    # Trustee 1 proves its key anew: all holds, but it is not what everybody signed.
    parameters = OURS.trustees.threshold_parameters()
    first, *others = parameters.verification_keys
    fresh = replace(first, pok=prove_knowledge(OURS.decryption_key(1)))
    again = Trustees((replace(parameters, verification_keys=(fresh, *others)),))
    verify_trustees(again)
    with pytest.raises(ProtocolError, match="the trustees are not those"):
        check(OURS.election, again.encode())


def test_trustees_that_are_not_proved_are_refused_in_the_plain_profile_too() -> None:
    board = peer_board("plain")
    parameters = board.trustees.threshold_parameters()
    first, *others = parameters.verification_keys
    unproved = replace(first, pok=others[0].pok)
    false = Trustees((replace(parameters, verification_keys=(unproved, *others)),))
    assert false.election_key() == board.election.public_key
    with pytest.raises(TrusteeFault, match="proof of knowledge"):
        verify_setup(board.election, false, false.encode(), board.credentials)


def test_commitments_are_checked_even_where_all_signed_false_ones() -> None:
    binding = OURS.bindings
    commitments = (*binding.ceremony.commitments[:2], "0" * 64)
    transcript = Transcript(
        OURS.uuid, 2, binding.ceremony.members, commitments, binding.trustees_sha256
    )
    signatures = tuple(sign_transcript(OURS.keys(i), transcript, i) for i in (1, 2, 3))
    ceremony = replace(binding.ceremony, commitments=commitments, signatures=signatures)
    with pytest.raises(TrusteeFault, match="committed") as fault:
        check(rebound(ceremony=ceremony.encode()))
    assert fault.value.trustee == 3


@pytest.mark.parametrize(("size", "threshold"), [(2, 2), (3, 1), (4, 2)])
def test_fewer_than_three_trustees_or_half_to_decrypt_are_refused(
    size: int, threshold: int
) -> None:
    parameters = small_parameters(size, threshold)
    trustees = Trustees((parameters,))
    data = trustees.encode()
    election = Election.decode(
        changed(
            lambda e: (
                e.update(public_key=trustees.election_key().encode()),
                e["evote"].update(trustees_sha256=sha256_hex(data)),
            )
        )
    )
    with pytest.raises(ProtocolError, match=r"there are not 3|more than half"):
        verify_setup(election, trustees, data, OURS.credentials)


def small_parameters(size: int, threshold: int) -> ThresholdParameters:
    keys = [derive_keys(generate_seed()) for _ in range(size)]
    certificates = [
        make_certificate(own, size=size, threshold=threshold, index=index)
        for index, own in enumerate(keys, 1)
    ]
    messages = [
        make_polynomial_message(own, certificates, generate_polynomial(threshold)) for own in keys
    ]
    voutputs = [
        make_voutput(own, certificates, make_vinput(certificates, messages, index))
        for index, own in enumerate(keys, 1)
    ]
    return make_threshold_parameters(certificates, messages, voutputs)
