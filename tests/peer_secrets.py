# SPDX-License-Identifier: AGPL-3.0-or-later
"""Elections made by the peer's tool, and what the people of one knew: tests/vectors/peer."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from protocol.board import Board, read_board
from protocol.certificates import Certificate, decode_certificates
from protocol.dkg import PolynomialMessage, decode_polynomials
from protocol.pki import TrusteeKeys, decode_seed, derive_keys
from protocol.vinput import Vinput
from protocol.voutput import Voutput

PEER = Path(__file__).parent / "vectors" / "peer"
SECRETS = PEER / "plain" / "secrets"
NUMBERS = (1, 2, 3)

FINISHED = sorted(PEER.glob("*/*.bel"))
ARCHIVES = [*FINISHED, *sorted(PEER.glob("*/open/*.bel"))]


def archive_name(path: Path) -> str:
    return str(path.relative_to(PEER).parent)


def peer_board(folder: str) -> Board:
    """Read the finished board of one folder; its stream stays open on a copy in memory."""
    (path,) = (PEER / folder).glob("*.bel")
    return read_board(BytesIO(path.read_bytes()))


def certificates() -> tuple[Certificate, ...]:
    return decode_certificates((SECRETS / "certs.jsons").read_bytes())


def polynomials() -> tuple[PolynomialMessage, ...]:
    return decode_polynomials((SECRETS / "polynomials.jsons").read_bytes())


def file_of(trustee: int, suffix: str) -> bytes:
    name = (SECRETS / f"{trustee}.trustee").read_text(encoding="ascii").strip()
    return (SECRETS / f"{name}.{suffix}").read_bytes()


def keys_of(trustee: int) -> TrusteeKeys:
    return derive_keys(decode_seed(file_of(trustee, "key")))


def vinput_of(trustee: int) -> Vinput:
    return Vinput.decode(file_of(trustee, "vinput"))


def voutput_of(trustee: int) -> Voutput:
    return Voutput.decode(file_of(trustee, "voutput"))
