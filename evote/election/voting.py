# SPDX-License-Identifier: AGPL-3.0-or-later
"""A voter's side without a browser: a ballot from a code, cast or checked: §9, §15.

The signature is made only on *cast*. A checked ballot leaves here opened and unsigned.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from evote.errors import Refusal
from protocol.ballot import BallotContext, make_unsigned_ballot, sign_ballot
from protocol.codes import credential_from_code
from protocol.credentials import derive_credential
from protocol.election import Election
from protocol.opened import export_opened
from protocol.plain_text import likeness
from protocol.rng import Rng, system_rng
from protocol.secret import Secret

_BLANK_WORDS: Final = frozenset({"blank", "blanc"})


@dataclass(frozen=True, slots=True)
class MadeBallot:
    """The bytes of a signed ballot or of a checked one, and the tracker the voter notes."""

    data: bytes
    tracker: str


def vote_for(labels: Sequence[str], choice: int | None) -> tuple[int, ...]:
    """Return the vote for the list at this place, or the blank one for None: §9.2."""
    return (int(choice is None), *(int(place == choice) for place in range(len(labels))))


def choice_of_label(labels: Sequence[str], wanted: str) -> int | None:
    """Return the place of the list so named, or None for a blank vote.

    Raises:
        Refusal: no list has this name.
    """
    if likeness(wanted) in _BLANK_WORDS:  # no list may be called so: config.py
        return None
    for place, label in enumerate(labels):
        if likeness(label) == likeness(wanted):
            return place
    raise Refusal(
        f"aucune liste ne s'appelle « {wanted} »",
        f"choisissez parmi : {', '.join(labels)}, ou blank pour un vote blanc",
    )


def cast_ballot(
    context: BallotContext, code: Secret[bytes], vote: Sequence[int], rng: Rng = system_rng
) -> MadeBallot:
    """Return a signed ballot, ready for the box: docs/protocol.md §9.2 to §9.4."""
    secret = derive_credential(context.uuid, credential_from_code(context.uuid, code))
    unsigned, _ = make_unsigned_ballot(context, secret, (vote,), rng)
    return MadeBallot(sign_ballot(unsigned, secret, rng).encode(), unsigned.tracker())


def check_ballot(
    election: Election, code: Secret[bytes], vote: Sequence[int], rng: Rng = system_rng
) -> MadeBallot:
    """Return a ballot opened instead of cast, never signed, with its election: §15."""
    context = election.context
    secret = derive_credential(context.uuid, credential_from_code(context.uuid, code))
    unsigned, opening = make_unsigned_ballot(context, secret, (vote,), rng)
    return MadeBallot(export_opened(unsigned, opening, election.data), unsigned.tracker())
