# SPDX-License-Identifier: AGPL-3.0-or-later
"""A server with one ballot on its board, and what the verifier says of another one after it."""

from __future__ import annotations

from pathlib import Path

from evote.casting import Outcome
from tests.agreement.verdicts import ACCEPTED, verifiers_verdict
from tests.site import Site, make_site, twelve_parents
from tests.tamper.forge.proofs import sign_ballot
from tests.tamper.forge.texts import Dice, Json, canonical, hash_base64, hash_hex
from tests.tamper.surgery import Archive, Member, event_member

ELECTION = twelve_parents()
FIRST, HONEST = ELECTION.cast(1, 0).encode(), ELECTION.cast(0, 0).encode()


def signed(value: Json, elector: int = 0) -> bytes:
    """These members as the ballot of an elector, whose signature is right."""
    secret = int(ELECTION.private_credentials[elector].reveal().encode())
    unsigned = {name: item for name, item in value.items() if name != "signature"}
    h = hash_base64(canonical(unsigned))
    proof = sign_ballot(secret, h, Dice("again"))
    return canonical({**unsigned, "signature": {"hash": h, "proof": proof}})


def new_site(folder: Path) -> Site:
    """A server with one ballot on its board."""
    site = make_site(folder)
    assert site.school.cast(1, FIRST).outcome is Outcome.RECORDED
    return site


def verifier_accepts(board: bytes, ballot: bytes) -> bool:
    """What the verifier says of this ballot at the end of this board."""
    archive = Archive.read(board)
    payload = {"type": "Ballot", "payload": hash_hex(ballot)}
    archive.append(Member(ballot, is_event=False), event_member(canonical(payload)))
    archive.repair_chain()
    return verifiers_verdict(archive.write()) == ACCEPTED
