# SPDX-License-Identifier: AGPL-3.0-or-later
"""The random scalars of a ballot's ciphertexts: docs/protocol.md §9.2.

They are hedged against a bad generator. Each is a hash of the voter's secret, of the election, of
the whole vote, of its place and of fresh random bytes. So bytes that somebody foresees open no
ballot, and bytes that come twice do not let one ballot open another.
"""

from collections.abc import Sequence
from typing import Final

from protocol.encoding import encode_json
from protocol.group import Scalar
from protocol.rng import Rng
from protocol.secret import Secret
from protocol.transcript import RANDOMNESS_LABEL, labelled_scalar

RANDOM_BYTES: Final = 64


def draw_randomness(
    credential: Secret[Scalar],
    statement: str,
    votes: Sequence[Sequence[int]],
    earlier: int,
    rng: Rng,
) -> tuple[tuple[Scalar, ...], ...]:
    """Return one scalar for each choice of each question: §9.2.

    Args:
        credential: the private credential of the voter.
        statement: S0 = φ|C.
        votes: the votes of the whole ballot.
        earlier: how many ballots this program has made for this credential before.
        rng: asked for 64 bytes at each draw.
    """
    x, vote_text = credential.reveal().to_bytes(), encode_json([list(vote) for vote in votes])

    def draw(question: int, choice: int) -> Scalar:
        # x, S0, V, b, n, j, random bytes
        place = (str(earlier), str(question), str(choice))
        parts: list[str | bytes] = [x, statement, vote_text, *place, rng(RANDOM_BYTES)]
        return labelled_scalar(RANDOMNESS_LABEL, parts)

    return tuple(
        tuple(draw(question, choice) for choice in range(len(vote)))
        for question, vote in enumerate(votes)
    )
