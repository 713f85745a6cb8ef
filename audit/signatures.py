# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lists of trustees' labelled signatures: docs/protocol.md §7.13, §11.2, §19.4."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from audit.proofs import Proof, decode_proof, holds_labelled
from audit.strict_json import read_integer, read_list, read_object
from audit.trustees import MAX_TRUSTEES, Pedersen
from audit.words import Malformed, Text, count

Signature = tuple[int, Proof]


def read_signatures(value: Any) -> tuple[Signature, ...]:  # noqa: ANN401
    """``[{"trustee":i,"signature":{…}}…]`` in increasing order of i, each at most once."""
    rows = [
        read_object(row, "trustee signature", strict=True) for row in read_list(value, "signatures")
    ]
    numbers = [read_integer(row["trustee"], "trustee", 1, MAX_TRUSTEES) for row in rows]
    if any(a >= b for a, b in pairwise(numbers)):
        raise Malformed("signatures pas dans l'ordre (§11.2)", "signatures out of order (§11.2)")
    return tuple(
        (number, decode_proof(row["signature"])) for number, row in zip(numbers, rows, strict=True)
    )


def false_signatures(
    item: Pedersen,
    label: str,
    parts: Callable[[int], Sequence[str]],
    signatures: Sequence[Signature],
) -> Iterator[int]:
    """The numbers under which a signature does not hold, or of nobody."""
    for number, proof in signatures:
        if number > len(item.members):
            yield number
            continue
        key = item.members[number - 1].verification
        if not holds_labelled(key, label, parts(number), proof):
            yield number


def is_false(number: int, section: str) -> Text:
    """The sentence on one signature that does not hold."""
    return Text(
        f"la signature du membre du bureau n° {number} est fausse (§{section})",
        f"the signature of trustee {number} fails (§{section})",
    )


def too_few(found: int, threshold: int, section: str) -> Text:
    """The sentence on fewer signatures than the threshold."""
    signatures = count(found, "signature", "signature")
    return Text(
        f"{signatures.fr}, il en faut {threshold} (§{section})",
        f"{signatures.en}, {threshold} needed (§{section})",
    )
