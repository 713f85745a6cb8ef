# SPDX-License-Identifier: AGPL-3.0-or-later
"""From g^m to m, where m is at most the number of votes: docs/protocol.md §11.5.

Baby steps and giant steps: a table of about √W powers serves all choices of one count.
"""

from collections.abc import Sequence
from math import isqrt
from typing import Final

from protocol.errors import ProofError, ProtocolError
from protocol.group import IDENTITY, Element, Scalar, generator_power

MAX_TOTAL: Final = 10_000_000


def discrete_logs(elements: Sequence[Element], bound: int) -> list[int]:
    """Return for each element the m of 0 … ``bound`` with g^m = element: §11.5.

    Raises:
        ProtocolError: ``bound`` is beyond 10,000,000, more than we search.
        ProofError: an element is no such power, so something before it is wrong.
    """
    if not 0 <= bound <= MAX_TOTAL:
        raise ProtocolError(
            f"the total weight {bound} is more than the {MAX_TOTAL} that we count", section="11.5"
        )
    width = isqrt(bound) + 1
    table = _baby_steps(width)
    giant = generator_power(Scalar.from_int(width))
    return [_search(element, table, giant, width, bound) for element in elements]


def _baby_steps(width: int) -> dict[bytes, int]:
    table: dict[bytes, int] = {}
    power, generator = IDENTITY, generator_power(Scalar.from_int(1))
    for exponent in range(width):
        table[power.to_rfc8032()] = exponent
        power = power * generator
    return table


def _search(
    element: Element, table: dict[bytes, int], giant: Element, width: int, bound: int
) -> int:
    for start in range(0, bound + 1, width):
        rest = table.get(element.to_rfc8032())
        if rest is not None and start + rest <= bound:
            return start + rest
        element = element / giant
    raise ProofError("a decrypted sum is no number of votes", section="11.5")
