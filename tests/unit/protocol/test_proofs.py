# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/protocol.md §6: each proof holds for its statement, and for nothing beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from protocol.elgamal import Ciphertext, Encryption, combine_encryptions, encrypt
from protocol.encoding import JsonValue, sha256_base64, sha256_hex
from protocol.errors import MalformedError, ProofError, ProtocolError
from protocol.group import GENERATOR, IDENTITY, Element, Q, Scalar, generator_power
from protocol.proofs.blank import prove_blank, prove_overall, verify_blank, verify_overall
from protocol.proofs.bound import BoundStatement, prove_bound, verify_bound
from protocol.proofs.decryption import DecryptionStatement, prove_decryption, verify_decryption
from protocol.proofs.knowledge import prove_knowledge, verify_knowledge
from protocol.proofs.membership import prove_membership, verify_membership
from protocol.proofs.nonce import Nonces
from protocol.proofs.proof import Proof
from protocol.proofs.signature import sign, verify_signature
from protocol.secret import Secret
from protocol.transcript import hash_to_scalar, labelled_scalar
from tests.rng import constant_rng, seeded_rng
from tests.variants import changed_calls

RNG = seeded_rng("proofs")
PHI = sha256_base64(b"an election")
KEY = Secret(Scalar.random(RNG))
X = generator_power(KEY.reveal())
Y = generator_power(Scalar.random(RNG))
S = f"{PHI}|{generator_power(Scalar.random(RNG)).encode()}"


def encryption(m: int) -> Encryption:
    r = Scalar.random(RNG)
    return Encryption(encrypt(Y, r, m), r, m)


ZERO_VOTE, ONE_VOTE = encryption(0), encryption(1)
TOTAL = combine_encryptions([encryption(1), encryption(0), encryption(1)])
NO_VOTE = combine_encryptions([encryption(0), encryption(0)])
ALPHA = ONE_VOTE.ciphertext.alpha
DECRYPTION = DecryptionStatement(PHI, X, ALPHA, ALPHA ** KEY.reveal())
EMPTY_BOX = replace(DECRYPTION, alpha=IDENTITY, factor=IDENTITY)
BOUND = BoundStatement(DECRYPTION, sha256_hex(b"an event"), 2, 0, 1)
PARTS = ["setup", sha256_hex(b"another event"), "3"]

# A kind of proof, in each case that its prover treats apart: the checker and its arguments.
KINDS: dict[str, tuple[Callable[..., None], dict[str, Any]]] = {
    "knowledge §6.1": (
        verify_knowledge,
        {"public_key": X, "proof": prove_knowledge(KEY, RNG)},
    ),
    "membership §6.2 of 0": (
        verify_membership,
        {
            "s": S,
            "y": Y,
            "ciphertext": ZERO_VOTE.ciphertext,
            "values": (0, 1),
            "proofs": prove_membership(S, Y, ZERO_VOTE, (0, 1), RNG),
        },
    ),
    "membership §6.2 of 2 in 1 to 3": (
        verify_membership,
        {
            "s": S,
            "y": Y,
            "ciphertext": TOTAL.ciphertext,
            "values": range(1, 4),
            "proofs": prove_membership(S, Y, TOTAL, range(1, 4), RNG),
        },
    ),
    "blank proof §6.3 of a vote": (
        verify_blank,
        {
            "s": S,
            "y": Y,
            "blank": ZERO_VOTE.ciphertext,
            "total": TOTAL.ciphertext,
            "proofs": prove_blank(S, Y, ZERO_VOTE, TOTAL, RNG),
        },
    ),
    "blank proof §6.3 of a blank vote": (
        verify_blank,
        {
            "s": S,
            "y": Y,
            "blank": ONE_VOTE.ciphertext,
            "total": NO_VOTE.ciphertext,
            "proofs": prove_blank(S, Y, ONE_VOTE, NO_VOTE, RNG),
        },
    ),
    "overall proof §6.4 of a vote": (
        verify_overall,
        {
            "s": S,
            "y": Y,
            "blank": ZERO_VOTE.ciphertext,
            "total": TOTAL.ciphertext,
            "values": (1, 2),
            "proofs": prove_overall(S, Y, ZERO_VOTE, TOTAL, (1, 2), RNG),
        },
    ),
    "overall proof §6.4 of a blank vote": (
        verify_overall,
        {
            "s": S,
            "y": Y,
            "blank": ONE_VOTE.ciphertext,
            "total": NO_VOTE.ciphertext,
            "values": (1,),
            "proofs": prove_overall(S, Y, ONE_VOTE, NO_VOTE, (1,), RNG),
        },
    ),
    "decryption §6.5": (
        verify_decryption,
        {"statement": DECRYPTION, "proof": prove_decryption(DECRYPTION, KEY, RNG)},
    ),
    "decryption §6.5 of an empty box": (
        verify_decryption,
        {"statement": EMPTY_BOX, "proof": prove_decryption(EMPTY_BOX, KEY, RNG)},
    ),
    "bound decryption §6.6": (
        verify_bound,
        {"statement": BOUND, "proof": prove_bound(BOUND, KEY, RNG)},
    ),
    "signature §6.7": (
        verify_signature,
        {
            "label": "evote/v1/test",
            "parts": PARTS,
            "verification_key": X,
            "signature": sign("evote/v1/test", PARTS, KEY, RNG),
        },
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_proof_holds_for_its_statement(kind: str) -> None:
    verify, arguments = KINDS[kind]
    verify(**arguments)


@pytest.mark.parametrize("kind", KINDS)
def test_a_proof_fails_when_any_part_of_its_statement_or_of_itself_changes(kind: str) -> None:
    verify, arguments = KINDS[kind]
    passed = []
    for what, check in changed_calls(verify, arguments):
        try:
            check()
        except ProofError:
            continue
        passed.append(what)
    assert not passed


SECTION = {kind: kind.split("§")[1][:3] for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_the_error_cites_the_section_of_the_proof(kind: str) -> None:
    verify, arguments = KINDS[kind]
    _, check = next(changed_calls(verify, arguments))
    with pytest.raises(ProofError) as refusal:
        check()
    assert refusal.value.section == SECTION[kind]


SINGLE = {
    "knowledge": lambda: prove_knowledge(KEY, RNG),
    "decryption": lambda: prove_decryption(DECRYPTION, KEY, RNG),
    "bound": lambda: prove_bound(BOUND, KEY, RNG),
    "signature": lambda: sign("evote/v1/test", PARTS, KEY, RNG),
    "signature under another label": lambda: sign("evote/v1/other", PARTS, KEY, RNG),
    "signature of the bound statement": lambda: sign(
        "evote/v1/bound-decryption", BOUND.parts(), KEY, RNG
    ),
}
CHECKS: dict[str, Callable[[Proof], None]] = {
    "knowledge": lambda proof: verify_knowledge(X, proof),
    "decryption": lambda proof: verify_decryption(DECRYPTION, proof),
    "bound": lambda proof: verify_bound(BOUND, proof),
    "signature": lambda proof: verify_signature("evote/v1/test", PARTS, X, proof),
    "signature under another label": lambda proof: verify_signature(
        "evote/v1/other", PARTS, X, proof
    ),
    "signature of the bound statement": lambda proof: verify_signature(
        "evote/v1/bound-decryption", BOUND.parts(), X, proof
    ),
}


@pytest.mark.parametrize("made_as", SINGLE)
@pytest.mark.parametrize("read_as", CHECKS)
def test_a_proof_never_verifies_as_another_kind(made_as: str, read_as: str) -> None:
    proof = SINGLE[made_as]()
    if made_as == read_as:
        CHECKS[read_as](proof)
    else:
        with pytest.raises(ProofError):
            CHECKS[read_as](proof)


def disjunctions(s: str) -> dict[str, tuple[tuple[Proof, ...], Callable[[Any], None]]]:
    """Return the proofs of two branches about the same two ciphertexts: 0 votes, no blank."""
    blank, total = ZERO_VOTE, NO_VOTE
    c, d = blank.ciphertext, total.ciphertext
    return {
        "membership of the blank": (
            prove_membership(s, Y, blank, (0, 1), RNG),
            lambda proofs: verify_membership(S, Y, c, (0, 1), proofs),
        ),
        "membership of the total": (
            prove_membership(s, Y, total, (0, 1), RNG),
            lambda proofs: verify_membership(S, Y, d, (0, 1), proofs),
        ),
        "blank": (
            prove_blank(s, Y, blank, total, RNG),
            lambda proofs: verify_blank(S, Y, c, d, proofs),
        ),
        "overall": (
            prove_overall(s, Y, blank, total, (0,), RNG),
            lambda proofs: verify_overall(S, Y, c, d, (0,), proofs),
        ),
    }


def test_a_disjunction_never_verifies_as_another_kind_or_in_another_election() -> None:
    here = disjunctions(S)
    elsewhere = disjunctions(S.replace(PHI, sha256_base64(b"another election")))
    for made_as, (proofs, _) in here.items():
        for read_as, (_, check) in here.items():
            if made_as == read_as:
                check(proofs)
                with pytest.raises(ProofError):
                    check(elsewhere[made_as][0])
            else:
                with pytest.raises(ProofError):
                    check(proofs)


@pytest.mark.parametrize("values", [(), (0,), (1, 2), (-1,)])
def test_a_false_statement_is_not_proved(values: tuple[int, ...]) -> None:
    encrypted = encryption(3)
    with pytest.raises(ProtocolError, match="no branch"):
        prove_membership(S, Y, encrypted, values, RNG)


@pytest.mark.parametrize("plaintext", [2, -1, Q - 1])
def test_a_forged_plaintext_fails_whatever_it_claims_to_be(plaintext: int) -> None:
    # The prover lies about m: the simulated and the true branch then contradict each other.
    r = Scalar.random(RNG)
    lie = Encryption(encrypt(Y, r, plaintext), r, 1)
    proofs = prove_membership(S, Y, lie, (0, 1), RNG)
    with pytest.raises(ProofError):
        verify_membership(S, Y, lie.ciphertext, (0, 1), proofs)


def test_no_proof_at_all_is_no_proof_of_the_empty_statement() -> None:
    with pytest.raises(ProofError):
        verify_membership(S, Y, ZERO_VOTE.ciphertext, (), ())


def test_no_key_but_the_owners_makes_the_bound_proof() -> None:
    with pytest.raises(ProofError):
        verify_bound(BOUND, prove_bound(BOUND, Secret(Scalar.from_int(5)), RNG))


def test_a_constant_generator_gives_other_nonces_for_other_statements() -> None:
    def nonce(proof: Proof) -> Scalar:
        return proof.response + KEY.reveal() * proof.challenge

    elsewhere = replace(BOUND, choice=2)
    proofs = [
        prove_knowledge(KEY, constant_rng),
        prove_decryption(DECRYPTION, KEY, constant_rng),
        prove_decryption(replace(DECRYPTION, alpha=GENERATOR), KEY, constant_rng),
        prove_bound(BOUND, KEY, constant_rng),
        prove_bound(elsewhere, KEY, constant_rng),
        sign("evote/v1/test", ["a"], KEY, constant_rng),
        sign("evote/v1/test", ["b"], KEY, constant_rng),
        sign("evote/v1/other", ["a"], KEY, constant_rng),
    ]
    assert len({nonce(proof) for proof in proofs}) == len(proofs)


def test_a_constant_generator_does_not_show_which_branch_is_true() -> None:
    parts = [
        proof
        for vote in (ZERO_VOTE, ONE_VOTE)
        for proof in prove_membership(S, Y, vote, (0, 1), constant_rng)
    ]
    scalars = {scalar for proof in parts for scalar in (proof.challenge, proof.response)}
    assert len(scalars) == 8


def test_a_nonce_depends_on_secret_statement_draw_and_generator() -> None:
    def first_two(secret: int, statement: str, seed: str) -> list[Scalar]:
        nonces = Nonces(Scalar.from_int(secret), (statement,), seeded_rng(seed))
        return [nonces.draw(), nonces.draw()]

    cases = [(1, "s", "a"), (2, "s", "a"), (1, "t", "a"), (1, "s", "b")]
    drawn = {scalar for case in cases for scalar in first_two(*case)}
    assert len(drawn) == 2 * len(cases)
    constant = Nonces(Scalar.from_int(1), ("s",), constant_rng)
    assert constant.draw() != constant.draw()


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {"challenge": "1"},
        {"challenge": "1", "response": 2},
        {"challenge": "01", "response": "2"},
        {"challenge": "1", "response": str(Q + 2)},
        {"challenge": "1", "response": "2", "more": "3"},
    ],
)
def test_other_values_are_no_proofs(value: JsonValue) -> None:
    with pytest.raises(MalformedError):
        Proof.decode(value)


# Each preimage once more, from the text of the document and the commitments the proofs claim.


def claimed(proof: Proof, base: Element, power: Element) -> str:
    return proof.commitment(base, power).encode()


def test_the_preimage_of_knowledge() -> None:
    proof: Proof = KINDS["knowledge §6.1"][1]["proof"]
    a = claimed(proof, GENERATOR, X)
    assert proof.challenge == hash_to_scalar(f"pok|Ed25519|{X.encode()}|{a}")


def test_the_preimage_of_decryption() -> None:
    proof: Proof = KINDS["decryption §6.5"][1]["proof"]
    a, b = claimed(proof, GENERATOR, X), claimed(proof, ALPHA, DECRYPTION.factor)
    assert proof.challenge == hash_to_scalar(f"decrypt|{PHI}|{X.encode()}|{a},{b}")


def test_the_preimage_of_bound_decryption_is_the_whole_statement() -> None:
    proof: Proof = KINDS["bound decryption §6.6"][1]["proof"]
    elements = (GENERATOR, X, ALPHA, DECRYPTION.factor)
    a, b = claimed(proof, GENERATOR, X), claimed(proof, ALPHA, DECRYPTION.factor)
    parts = [PHI, BOUND.tally_event, "2", "0", "1", *(e.encode() for e in elements), a, b]
    assert proof.challenge == labelled_scalar("evote/v1/bound-decryption", parts)


def test_the_preimage_of_a_signature_begins_with_key_and_commitment() -> None:
    proof: Proof = KINDS["signature §6.7"][1]["signature"]
    parts = [X.encode(), claimed(proof, GENERATOR, X), *PARTS]
    assert proof.challenge == labelled_scalar("evote/v1/test", parts)


def branch(ciphertext: Ciphertext, m: int, proof: Proof) -> str:
    shifted = ciphertext.beta / generator_power(Scalar.from_int(m))
    a = claimed(proof, GENERATOR, ciphertext.alpha)
    return f"{a},{claimed(proof, Y, shifted)}"


def test_the_preimages_of_the_proofs_of_an_answer() -> None:
    blank, total = ZERO_VOTE.ciphertext, TOTAL.ciphertext
    cases = {
        "membership §6.2 of 2 in 1 to 3": (
            f"prove|{S}|{total.text()}|",
            [(total, 1), (total, 2), (total, 3)],
        ),
        "blank proof §6.3 of a vote": (f"bproof0|{S}|", [(blank, 0), (total, 0)]),
        "overall proof §6.4 of a vote": (f"bproof1|{S}|", [(blank, 1), (total, 1), (total, 2)]),
    }
    for kind, (prefix, claims) in cases.items():
        proofs: tuple[Proof, ...] = KINDS[kind][1]["proofs"]
        texts = [branch(*claim, proof) for claim, proof in zip(claims, proofs, strict=True)]
        total_challenge = sum(proof.challenge.to_int() for proof in proofs)
        assert hash_to_scalar(prefix + ",".join(texts)) == Scalar.from_int(total_challenge)


def test_a_factor_chosen_after_the_challenge_is_refused() -> None:
    w, v = Scalar.random(RNG), Scalar.random(RNG)
    a, b = generator_power(w), ALPHA**v
    parts = (*BOUND.parts(), a.encode(), b.encode())
    challenge = labelled_scalar("evote/v1/bound-decryption", parts)
    response = w - KEY.reveal() * challenge
    factor = (b / ALPHA**response) ** challenge.inverse()
    forged = replace(BOUND, decryption=replace(DECRYPTION, factor=factor))
    with pytest.raises(ProofError):
        verify_bound(forged, Proof(challenge, response))


def test_a_key_chosen_after_the_challenge_is_refused() -> None:
    commitment, response = generator_power(Scalar.random(RNG)), Scalar.random(RNG)
    challenge = labelled_scalar("evote/v1/test", (X.encode(), commitment.encode(), *PARTS))
    key = (commitment / generator_power(response)) ** challenge.inverse()
    with pytest.raises(ProofError):
        verify_signature("evote/v1/test", PARTS, key, Proof(challenge, response))
