# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ballots and credentials of the peer are read, verified and written back to the byte: §9."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from protocol.ballot import Ballot, make_unsigned_ballot, sign_ballot, verify_ballot
from protocol.credentials import decode_credential, derive_credential, public_credential
from protocol.errors import ProtocolError
from tests.unit.protocol.peer import ARCHIVES, PEER, read

FEW = 9


def test_there_are_archives_to_read() -> None:
    assert {"plain", "server", "t35", "multi", "six-lists-300"} <= {
        archive.parent.name for archive in ARCHIVES
    }


@pytest.mark.parametrize("archive", ARCHIVES, ids=lambda path: path.parent.name)
def test_ballots_of_the_peer_verify(archive: Path) -> None:
    context, credentials, ballots = read(archive)
    assert len(ballots) >= 8
    for data in ballots[:FEW]:
        ballot = Ballot.decode(data, context.questions)
        assert ballot.encode() == data
        assert ballot.credential.encode() in credentials
        verify_ballot(ballot, context)


@pytest.mark.parametrize("archive", ARCHIVES, ids=lambda path: path.parent.name)
def test_ballots_of_the_peer_verify_in_no_other_election(archive: Path) -> None:
    context, _, ballots = read(archive)
    for other in ARCHIVES:
        if other != archive:
            elsewhere, _, _ = read(other)
            with pytest.raises(ProtocolError):
                verify_ballot(Ballot.decode(ballots[0], context.questions), elsewhere)


PLAIN = next(iter((PEER / "plain").glob("*.bel")))
PRIVATE: dict[str, str] = json.loads((PEER / "plain/secrets/private_creds.json").read_text())


def test_private_credentials_of_the_peer_lead_to_its_public_ones() -> None:
    context, credentials, _ = read(PLAIN)
    derived = {
        public_credential(derive_credential(context.uuid, decode_credential(text))).encode()
        for text in PRIVATE.values()
    }
    assert derived == set(credentials)


def test_a_credential_of_the_peer_casts_a_ballot_of_ours() -> None:
    context, _, _ = read(PLAIN)
    secret = derive_credential(context.uuid, decode_credential(PRIVATE["10"]))
    unsigned, _ = make_unsigned_ballot(context, secret, [[0, 1, 0, 0]])
    ballot = Ballot.decode(sign_ballot(unsigned, secret).encode(), context.questions)
    verify_ballot(ballot, context)
