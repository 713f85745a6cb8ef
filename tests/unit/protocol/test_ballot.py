# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/protocol.md §9.2 to §9.5: one text a ballot, its exact shape, its voter, its election."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from protocol.answer import Answer, verify_answer
from protocol.ballot import (
    Ballot,
    BallotContext,
    UnsignedBallot,
    make_unsigned_ballot,
    sign_ballot,
    tracker,
    verify_ballot,
    verify_unsigned,
)
from protocol.credentials import public_credential
from protocol.elgamal import Ciphertext, Encryption, combine_encryptions, encrypt
from protocol.encoding import sha256_base64
from protocol.errors import MalformedError, ProofError, ProtocolError
from protocol.group import GENERATOR, ONE, Q, Scalar, generator_power
from protocol.proofs.blank import prove_blank, prove_overall
from protocol.proofs.membership import prove_membership
from protocol.proofs.proof import Proof
from protocol.questions import Question
from protocol.rng import Rng, system_rng
from protocol.secret import Secret
from tests.rng import constant_rng, seeded_rng
from tests.variants import changed_calls

RNG = seeded_rng("ballots")
KEY = Scalar.random(RNG)
BLANK = Question(("A", "B"), True, 1, 1, "une liste ?")
SEVERAL = Question(("C", "D"), False, 0, 2, "lesquels ?")
CONTEXT = BallotContext(
    "F3LXxMBpCrX1W9", sha256_base64(b"election"), generator_power(KEY), (BLANK, SEVERAL)
)
VOTER = Secret(Scalar.random(RNG))
OTHER_VOTER = Secret(Scalar.random(RNG))
VOTES = ((0, 1, 0), (1, 1))
UNSIGNED, OPENING = make_unsigned_ballot(CONTEXT, VOTER, VOTES, RNG)
BALLOT = sign_ballot(UNSIGNED, VOTER, RNG)
DATA = BALLOT.encode()


def test_a_ballot_is_read_back_and_verifies() -> None:
    assert Ballot.decode(DATA, CONTEXT.questions) == BALLOT
    verify_ballot(BALLOT, CONTEXT)


def test_members_stand_in_the_order_of_the_document() -> None:
    value = json.loads(DATA)
    assert list(value) == [
        "election_uuid",
        "election_hash",
        "credential",
        "answers",
        "signature",
    ]
    assert list(value["answers"][0]) == [
        "choices",
        "individual_proofs",
        "overall_proof",
        "blank_proof",
    ]
    assert "blank_proof" not in value["answers"][1]
    assert list(value["signature"]) == ["hash", "proof"]


def test_the_hash_is_that_of_the_ballot_without_signature() -> None:
    without = DATA[: DATA.index(b',"signature":')] + b"}"
    assert BALLOT.signed_hash == UNSIGNED.hash() == sha256_base64(without)


def test_the_tracker_is_known_before_signing_and_stays() -> None:
    assert BALLOT.tracker() == UNSIGNED.tracker() == tracker(BALLOT.signed_hash)
    assert tracker("A" * 43) == "0000-0000-0000-0000"
    assert tracker("/" * 42 + "8") == "ZZZZ-ZZZZ-ZZZZ-ZZZZ"
    assert tracker("BCEIRCZyD5UQ3V4AAAAAAAAAAAAAAAAAAAAAAAAAAAA")[:4] == "0GGG"


def test_a_ballot_fails_when_any_part_of_it_or_of_its_election_changes() -> None:
    passed = []
    for what, check in changed_calls(verify_ballot, {"ballot": BALLOT, "context": CONTEXT}):
        try:
            check()
        except ProtocolError:
            continue
        passed.append(what)
    # The words of a question are under the fingerprint, not in the proofs one by one; nothing else.
    words = r"context questions \[\d\] (answers \[\d\]|question) (longer|shorter|exchanged)"
    assert passed
    assert [what for what in passed if re.fullmatch(words, what) is None] == []


def resigned(unsigned: UnsignedBallot, voter: Secret[Scalar] = VOTER) -> Ballot:
    """Sign anything, as a voter with a program of their own can."""
    return sign_ballot(replace(unsigned, credential=public_credential(voter)), voter, RNG)


def with_answer(index: int, **changes: object) -> Ballot:
    answers = list(UNSIGNED.answers)
    answers[index] = replace(answers[index], **changes)  # type: ignore[arg-type]
    return resigned(replace(UNSIGNED, answers=tuple(answers)))


CHOICES = UNSIGNED.answers[0].choices
PROOFS = UNSIGNED.answers[0].individual_proofs
RERANDOMISED = tuple(Ciphertext(c.alpha * GENERATOR, c.beta * CONTEXT.public_key) for c in CHOICES)
ANOTHER = sign_ballot(make_unsigned_ballot(CONTEXT, VOTER, VOTES, RNG)[0], VOTER, RNG)
FORGED: dict[str, Callable[[], Ballot]] = {
    "another voter signs a copy": lambda: resigned(UNSIGNED, OTHER_VOTER),
    "ciphertexts are re-randomised": lambda: with_answer(0, choices=RERANDOMISED),
    "two choices are exchanged with their proofs": lambda: with_answer(
        0,
        choices=(CHOICES[0], CHOICES[2], CHOICES[1]),
        individual_proofs=(PROOFS[0], PROOFS[2], PROOFS[1]),
    ),
    "proofs of the 0 and the 1 are exchanged": lambda: with_answer(
        0, individual_proofs=(PROOFS[1], PROOFS[0], PROOFS[2])
    ),
    "the sum is proved over the other question": lambda: with_answer(
        1, overall_proof=(*UNSIGNED.answers[0].overall_proof, UNSIGNED.answers[1].overall_proof[0])
    ),
    "it names another election": lambda: resigned(
        replace(UNSIGNED, fingerprint=sha256_base64(b"another"))
    ),
    "it names another uuid": lambda: resigned(replace(UNSIGNED, uuid="G3LXxMBpCrX1W9")),
    "the hash is that of another ballot": lambda: replace(
        BALLOT, signed_hash=sha256_base64(b"another")
    ),
    "hash and signature are those of another ballot of this voter": lambda: replace(
        BALLOT, signed_hash=ANOTHER.signed_hash, signature=ANOTHER.signature
    ),
    "the signature is by another credential": lambda: replace(
        BALLOT, signature=resigned(UNSIGNED, OTHER_VOTER).signature
    ),
    "the signature is one of another ballot": lambda: replace(
        BALLOT, signature=with_answer(0, choices=RERANDOMISED).signature
    ),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
def test_a_forged_ballot_is_untrue(forged: Callable[[], Ballot]) -> None:
    ballot = Ballot.decode(forged().encode(), CONTEXT.questions)
    with pytest.raises(ProofError):
        verify_ballot(ballot, CONTEXT)


def alphas(
    votes: Sequence[Sequence[int]],
    rng: Rng,
    voter: Secret[Scalar] = VOTER,
    context: BallotContext = CONTEXT,
    earlier: int = 0,
) -> list[str]:
    """The α of every choice of a ballot: two are equal only if their randomness is."""
    unsigned, _ = make_unsigned_ballot(context, voter, votes, rng, earlier=earlier)
    return [choice.alpha.encode() for made in unsigned.answers for choice in made.choices]


def test_a_generator_that_repeats_itself_lets_no_ballot_open_another() -> None:
    elsewhere = replace(CONTEXT, fingerprint=sha256_base64(b"another"))
    all_of_them = [
        *alphas(VOTES, constant_rng),
        *alphas(VOTES, constant_rng, earlier=1),  # checked, then encrypted anew for the same choice
        *alphas(((0, 0, 1), (1, 1)), constant_rng),
        *alphas(((0, 1, 0), (1, 0)), constant_rng),  # the other question's vote is another
        *alphas(VOTES, constant_rng, OTHER_VOTER),
        *alphas(VOTES, constant_rng, context=elsewhere),
    ]
    assert len(set(all_of_them)) == len(all_of_them) == 6 * 5


def test_a_generator_that_works_makes_another_ballot_of_the_same_vote() -> None:
    drawn = [*alphas(VOTES, RNG), *alphas(VOTES, RNG), *alphas(VOTES, system_rng)]
    assert len(set(drawn)) == len(drawn) == 3 * 5


def test_each_choice_has_sixty_four_random_bytes_of_its_own() -> None:
    asked: list[int] = []

    def counting(count: int) -> bytes:
        asked.append(count)
        return system_rng(count)

    alphas(VOTES, counting)
    assert asked[:5] == [64] * 5
    assert set(asked[5:]) == {32}  # those of the proofs: §6


def test_a_vote_that_is_not_permitted_is_not_encrypted() -> None:
    for votes in ([(0, 1, 1), (0, 0)], [(1, 1, 0), (0, 0)], [(0, 1, 0)], [(0, 2, -1), (0, 0)]):
        with pytest.raises(ProtocolError):
            make_unsigned_ballot(CONTEXT, VOTER, votes, RNG)


def test_the_secret_must_be_that_of_the_ballots_credential() -> None:
    with pytest.raises(ProtocolError, match="another credential"):
        sign_ballot(UNSIGNED, OTHER_VOTER)


Edit = Callable[[dict[str, Any]], object]
IDENTITY_TEXT = "0" * 63 + "1"
ORDER_2 = f"{2**255 - 20:064x}"


def answer(value: dict[str, Any], index: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = value["answers"][index]
    return found


MALFORMED: dict[str, Edit] = {
    "no answer": lambda b: b.update(answers=[]),
    "one answer too few": lambda b: b["answers"].pop(),
    "one answer too many": lambda b: b["answers"].append(answer(b, 1)),
    "answers exchanged": lambda b: b["answers"].reverse(),
    "no choice": lambda b: answer(b).update(choices=[], individual_proofs=[]),
    "one choice too few": lambda b: answer(b)["choices"].pop(),
    "one choice and proof too few": lambda b: (
        answer(b)["choices"].pop(),
        answer(b)["individual_proofs"].pop(),
    ),
    "one choice too many": lambda b: answer(b)["choices"].append(answer(b)["choices"][0]),
    "one individual proof too few": lambda b: answer(b)["individual_proofs"].pop(),
    "an individual proof of one branch": lambda b: answer(b)["individual_proofs"][1].pop(),
    "an individual proof of three branches": lambda b: answer(b)["individual_proofs"][1].append(
        answer(b)["individual_proofs"][0][0]
    ),
    "an individual proof that is no array": lambda b: answer(b)["individual_proofs"].__setitem__(
        0, {}
    ),
    "an empty overall proof": lambda b: answer(b).update(overall_proof=[]),
    "an overall proof one branch short": lambda b: answer(b)["overall_proof"].pop(),
    "an overall proof one branch long": lambda b: answer(b, 1)["overall_proof"].append(
        answer(b, 1)["overall_proof"][0]
    ),
    "no blank proof": lambda b: answer(b).pop("blank_proof"),
    "no blank proof and no blank choice": lambda b: (
        answer(b).pop("blank_proof"),
        answer(b)["choices"].pop(0),
        answer(b)["individual_proofs"].pop(0),
        answer(b)["overall_proof"].pop(0),
    ),
    "a blank proof that is null": lambda b: answer(b).update(blank_proof=None),
    "a blank proof of one branch": lambda b: answer(b)["blank_proof"].pop(),
    "a blank proof where there is no blank": lambda b: answer(b, 1).update(
        blank_proof=answer(b)["blank_proof"]
    ),
    "an unknown member of the ballot": lambda b: b.update(note=1),
    "an unknown member of an answer": lambda b: answer(b).update(note=1),
    "an unknown member of a ciphertext": lambda b: answer(b)["choices"][0].update(note=1),
    "an unknown member of a proof": lambda b: answer(b)["overall_proof"][0].update(note=1),
    "an unknown member of the signature": lambda b: b["signature"].update(note=1),
    "no signature": lambda b: b.pop("signature"),
    "a signature that is null": lambda b: b.update(signature=None),
    "a hash that is not base 64": lambda b: b["signature"].update(hash="-" * 43),
    "a fingerprint with padding": lambda b: b.update(election_hash=b["election_hash"] + "="),
    "alpha is the identity": lambda b: answer(b)["choices"][0].update(alpha=IDENTITY_TEXT),
    "beta is the identity": lambda b: answer(b)["choices"][0].update(beta=IDENTITY_TEXT),
    "alpha has order 2": lambda b: answer(b)["choices"][0].update(alpha=ORDER_2),
    "the credential is the identity": lambda b: b.update(credential=IDENTITY_TEXT),
    "the credential has order 2": lambda b: b.update(credential=ORDER_2),
    "a response plus q": lambda b: b["signature"]["proof"].update(
        response=str(int(b["signature"]["proof"]["response"]) + Q)
    ),
    "a challenge that is a number": lambda b: b["signature"]["proof"].update(challenge=1),
    "members in another order": lambda b: b.update(credential=b.pop("credential")),
    "members of a proof in another order": lambda b: b["signature"]["proof"].update(
        challenge=b["signature"]["proof"].pop("challenge")
    ),
}


@pytest.mark.parametrize("edit", MALFORMED.values(), ids=MALFORMED.keys())
def test_another_form_is_no_ballot(edit: Edit) -> None:
    value = json.loads(DATA)
    edit(value)
    data = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    assert data != DATA
    with pytest.raises(MalformedError):
        Ballot.decode(data, CONTEXT.questions)


TEXTS: dict[str, Callable[[bytes], bytes]] = {
    "a space": lambda data: data.replace(b":", b": ", 1),
    "a newline at the end": lambda data: data + b"\n",
    "a needless escape": lambda data: data.replace(b'"F3L', b'"\\u00463L', 1),
    "a member twice": lambda data: data.replace(b"{", b'{"election_uuid":"F3LXxMBpCrX1W9",', 1),
    "a capital digit": lambda data: data.replace(
        b'"credential":"' + BALLOT.credential.encode().encode(),
        b'"credential":"' + BALLOT.credential.encode().upper().encode(),
    ),
    "nothing": lambda _: b"",
    "another value": lambda _: b"[]",
}


@pytest.mark.parametrize("edit", TEXTS.values(), ids=TEXTS.keys())
def test_another_text_of_the_same_ballot_is_refused(edit: Callable[[bytes], bytes]) -> None:
    with pytest.raises(MalformedError):
        Ballot.decode(edit(DATA), CONTEXT.questions)


def test_the_shape_is_checked_again_against_the_election_that_verifies() -> None:
    other = replace(CONTEXT, questions=(replace(BLANK, answers=("A", "B", "C")), SEVERAL))
    with pytest.raises(MalformedError, match="shape"):
        verify_ballot(BALLOT, other)
    with pytest.raises(MalformedError, match="one answer for each question"):
        verify_ballot(BALLOT, replace(CONTEXT, questions=(BLANK,)))


def forged_answer(question: Question, real: tuple[int, ...]) -> Answer:
    """Encrypt any 0/1 vote with every proof that is true, and a lie for each that is not."""
    s0, y = CONTEXT.statement(public_credential(VOTER)), CONTEXT.public_key
    randomness = [Scalar.random(RNG) for _ in real]
    made = [Encryption(encrypt(y, r, m), r, m) for r, m in zip(randomness, real, strict=True)]
    choices = tuple(encryption.ciphertext for encryption in made)
    individual = tuple(prove_membership(s0, y, encryption, (0, 1), RNG) for encryption in made)
    s = f"{s0}|{','.join(choice.text() for choice in choices)}"
    values = question.values
    if not question.blank:
        overall = prove_membership(s, y, lying(combine_encryptions(made), values), values, RNG)
        return Answer(choices, individual, overall, None)
    blank, total = made[0], combine_encryptions(made[1:])
    true_overall = blank.plaintext == 1 or total.plaintext in values
    overall = prove_overall(
        s, y, blank, total if true_overall else lying(total, values), values, RNG
    )
    true_blank = 0 in {blank.plaintext, total.plaintext}
    both = prove_blank(s, y, blank, total if true_blank else lying(total, (0,)), RNG)
    return Answer(choices, individual, overall, both)


def lying(encryption: Encryption, values: Sequence[int]) -> Encryption:
    if encryption.plaintext in values:
        return encryption
    return replace(encryption, plaintext=values[0])


@pytest.mark.parametrize("index", [0, 1])
def test_the_forger_of_these_tests_can_also_tell_the_truth(index: int) -> None:
    answers = list(UNSIGNED.answers)
    answers[index] = forged_answer(CONTEXT.questions[index], VOTES[index])
    verify_unsigned(replace(UNSIGNED, answers=tuple(answers)), CONTEXT)


@pytest.mark.parametrize(
    ("real", "section"),
    [
        ((0, 1, 1), "6.4"),  # too many lists
        ((0, 0, 0), "6.4"),  # none, and not blank
        ((1, 1, 0), "6.3"),  # blank, and a list
        ((1, 1, 1), "6.3"),
    ],
    ids=str,
)
def test_the_sum_of_an_answer_with_blank_is_proved(real: tuple[int, ...], section: str) -> None:
    ballot = resigned(replace(UNSIGNED, answers=(forged_answer(BLANK, real), UNSIGNED.answers[1])))
    with pytest.raises(ProofError) as refusal:
        verify_ballot(ballot, CONTEXT)
    assert refusal.value.section == section


@pytest.mark.parametrize("real", [(0, 0), (1, 1)], ids=str)
def test_the_sum_of_an_answer_without_blank_is_proved(real: tuple[int, ...]) -> None:
    one = replace(SEVERAL, minimum=1, maximum=1)
    answer_to_it = forged_answer(one, real)
    with pytest.raises(ProofError, match=r"§6\.2"):
        verify_answer(
            CONTEXT.statement(public_credential(VOTER)), CONTEXT.public_key, one, answer_to_it
        )


@pytest.mark.parametrize("real", [2, -1, Q - 1])
def test_a_choice_that_is_neither_0_nor_1_is_refused(real: int) -> None:
    shift = generator_power(Scalar.from_int(real - 1))
    shifted = Ciphertext(CHOICES[1].alpha, CHOICES[1].beta * shift)
    with pytest.raises(ProofError, match=r"§6\.2"):
        verify_ballot(with_answer(0, choices=(CHOICES[0], shifted, CHOICES[2])), CONTEXT)


def test_an_unsigned_ballot_verifies_but_cannot_be_read_as_cast() -> None:
    verify_unsigned(UNSIGNED, CONTEXT)
    assert UnsignedBallot.decode(UNSIGNED.to_json(), CONTEXT.questions) == UNSIGNED
    with pytest.raises(MalformedError):
        UnsignedBallot.decode(json.loads(DATA), CONTEXT.questions)


def test_the_opening_is_kept_secret_and_opens_every_choice() -> None:
    assert repr(OPENING) == "Secret(…)"
    opening = OPENING.reveal()
    assert opening.votes == VOTES
    for made, randomness in zip(UNSIGNED.answers, opening.randomness, strict=True):
        assert [choice.alpha for choice in made.choices] == list(map(generator_power, randomness))


def test_a_ballots_signature_is_not_that_of_a_changed_response() -> None:
    changed = Proof(BALLOT.signature.challenge, BALLOT.signature.response + ONE)
    with pytest.raises(ProofError, match="signature"):
        verify_ballot(replace(BALLOT, signature=changed), CONTEXT)
