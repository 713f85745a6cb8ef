# SPDX-License-Identifier: AGPL-3.0-or-later
"""After a restore the desk says whose sign-ins the ballots of the board are: §17.4, docs/adr/0016.

Nobody else can: the server stores nothing that joins a ballot to a sign-in. What it is told is a
set of numbers, in their order.
"""

from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise

from evote.credentials.sealed import DeskMemory
from evote.election.desk_messages import SignedInMessage
from evote.errors import Refusal
from evote.roll.sign_in_file import SignInNumbers
from protocol.group import Element
from protocol.merkle import LogPosition

_OTHER_DESK = "donnez le dossier public, et les fichiers du bureau des codes, de la même élection"


def signed_in(
    memory: DeskMemory,
    numbers: SignInNumbers,
    board: LogPosition,
    voted: Iterable[Element],
    revoked: Collection[Element],
) -> SignedInMessage:
    """Return what the server needs to mark the sign-ins of every ballot.

    Args:
        memory: of the desk.
        numbers: the desk's copy of the sign-in numbers.
        board: where the record's board stands.
        voted: the credentials of its ballots.
        revoked: the credentials that the record's journal says were replaced.

    Raises:
        Refusal: a ballot or a replaced code is none of this desk's.
    """
    chains = list(_chains(memory, numbers))
    number_of = {credential: number for chain in chains for credential, number in chain}
    voted = tuple(voted)
    if not {*voted, *revoked} <= set(number_of):
        raise Refusal("un bulletin ou un code remplacé n'est pas de ce bureau", _OTHER_DESK)
    replaced = [pair for chain in chains for pair in _replaced(chain, revoked)]
    if len(replaced) != len(revoked):
        raise Refusal("le journal ne remplace pas les codes dans l'ordre de ce bureau", _OTHER_DESK)
    sign_ins = sorted(number_of[credential] for credential in voted)
    return SignedInMessage(memory.uuid, board, tuple(sign_ins), tuple(sorted(replaced)))


Chain = tuple[tuple[Element, str], ...]


def _chains(memory: DeskMemory, numbers: SignInNumbers) -> Iterator[Chain]:
    """Give the credentials and sign-in numbers that each elector has had, in order."""
    number_of = {elector: number for number, elector in numbers.by_number.items()}
    for elector, credential in enumerate(memory.credentials, 1):
        earlier = [each for each in memory.replaced if each.elector == elector]
        yield (
            *((each.credential, each.sign_in) for each in earlier),
            (credential, number_of[elector]),
        )


def _replaced(chain: Chain, revoked: Collection[Element]) -> Iterator[tuple[str, str]]:
    # What the desk replaced and the server never took stands at the end of a chain.
    for (credential, before), (_, after) in pairwise(chain):
        if credential not in revoked:
            return
        yield before, after
