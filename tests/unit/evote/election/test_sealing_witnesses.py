# SPDX-License-Identifier: AGPL-3.0-or-later
"""The witnesses of a configuration are sealed with the server that they watch: §8.3."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from evote.election.config import ElectionConfig
from evote.election.sealing import SetUp, seal_election
from evote.errors import Refusal
from protocol.board import read_board
from protocol.cosignatures import CosignerKey, CosignerVerifierKey
from protocol.secret import Secret
from protocol.witness_binding import Witnesses
from tally.describe import describe_election
from tests.simulator import HEADER, SimulatedElection

OURS = SimulatedElection(server=True, witnesses=3, quorum=2)


def config_of(election: SimulatedElection) -> ElectionConfig:
    bindings = election.bindings
    return ElectionConfig(
        name=election.election.name,
        description=election.election.description,
        school=bindings.school,
        seats=bindings.seats,
        lists=bindings.lists,
        opens_at=bindings.opens_at,
        closes_at=bindings.closes_at,
        grace_seconds=bindings.grace_seconds,
        rehearsal=bindings.rehearsal,
        witnesses=bindings.witnesses,
    )


def set_up(election: SimulatedElection) -> SetUp:
    bindings = election.bindings
    return SetUp(
        uuid=election.uuid,
        config=config_of(election),
        electors=bindings.electors,
        roll_commitment=bindings.roll_commitment,
        credentials=election.credentials,
        reserves=bindings.reserves,
        trustees_bytes=election.ceremony.trustees,
        ceremony=bindings.ceremony,
        server=bindings.server,
    )


def test_the_witnesses_of_the_configuration_are_sealed() -> None:
    board = read_board(io.BytesIO(seal_election(set_up(OURS), HEADER.timestamp)))
    assert board.election == OURS.election
    assert board.election.evote is not None
    assert board.election.evote.witnesses == OURS.witnesses_binding


def test_who_signs_the_set_up_reads_who_the_witnesses_are() -> None:
    board = read_board(io.BytesIO(seal_election(set_up(OURS), HEADER.timestamp)))
    names = "temoin-01.example.org, temoin-02.example.org, temoin-03.example.org"
    assert f"Témoins     : au moins 2 sur 3 ({names})" in describe_election(board)
    without = read_board(io.BytesIO(SimulatedElection(server=True).archive()))
    assert not any(line.startswith("Témoins") for line in describe_election(without))


def test_witnesses_need_a_server() -> None:
    with pytest.raises(Refusal, match="se tient sans serveur"):
        seal_election(replace(set_up(OURS), server=None), HEADER.timestamp)


@pytest.mark.parametrize("log", ["board", "journal"])
def test_a_server_is_no_witness_of_its_own(log: str) -> None:
    setup, key = set_up(OURS), OURS.log_key(log).public_key
    named_so = a_witness_key(OURS.log_key(log).name)
    for each in (CosignerVerifierKey("temoin.example.org", key), named_so):
        own = Witnesses.of(1, [each])
        with pytest.raises(Refusal, match="la clé ou le nom de ce serveur"):
            seal_election(replace(setup, config=replace(setup.config, witnesses=own)), 0)


def a_witness_key(name: str) -> CosignerVerifierKey:
    return CosignerKey(name, Secret(bytes(32))).verifier_key
