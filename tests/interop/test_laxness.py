# SPDX-License-Identifier: AGPL-3.0-or-later
"""The peer accepts what the forger makes honestly, and what tests/agreement/laxness.py lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.agreement.laxness import BY_BALLOT, LAXNESS
from tests.interop.archives import cut_after_setup, read_members
from tests.interop.peer import Peer, PeerRefusal
from tests.tamper.damage import SCHOOL, VILLAGE
from tests.tamper.forge.remake import Forge
from tests.tamper.forge.world import World
from tests.tamper.tables import DAMAGES
from tests.tamper.verifier import verify

LISTED = [phrase for phrases in LAXNESS.values() for phrase in phrases]


def save(folder: Path, data: bytes) -> Path:
    archive = folder / "election.bel"
    archive.write_bytes(data)
    return archive


def verify_ballots(peer: Peer, archive: Path) -> None:
    """Give each ballot to the peer's `verify-ballot`."""
    cut = archive.parent / "set-up"
    cut_after_setup(archive, cut)
    for _, content in read_members(archive):
        if content.startswith(b'{"election_uuid"'):
            peer.verify_ballot(cut, content)


@pytest.mark.parametrize("world", [SCHOOL, VILLAGE], ids=["Préau", "plain"])
def test_what_is_forged_honestly_is_accepted(peer: Peer, tmp_path: Path, world: World) -> None:
    archive = save(tmp_path, Forge(world).archive())
    peer.verify(tmp_path)
    verify_ballots(peer, archive)


@pytest.mark.share(3)
@pytest.mark.parametrize("phrase", LISTED)
def test_the_peer_lets_it_pass_and_we_do_not(peer: Peer, tmp_path: Path, phrase: str) -> None:
    archive = save(tmp_path, DAMAGES[phrase].make())
    peer.verify(tmp_path)
    verify_ballots(peer, archive)
    assert verify(archive.read_bytes()).status != 0


@pytest.mark.parametrize("phrase", BY_BALLOT)
def test_the_peer_refuses_the_ballot_alone(peer: Peer, tmp_path: Path, phrase: str) -> None:
    archive = save(tmp_path, DAMAGES[phrase].make())
    with pytest.raises(PeerRefusal):
        verify_ballots(peer, archive)
    assert verify(archive.read_bytes()).status == 1
