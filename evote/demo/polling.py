# SPDX-License-Identifier: AGPL-3.0-or-later
"""Simulated parents make real ballots, on as many processors as there are: §9.2 to §9.4.

docs/protocol.md §9: each ballot is encrypted, proved and signed from the code of its letter, then
checked as the box checks it; the box itself appends them, in the order of arrival.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from evote.demo.parallel import run_all
from evote.election.box import ProperBallot, read_proper_ballot
from evote.election.voting import cast_ballot, vote_for
from protocol.election import Election
from protocol.secret import Secret

# Below this, starting other processes takes longer than it saves.
FEW_BALLOTS: Final = 300
BATCH: Final = 50


@dataclass(frozen=True, slots=True)
class Batch:
    """Some parents on their way: each with a letter's code, and the vote decided at home.

    Codes are bare here because they cross to another process of this machine.
    """

    election: bytes
    voters: tuple[tuple[bytes, tuple[int, ...]], ...]


def make_ballots(
    election: Election, voters: Sequence[tuple[Secret[bytes], int | None]]
) -> Iterator[list[ProperBallot]]:
    """Yield the ballots of all voters (code, list's place or None), in order, batch by batch."""
    labels = election.questions[0].answers
    bare = [(code.reveal(), vote_for(labels, choice)) for code, choice in voters]
    batches = [
        Batch(election.data, tuple(bare[start : start + BATCH]))
        for start in range(0, len(bare), BATCH)
    ]
    return run_all(make_batch, batches, alone=len(bare) < FEW_BALLOTS)


def make_batch(batch: Batch) -> list[ProperBallot]:
    """Return the ballots of one batch, each made from its code and checked as the box does."""
    context = Election.decode(batch.election).context
    made = (cast_ballot(context, Secret(code), vote) for code, vote in batch.voters)
    return [read_proper_ballot(ballot.data, context) for ballot in made]
