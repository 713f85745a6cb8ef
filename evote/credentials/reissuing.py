# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk replaces a lost code by a reserve, and looks up a contested vote: §13.7, §19.5.

All of it on the desk's own machine, from its own files and the public archive. What the server is
told then is in evote/election/desk_messages.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from evote.credentials.desk import code_key
from evote.credentials.sealed import DeskMemory, ReplacedCode
from evote.election.desk_messages import ContestedMessage, ReissueMessage
from evote.errors import Refusal
from evote.roll.sign_in_file import SignInNumbers
from protocol.codes import sign_in_number
from protocol.group import Element
from protocol.secret import Secret


@dataclass(frozen=True, slots=True, eq=False)
class Reissue:
    """The new code for the letter, the server's file, and the desk's own files as they become."""

    code: Secret[bytes]
    message: ReissueMessage
    memory: DeskMemory
    numbers: SignInNumbers


def reissue(
    memory: DeskMemory, numbers: SignInNumbers, elector: int, voted: Iterable[Element]
) -> Reissue:
    """Take the next reserve for an elector whose credential has not voted: §19.5.

    Args:
        memory: of the desk.
        numbers: the desk's copy of the sign-in numbers.
        elector: by the number of the sealed roll, from 1.
        voted: the credentials of all ballots in the public archive.

    Raises:
        Refusal: no reserve is left, or a ballot of this code is in the box.
    """
    if not memory.reserves:
        raise Refusal(
            "il ne reste plus de code de réserve", "cette personne peut voter autrement : papier"
        )
    revoked = memory.credentials[elector - 1]
    if revoked in set(voted):
        raise Refusal(
            "un bulletin a déjà été voté avec ce code : il ne peut plus être remplacé",
            "si la personne dit que ce n'est pas elle : evote credentials contested",
        )
    before, code = numbers.number_of(elector), memory.reserves[0]
    after = sign_in_number(memory.uuid, code)
    credentials = list(memory.credentials)
    credentials[elector - 1] = code_key(memory.uuid, code)
    by_number = {number: each for number, each in numbers.by_number.items() if number != before}
    return Reissue(
        code,
        ReissueMessage(memory.uuid, revoked, before, after),
        replace(
            memory,
            credentials=tuple(credentials),
            reserves=memory.reserves[1:],
            replaced=(*memory.replaced, ReplacedCode(elector, revoked, before)),
        ),
        replace(numbers, by_number={**by_number, after: elector}),
    )


def contested(
    memory: DeskMemory, numbers: SignInNumbers, elector: int, voted: Iterable[Element]
) -> ContestedMessage:
    """Return what the server needs to judge a contested vote, and no more: §17.4."""
    earlier = [each for each in memory.replaced if each.elector == elector]
    credentials = {memory.credentials[elector - 1], *(each.credential for each in earlier)}
    return ContestedMessage(
        memory.uuid,
        (numbers.number_of(elector), *(each.sign_in for each in earlier)),
        not credentials.isdisjoint(voted),
    )
