# SPDX-License-Identifier: AGPL-3.0-or-later
"""A key ceremony of n members on values alone, each with its own memory: docs/protocol.md §7."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from protocol.rng import Rng
from tally.joining import begin
from tally.memory import TrusteeMemory
from tally.trustee import deal, receive_shares, sign_ceremony
from tests.rng import seeded_rng

NAMES = ("Aïcha Ben Ali", "Bruno Carré", "Chloé d'Aubigné", "Dinh Ngọc", "Élie Faure")
ROLES = ("directrice", "enseignant", "déléguée des parents", "délégué des parents", "enseignante")


@dataclass(frozen=True, slots=True)
class FinishedCeremony:
    """What each member remembers and sent at each step, by number from 1 in the files' names."""

    uuid: str
    memories: tuple[TrusteeMemory, ...]
    certificates: dict[str, bytes]
    polynomials: dict[str, bytes]
    keys: dict[str, bytes]
    trustees: bytes
    signatures: dict[str, bytes]


def by_name(kind: str, contents: Sequence[bytes]) -> dict[str, bytes]:
    return {f"{kind}-{index}.json": data for index, data in enumerate(contents, 1)}


@cache
def hold_ceremony(uuid: str, size: int = 3, threshold: int = 2, seed: str = "") -> FinishedCeremony:
    """Hold a whole ceremony; the same arguments give the same keys."""
    rng: Rng = seeded_rng(f"ceremony/{uuid}/{size}/{threshold}/{seed}")
    begun = [
        begin(
            uuid=uuid,
            size=size,
            threshold=threshold,
            index=index,
            name=NAMES[(index - 1) % 5] + ("" if index <= 5 else f" {index}"),
            role=ROLES[(index - 1) % 5],
            rng=rng,
        )
        for index in range(1, size + 1)
    ]
    certificates = by_name("certificate", [message for _, message in begun])
    dealt = [deal(memory, certificates, rng) for memory, _ in begun]
    polynomials = by_name("polynomial", [message for _, message in dealt])
    received = [receive_shares(memory, polynomials, rng) for memory, _ in dealt]
    keys = by_name("key", [message for _, message in received])
    signed = [sign_ceremony(memory, keys, rng) for memory, _ in received]
    (trustees,) = {each.trustees for _, each in signed}
    return FinishedCeremony(
        uuid,
        tuple(memory for memory, _ in signed),
        certificates,
        polynomials,
        keys,
        trustees,
        by_name("ceremony", [each.signature.encode() for _, each in signed]),
    )
