# SPDX-License-Identifier: AGPL-3.0-or-later
"""The credential desk makes the codes of one election: docs/protocol.md §13.1, §13.3 to §13.5.

It works away from the server. What leaves it: the public credentials, and the sign-in numbers by
elector, each sorted by itself so that nothing stored joins the two.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from evote.roll.sealing import SealedRoll
from evote.roll.sign_in_file import SignInNumbers
from protocol.codes import credential_from_code, random_code, sign_in_number
from protocol.credentials import derive_credential, public_credential
from protocol.encoding import JsonValue, encode_json
from protocol.group import Element
from protocol.public_credentials import PublicCredentials, sort_keys
from protocol.rng import Rng, system_rng
from protocol.secret import Secret

RESERVE_PERCENT: Final = 5
FEWEST_RESERVES: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class VoterCode:
    """One code with what is derived from it: §13. ``elector`` is None for a reserve."""

    elector: int | None
    code: Secret[bytes]
    key: Element
    sign_in: str


@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """All codes of an election: those of the electors 1 … N in that order, then the reserves.

    ``roll_sha256`` names the roll that numbers these electors: docs/protocol.md §13.6.
    """

    uuid: str
    roll_sha256: str
    electors: tuple[VoterCode, ...]
    reserves: tuple[VoterCode, ...]

    def public_credentials(self) -> PublicCredentials:
        """Return the sorted list that the board publishes, reserves included: §8.4."""
        return PublicCredentials.of_keys(entry.key for entry in self.electors + self.reserves)

    def reserve_keys(self) -> tuple[Element, ...]:
        """Return the public credentials of the reserves, in the order of the list: §8.3."""
        return sort_keys([entry.key for entry in self.reserves])


def reserve_count(electors: int) -> int:
    """Return how many reserves an election of so many electors has: 5 %, at least 3: §13.5."""
    return max(FEWEST_RESERVES, -(-electors * RESERVE_PERCENT // 100))


def make_codes(
    uuid: str,
    roll: SealedRoll,
    rng: Rng = system_rng,
    progress: Callable[[int], None] | None = None,
) -> Codes:
    """Draw one code for each elector of the roll and each reserve: §13.1, §13.5."""
    codes: list[VoterCode] = []
    electors = len(roll.electors)
    reserves = reserve_count(electors)
    for place in range(electors + reserves):
        codes.append(_make_code(uuid, place + 1 if place < electors else None, rng))
        if progress:
            progress(place + 1)
    return Codes(uuid, roll.digest(), tuple(codes[:electors]), tuple(codes[electors:]))


def code_key(uuid: str, code: Secret[bytes]) -> Element:
    """Return the public credential of a code: docs/protocol.md §13.3, §9.1."""
    return public_credential(derive_credential(uuid, credential_from_code(uuid, code)))


def encode_reserves(codes: Codes) -> bytes:
    """Return the file of the reserves' public credentials, in the order of the list: §13.6."""
    keys: list[JsonValue] = [key.encode() for key in codes.reserve_keys()]
    return encode_json({**_head(codes), "reserves": keys})


def encode_sign_in_numbers(codes: Codes) -> bytes:
    """Return the file that tells the roll its sign-in numbers, sorted by number: §13.4.

    The order is that of the numbers alone, so it says nothing of the credentials' order.
    """
    by_number = {entry.sign_in: entry.elector for entry in codes.electors if entry.elector}
    return SignInNumbers(codes.uuid, codes.roll_sha256, by_number).encode()


def codes_by_elector(codes: Codes) -> Mapping[int, Secret[bytes]]:
    """Return each elector's code, for the letters alone."""
    return {entry.elector: entry.code for entry in codes.electors if entry.elector is not None}


def _head(codes: Codes) -> dict[str, JsonValue]:
    return {"version": 1, "uuid": codes.uuid, "roll_sha256": codes.roll_sha256}


def _make_code(uuid: str, elector: int | None, rng: Rng) -> VoterCode:
    code = random_code(rng)
    return VoterCode(elector, code, code_key(uuid, code), sign_in_number(uuid, code))
