# SPDX-License-Identifier: AGPL-3.0-or-later
"""A key ceremony in this process, by the steps of `evote-tally`: docs/protocol.md §7."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from protocol.group import Scalar
from protocol.secret import Secret
from tally.joining import begin
from tally.memory import TrusteeMemory
from tally.trustee import deal, receive_shares, sign_ceremony


@dataclass(frozen=True, slots=True, eq=False)
class FinishedCeremony:
    """What the organiser gets, by file name, and what each member remembers."""

    trustees: bytes
    certificates: dict[str, bytes]
    signatures: dict[str, bytes]
    memories: tuple[TrusteeMemory, ...]

    def decryption_key(self, trustee: int) -> Secret[Scalar]:
        """The key of a trustee, from 1."""
        key = self.memories[trustee - 1].decryption_key
        if key is None:
            raise RuntimeError("a finished ceremony leaves everybody a key")
        return key


def hold_ceremony(uuid: str, threshold: int, size: int) -> FinishedCeremony:
    """Every member takes every step, checking all that the others sent."""
    begun = [
        begin(
            uuid=uuid,
            size=size,
            threshold=threshold,
            index=index,
            name=f"Membre {index}",
            role="parent",
        )
        for index in range(1, size + 1)
    ]
    certificates = _files("certificate", [message for _, message in begun])
    dealt = [deal(memory, certificates) for memory, _ in begun]
    polynomials = _files("polynomial", [message for _, message in dealt])
    received = [receive_shares(memory, polynomials) for memory, _ in dealt]
    keys = _files("key", [message for _, message in received])
    signed = [sign_ceremony(memory, keys) for memory, _ in received]
    return FinishedCeremony(
        trustees=signed[0][1].trustees,
        certificates=certificates,
        signatures=_files("ceremony", [each.signature.encode() for _, each in signed]),
        memories=tuple(memory for memory, _ in signed),
    )


def _files(kind: str, contents: Sequence[bytes]) -> dict[str, bytes]:
    return {f"{kind}-{index}.json": data for index, data in enumerate(contents, 1)}
