# SPDX-License-Identifier: AGPL-3.0-or-later
"""From ballots to votes: weights, payloads, decryptions, combination, logarithm, result: §11."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocol.board import RecordedDecryption
from protocol.combination import ThresholdNotMet, combine_factors, lagrange
from protocol.counting import EncryptedTally, SizedTally, count_ballots
from protocol.decryption import (
    CountContext,
    OwnedPayload,
    PartialDecryption,
    make_partial_decryption,
    verify_partial_decryption,
)
from protocol.discrete_log import MAX_TOTAL, discrete_logs
from protocol.elgamal import NEUTRAL
from protocol.encoding import encode_json
from protocol.errors import MalformedError, ProofError, ProtocolError
from protocol.group import IDENTITY, Element, Scalar, generator_power
from protocol.merkle import LogPosition
from protocol.public_credentials import PublicCredentials
from protocol.questions import Question
from protocol.result import (
    Result,
    ResultBinding,
    Seats,
    SeatsOfList,
    compute_votes,
    verify_possible,
)
from protocol.secret import Secret
from protocol.voutput import open_decryption_key
from tests.peer_secrets import NUMBERS, file_of, keys_of, peer_board
from tests.simulator import SimulatedElection
from tests.variants import changes

PLAIN = SimulatedElection(preau=False)
OURS = SimulatedElection()
PEER = peer_board("plain")


def power(exponent: int) -> Element:
    return generator_power(Scalar.from_int(exponent))


# -------------------------------------------------------------------- which ballots count


def weighted(weights: list[int]) -> PublicCredentials:
    """The credentials of the first electors, in their order, with these weights."""
    keys = [ballot.credential.encode() for ballot in PLAIN.ballots]
    lines = [f"{key},{weight}" for key, weight in zip(keys, weights, strict=True)]
    return PublicCredentials.decode(encode_json([*lines]), ignore_unknown=True)


def sums(tally: EncryptedTally, total: int) -> tuple[tuple[int, ...], ...]:
    context = replace(PLAIN.context, encrypted_tally=tally)
    factors = {
        i: make_partial_decryption(PLAIN.decryption_key(i), context, i).factors for i in (1, 2)
    }
    return compute_votes(tally, PLAIN.trustees, factors, total)


def test_a_ballot_counts_with_the_weight_of_its_credential() -> None:
    count = count_ballots(
        (PLAIN.question,), weighted([1, 0, 5, 70_000]), PLAIN.ballots, final=False
    )
    assert (count.num_tallied, count.total_weight) == (4, 70_006)
    assert sums(count.encrypted_tally, 70_006) == ((5, 70_001, 0, 0),)


def test_the_last_ballot_of_a_credential_counts() -> None:
    ballots = [*PLAIN.ballots, PLAIN.cast(0, 2, "second"), PLAIN.cast(0, None, "third")]
    count = count_ballots((PLAIN.question,), PLAIN.credentials, ballots, final=False)
    assert count.num_tallied == 4
    assert sums(count.encrypted_tally, 4) == ((2, 1, 1, 0),)
    with pytest.raises(ProofError, match="two ballots"):
        count_ballots((PLAIN.question,), PLAIN.credentials, ballots, final=True)


def test_ballots_that_repeat_something_are_refused() -> None:
    first, second = OURS.ballots[:2]
    answer = second.unsigned.answers[0]
    stolen = replace(answer, choices=(first.unsigned.answers[0].choices[0], *answer.choices[1:]))
    doubled = replace(answer, choices=(answer.choices[1], *answer.choices[1:]))
    for bad, message in ((stolen, "another's ciphertext"), (doubled, "repeats a ciphertext")):
        other = replace(second, unsigned=replace(second.unsigned, answers=(bad,)))
        with pytest.raises(ProofError, match=message):
            count_ballots((OURS.question,), OURS.credentials, [first, other], final=True)
    with pytest.raises(ProofError, match="twice"):
        count_ballots((OURS.question,), OURS.credentials, [first, first], final=False)


def test_a_credential_that_is_not_listed_does_not_count() -> None:
    others = SimulatedElection(seed="other").credentials
    with pytest.raises(ProofError, match="not listed"):
        count_ballots((OURS.question,), others, OURS.ballots, final=True)


def test_without_ballots_the_tally_is_neutral() -> None:
    count = count_ballots((OURS.question,), OURS.credentials, [], final=True)
    assert count.encrypted_tally.ciphertexts == ((NEUTRAL,) * 4,)
    data = count.encrypted_tally.encode()
    assert EncryptedTally.decode(data, (OURS.question,)) == count.encrypted_tally


# -------------------------------------------------------------------- payloads


@pytest.mark.parametrize(
    ("weight", "text"), [(9, b"9"), (2**30 - 1, b"1073741823"), (2**30, b'"1073741824"')]
)
def test_a_weight_is_a_number_up_to_30_bits_and_a_text_beyond(weight: int, text: bytes) -> None:
    sized = SizedTally(3, weight, "a" * 64)
    assert b'"total_weight":' + text + b"," in sized.encode()
    assert SizedTally.decode(sized.encode()) == sized


@pytest.mark.parametrize(
    "text", ['"9"', "1073741824", '"01073741824"', '"1e10"', "true", "-1", '"100000000001"', '"٣"']
)
def test_another_writing_of_a_weight_is_refused(text: str) -> None:
    data = SizedTally(3, 9, "a" * 64).encode().replace(b":9,", f":{text},".encode())
    with pytest.raises(MalformedError):
        SizedTally.decode(data, ignore_unknown=True)


def test_payloads_are_read_as_written() -> None:
    signed = SizedTally(4, 4, "a" * 64, OURS.setup_signatures.signatures)
    assert SizedTally.decode(signed.encode()) == signed
    owned = OwnedPayload(3, "b" * 64)
    assert OwnedPayload.decode(owned.encode()) == owned
    assert owned.encode() == b'{"owner":3,"payload":"' + b"b" * 64 + b'"}'


# -------------------------------------------------------------------- partial decryptions


@pytest.mark.parametrize("recorded", PEER.partial_decryptions, ids=["first", "second"])
def test_the_key_of_the_peers_trustee_gives_the_factors_that_it_published(
    recorded: RecordedDecryption,
) -> None:
    owner = recorded.owner
    key = open_decryption_key(keys_of(owner), file_of(owner, "dkey"))
    ours = make_partial_decryption(key, PEER.context, owner)
    assert ours.factors == recorded.partial.factors
    verify_partial_decryption(PEER.trustees.verification_key(owner), PEER.context, owner, ours)


def test_any_two_trustees_of_the_peer_open_the_peers_result() -> None:
    factors = {
        i: make_partial_decryption(
            open_decryption_key(keys_of(i), file_of(i, "dkey")), PEER.context, i
        ).factors
        for i in NUMBERS
    }
    for pair in ((1, 2), (1, 3), (2, 3)):
        chosen = {i: factors[i] for i in pair}
        votes = compute_votes(PEER.context.encrypted_tally, PEER.trustees, chosen, 9)
        assert votes == ((3, 3, 1, 2),)


def test_a_partial_decryption_is_read_as_written_and_holds() -> None:
    partial = PartialDecryption.decode(OURS.decryption(2), OURS.count.encrypted_tally)
    assert partial.encode() == OURS.decryption(2)
    key = OURS.trustees.verification_key(2)
    verify_partial_decryption(key, OURS.context, 2, partial)


def test_every_part_of_a_partial_decryption_and_of_its_place_is_bound() -> None:
    partial = PartialDecryption.decode(OURS.decryption(2), OURS.count.encrypted_tally)
    key = OURS.trustees.verification_key(2)
    changed = [each for _, each in changes(partial)]
    assert len(changed) > 40
    for each in changed:
        with pytest.raises(ProtocolError):
            verify_partial_decryption(key, OURS.context, 2, each)
    for context, trustee in (
        (replace(OURS.context, fingerprint="x" * 43), 2),
        (replace(OURS.context, tally_event="0" * 64), 2),
        (OURS.context, 1),
    ):
        with pytest.raises(ProofError):
            verify_partial_decryption(key, context, trustee, partial)


def test_bound_proofs_are_demanded_or_absent() -> None:
    partial = PartialDecryption.decode(OURS.decryption(2), OURS.count.encrypted_tally)
    key = OURS.trustees.verification_key(2)
    with pytest.raises(ProofError):
        verify_partial_decryption(key, OURS.context, 2, partial, bound=False)
    bare = replace(partial, bound_proofs=None)
    verify_partial_decryption(key, OURS.context, 2, bare, bound=False)
    with pytest.raises(ProofError):
        verify_partial_decryption(key, OURS.context, 2, bare)


def test_an_empty_box_is_decrypted_to_the_identity_and_proved() -> None:
    empty = EncryptedTally(((NEUTRAL, NEUTRAL),))
    context = CountContext("f" * 43, "0" * 64, empty)
    key = Secret(Scalar.from_int(7))
    partial = make_partial_decryption(key, context, 1)
    assert partial.factors == ((IDENTITY, IDENTITY),)
    assert PartialDecryption.decode(partial.encode(), empty) == partial
    verify_partial_decryption(power(7), context, 1, partial)


# -------------------------------------------------------------------- combination


def test_the_coefficients_of_lagrange() -> None:
    assert lagrange([1, 2], 1) == Scalar.from_int(2)
    assert lagrange([1, 2], 2) == Scalar.from_int(-1)
    assert lagrange([2, 3, 5], 3) * Scalar.from_int(-2) == Scalar.from_int(10)
    assert lagrange([4], 4) == Scalar.from_int(1)


def test_who_is_missing_is_named() -> None:
    server = peer_board("server")
    factors = {d.owner: d.partial.factors for d in server.partial_decryptions}
    assert len(factors) == 3
    combine_factors(server.trustees, factors)
    without = {owner: rows for owner, rows in factors.items() if owner != 1}
    with pytest.raises(ThresholdNotMet) as error:
        combine_factors(server.trustees, without)
    assert (error.value.need, error.value.missing) == (1, (1,))
    group = sorted(set(factors) - {1})
    with pytest.raises(ThresholdNotMet) as error:
        combine_factors(server.trustees, {1: factors[1], group[0]: factors[group[0]]})
    assert (error.value.have, error.value.need) == ((group[0],), 2)
    assert error.value.missing == tuple(sorted({2, 3, 4} - {group[0]}))


# -------------------------------------------------------------------- logarithm


@pytest.mark.parametrize("bound", [0, 1, 2, 3, 4, 99, 100, 101, 1000])
def test_every_number_up_to_the_bound_is_found_and_none_beyond(bound: int) -> None:
    numbers = sorted({n for n in (0, 1, 2, bound // 2, bound - 1, bound) if 0 <= n <= bound})
    assert discrete_logs([power(n) for n in numbers], bound) == numbers
    for beyond in (bound + 1, bound + 2, -1):
        with pytest.raises(ProofError):
            discrete_logs([power(beyond)], bound)


def test_a_large_school_board_is_within_reach_and_more_is_refused() -> None:
    numbers = [0, 1, 3162, 3163, 9_999_999, MAX_TOTAL]
    assert discrete_logs([power(n) for n in numbers], MAX_TOTAL) == numbers
    with pytest.raises(ProtocolError, match="more than the 10000000"):
        discrete_logs([IDENTITY], MAX_TOTAL + 1)


# -------------------------------------------------------------------- result

WITH_BLANK = Question(("a", "b"), True, 1, 1, "?")
TWO_OF_THREE = Question(("a", "b", "c"), False, 1, 2, "?")


@pytest.mark.parametrize(
    ("question", "row", "total"),
    [
        (WITH_BLANK, (0, 0, 0), 0),
        (WITH_BLANK, (3, 1, 1), 5),
        (WITH_BLANK, (5, 0, 0), 5),
        (TWO_OF_THREE, (3, 2, 1), 3),
        (TWO_OF_THREE, (1, 1, 1), 3),
    ],
)
def test_a_possible_result(question: Question, row: tuple[int, ...], total: int) -> None:
    verify_possible((row,), (question,), total)


@pytest.mark.parametrize(
    ("question", "row", "total"),
    [
        (WITH_BLANK, (6, 0, 0), 5),
        (WITH_BLANK, (3, 3, 0), 5),
        (WITH_BLANK, (3, 1, 0), 5),
        (WITH_BLANK, (3, 2, 1), 5),
        (WITH_BLANK, (6, 0, -1), 5),
        (TWO_OF_THREE, (3, 3, 1), 3),
        (TWO_OF_THREE, (4, 0, 0), 3),
        (TWO_OF_THREE, (1, 1, 0), 3),
    ],
)
def test_an_impossible_result(question: Question, row: tuple[int, ...], total: int) -> None:
    with pytest.raises(ProofError):
        verify_possible((row,), (question,), total)


SEATS = Seats(
    (
        SeatsOfList("Liste A", 5, 1, ("Anne",), ("Bob",), 0),
        SeatsOfList("Liste B", 5, 2, ("Chloé",), (), 1),
    ),
    (("Liste A", "1980-02-29"), ("Liste B", "1979-12-31")),
    ("Liste B", "Liste A"),
)
RESULT = Result(((0, 5, 5),), ResultBinding(10, SEATS))
SERVED = Result(((0, 5, 5),), ResultBinding(10, SEATS, LogPosition(7, "ab" * 32)))


@pytest.mark.parametrize(
    "result",
    [
        RESULT,
        SERVED,
        Result(((0, 2**30 - 1, 2**30),)),
        replace(RESULT, evote=ResultBinding(10, replace(SEATS, births=None, lots=None))),
    ],
)
def test_a_result_is_read_as_written(result: Result) -> None:
    assert Result.decode(result.encode(), (WITH_BLANK,)) == result


def test_the_result_is_written_in_the_order_of_the_document() -> None:
    list_a = (
        '{"label":"Liste A","votes":5,"seats":1,'
        '"titulaires":["Anne"],"suppleants":["Bob"],"unfilled":0}'
    )
    list_b = (
        '{"label":"Liste B","votes":5,"seats":2,'
        '"titulaires":["Chloé"],"suppleants":[],"unfilled":1}'
    )
    assert RESULT.encode().decode() == (
        '{"result":[[0,5,5]],"evote":{"version":1,"sign_ins":10,"seats":{"lists":['
        f"{list_a},{list_b}],"
        '"births":{"Liste A":"1980-02-29","Liste B":"1979-12-31"},"lots":["Liste B","Liste A"]}}}'
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[[0,5,5]]", "[[0,5]]"),
        ("[[0,5,5]]", "[[0,5,5],[]]"),
        ("[[0,5,5]]", "[0,5,5]"),
        ("[[0,5,5]]", "[[0,5,-5]]"),
        ("[[0,5,5]]", '[[0,5,"5"]]'),
        ("[[0,5,5]]", "[[0,5,1073741824]]"),
        ("[[0,5,5]]", "[[0,5,true]]"),
        ('"version":1', '"version":2'),
        ('"sign_ins":10', '"sign_ins":-1'),
        ('"sign_ins":10', '"sign_ins":10,"x":1'),
        ('"unfilled":0', '"unfilled":0,"x":1'),
        ("1980-02-29", "29/02/1980"),
        ('"lots":["Liste B"', '"lots":[1'),
        (',"births":{', ',"births":[{'),
        ('{"result"', '{"x":1,"result"'),
        ('"votes":5,"seats":1', '"seats":1,"votes":5'),
    ],
)
def test_another_form_of_result_is_refused(before: str, after: str) -> None:
    data = RESULT.encode().decode()
    assert before in data
    with pytest.raises(MalformedError):
        Result.decode(data.replace(before, after, 1).encode(), (WITH_BLANK,))


def test_the_result_of_an_election_on_a_server_names_the_journal_last() -> None:
    tail = f',"journal":{{"size":7,"root":"{"ab" * 32}"}}}}}}'
    first = RESULT.encode().decode().replace('"version":1', '"version":2')
    assert SERVED.encode().decode() == first.removesuffix("}}") + tail


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"version":2', '"version":1'),
        ('"version":2', '"version":3'),
        (',"journal":{', ',"log":{'),
        ('"size":7', '"size":-1'),
        ('"size":7', '"size":7,"x":1'),
        ('"root":"ab', '"root":"AB'),
        ('"journal":{"size"', '"journal":{"root":"","size"'),
    ],
)
def test_another_form_of_result_of_a_server_is_refused(before: str, after: str) -> None:
    data = SERVED.encode().decode()
    assert before in data
    with pytest.raises(MalformedError):
        Result.decode(data.replace(before, after, 1).encode(), (WITH_BLANK,))
