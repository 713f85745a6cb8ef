# SPDX-License-Identifier: AGPL-3.0-or-later
"""Seats by largest remainder for the forged results, which have no ties: §12."""

from __future__ import annotations

from collections.abc import Sequence

from tests.tamper.forge.texts import Json


def encode_seats(
    lists: Sequence[tuple[str, tuple[str, ...]]], votes: Sequence[int], seats: int
) -> Json:
    """The `seats` member of §12.4 for these votes."""
    total = sum(votes)
    shares = [0] * len(votes)
    if total > 0:
        shares = [v * seats // total for v in votes]
        order = sorted(range(len(votes)), key=lambda j: (-(votes[j] * seats % total), -votes[j]))
        for j in order[: seats - sum(shares)]:
            shares[j] += 1
    rows = zip(lists, votes, shares, strict=True)
    return {"lists": [encode_list(label, names, v, s) for (label, names), v, s in rows]}


def encode_list(label: str, names: Sequence[str], votes: int, seats: int) -> Json:
    """One list of it, its names elected in order: §12.3."""
    return {
        "label": label,
        "votes": votes,
        "seats": seats,
        "titulaires": list(names[:seats]),
        "suppleants": list(names[seats : 2 * seats]),
        "unfilled": seats - len(names[:seats]),
    }
