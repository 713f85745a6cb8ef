# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writes `booth.json` beside it: an election of ours, its voters' codes, and their ballots.

Randomness is the stream of `tests/rng.py`, so an implementation that draws in the same order as
`protocol/` makes the same bytes. The same bytes at every run.

python -m tests.vectors.make_booth_vectors
"""

from __future__ import annotations

import json
from pathlib import Path

from protocol.ballot import make_unsigned_ballot, sign_ballot
from protocol.codes import encode_code, random_code, sign_in_number
from protocol.credentials import public_credential
from protocol.opened import export_opened
from protocol.sending import longest_ballot
from tests.rng import seeded_rng
from tests.simulator import SimulatedElection

PATH = Path(__file__).parent / "booth.json"
SEED = "booth"


def codes_of(election: SimulatedElection) -> list[str]:
    """Return the electors' codes as they are printed, in the simulator's order."""
    rng = seeded_rng(f"simulator/{election.seed}/codes")
    return [encode_code(random_code(rng)).reveal() for _ in range(election.electors)]


def voter(election: SimulatedElection, number: int) -> dict[str, object]:
    """Return an elector's code and what is derived from it."""
    rng = seeded_rng(f"simulator/{election.seed}/codes")
    code = [random_code(rng) for _ in range(number + 1)][-1]
    return {
        "code": encode_code(code).reveal(),
        "sign_in_number": sign_in_number(election.uuid, code),
        "public_credential": public_credential(election.private_credentials[number]).encode(),
    }


def ballot(election: SimulatedElection, number: int, choice: int | None) -> dict[str, object]:
    """Return an elector's ballot, cast and checked, from one stream of random bytes."""
    seed = f"{SEED}/{number}"
    rng = seeded_rng(seed)
    secret = election.private_credentials[number]
    unsigned, opening = make_unsigned_ballot(
        election.election.context, secret, election.vote(choice), rng
    )
    return {
        "voter": number,
        "choice": "blank" if choice is None else choice,
        "seed": seed,
        "tracker": unsigned.tracker(),
        "cast": sign_ballot(unsigned, secret, rng).encode().decode(),
        "checked": export_opened(unsigned, opening, election.election.data).decode(),
    }


def vectors() -> str:
    """Return the text of the file."""
    election = SimulatedElection(seed=SEED, electors=4, lists=3)
    content = {
        "election": election.election.data.decode(),
        "credentials": election.credentials.data.decode(),
        "longest_ballot": longest_ballot(election.election.context),
        "voters": [voter(election, number) for number in range(election.electors)],
        "ballots": [ballot(election, n, choice) for n, choice in enumerate((None, 0, 1, 2))],
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(vectors(), encoding="utf-8")
