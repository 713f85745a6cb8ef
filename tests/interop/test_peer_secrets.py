# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the peer's people knew leads to all that it published: docs/protocol.md §7, §9, §11.

`tests/vectors/peer/plain`: its archive, and in `secrets/` each file of its trustees and voters.
`tests/unit/protocol/test_dkg.py` reads the messages one by one; here they meet the archive.
"""

from __future__ import annotations

import json

import pytest

from protocol.combination import combine_factors
from protocol.counting import choices_of
from protocol.credentials import decode_credential, derive_credential, public_credential
from protocol.discrete_log import discrete_logs
from protocol.elgamal import Ciphertext
from protocol.encoding import sha256_hex
from protocol.group import Element, Scalar, generator_power
from protocol.pki import decode_seed
from protocol.trustees import make_threshold_parameters
from protocol.vinput import make_vinput, open_vinput
from protocol.voutput import open_decryption_key
from tests.peer_secrets import (
    NUMBERS,
    SECRETS,
    certificates,
    file_of,
    keys_of,
    peer_board,
    polynomials,
    vinput_of,
    voutput_of,
)

BOARD = peer_board("plain")


def private_credentials() -> dict[str, str]:
    found: dict[str, str] = json.loads((SECRETS / "private_creds.json").read_bytes())
    return found


def votes() -> dict[Element, tuple[tuple[int, ...], ...]]:
    """What each voter chose, by public credential, from `votes.txt`."""
    found = {}
    for line in (SECRETS / "votes.txt").read_text().splitlines():
        text, choice = line.split(" ")
        assert text in private_credentials().values()
        found[public_of(text)] = tuple(map(tuple, json.loads(choice)))
    return found


def public_of(text: str) -> Element:
    return public_credential(derive_credential(BOARD.election.uuid, decode_credential(text)))


def decryption_key(trustee: int) -> Scalar:
    return open_decryption_key(keys_of(trustee), file_of(trustee, "dkey")).reveal()


def test_every_file_is_named_here_and_read_below() -> None:
    names = {f"{trustee}.trustee" for trustee in NUMBERS}
    for trustee in NUMBERS:
        name = (SECRETS / f"{trustee}.trustee").read_text().strip()
        names |= {f"{name}.{suffix}" for suffix in ("key", "dkey", "vinput", "voutput")}
    names |= {"certs.jsons", "polynomials.jsons", "private_creds.json", "votes.txt"}
    assert {path.name for path in SECRETS.iterdir()} == names


@pytest.mark.parametrize("trustee", NUMBERS)
def test_a_seed_leads_to_the_published_certificate(trustee: int) -> None:
    published = BOARD.trustees.threshold_parameters().certificates[trustee - 1]
    keys = keys_of(trustee)
    assert decode_seed(file_of(trustee, "key")).reveal()
    assert published == certificates()[trustee - 1]
    assert published.verification_key == keys.verification_key
    assert published.encryption_key == keys.encryption_key
    name = (SECRETS / f"{trustee}.trustee").read_text().strip()
    assert name == sha256_hex(published.signed.message.encode())


@pytest.mark.parametrize("trustee", NUMBERS)
def test_shares_lead_to_the_published_verification_key(trustee: int) -> None:
    published = BOARD.trustees.verification_key(trustee)
    share = open_vinput(keys_of(trustee), certificates(), vinput_of(trustee)).reveal()
    assert generator_power(share) == published
    assert decryption_key(trustee) == share
    assert open_decryption_key(keys_of(trustee), voutput_of(trustee).private_key).reveal() == share
    assert voutput_of(trustee).public_key.public_key == published
    assert make_vinput(certificates(), polynomials(), trustee) == vinput_of(trustee)


def test_all_messages_lead_to_the_published_trustees_to_the_byte() -> None:
    voutputs = [voutput_of(trustee) for trustee in NUMBERS]
    parameters = make_threshold_parameters(certificates(), polynomials(), voutputs)
    assert parameters == BOARD.trustees.threshold_parameters()
    assert BOARD.trustees.encode() == BOARD.trustees_data
    assert parameters.joint_key() == BOARD.election.public_key


def test_private_credentials_lead_to_the_published_list() -> None:
    assert {public_of(text) for text in private_credentials().values()} == set(
        BOARD.credentials.keys()
    )


def test_decryption_keys_lead_to_the_published_factors() -> None:
    tally = BOARD.require_tally().encrypted_tally
    assert len(BOARD.partial_decryptions) == 2
    for recorded in BOARD.partial_decryptions:
        key = decryption_key(recorded.owner)
        expected = tuple(tuple(each.alpha**key for each in row) for row in tally.ciphertexts)
        assert recorded.partial.factors == expected


def decrypt(ciphertext: Ciphertext, owners: tuple[int, ...]) -> int:
    factors = {owner: ((ciphertext.alpha ** decryption_key(owner),),) for owner in owners}
    ((factor,),) = combine_factors(BOARD.trustees, factors)
    return discrete_logs([ciphertext.beta / factor], 1)[0]


@pytest.mark.parametrize("owners", [(1, 2), (1, 3), (2, 3), (1, 2, 3)])
def test_any_two_keys_open_each_ballot_to_what_its_voter_chose(owners: tuple[int, ...]) -> None:
    opened = {
        each.ballot.credential: tuple(
            tuple(decrypt(choice, owners) for choice in row) for row in choices_of(each.ballot)
        )
        for each in BOARD.ballots()
    }
    assert opened == votes()


def test_the_votes_lead_to_the_published_result() -> None:
    rows = [vote[0] for vote in votes().values()]
    assert BOARD.result is not None
    assert BOARD.result.votes == (tuple(map(sum, zip(*rows, strict=True))),)
