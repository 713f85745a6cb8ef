# SPDX-License-Identifier: AGPL-3.0-or-later
"""One witness is asked to co-sign one checkpoint, by C2SP ``tlog-witness``: docs/protocol.md §22.

Whatever it answers is a stranger's: only a line that verifies is given on.
"""

import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import IO, Final

from evote.clock import Clock
from evote.witness_file import Witness
from protocol.cosignatures import cosigned_at
from protocol.errors import ProtocolError
from protocol.note_format import (
    MAX_NOTE_BYTES,
    SignatureLine,
    decode_signature_lines,
    encode_base64,
)
from protocol.notes import Checkpoint

PATIENCE_SECONDS: Final = 10
# How far a witness's time may be from the server's: its line, published, would mislead for ever.
APART_SECONDS: Final = 1800
# The first size is a guess; the second is what the witness has said.
ATTEMPTS: Final = 2
_SIZE: Final = re.compile(rb"(0|[1-9][0-9]{0,15})\n")

Proof = Callable[[int], tuple[bytes, ...]]


class Reason(Enum):
    """Why a witness did not co-sign, in the words of the server's log."""

    NETWORK = "{detail}"
    ENDLESS = "an answer without end"
    SLOW = "too slow"
    STILL_ANSWERING = "still answering"
    STATUS = "status {detail}"
    NO_SIZE = "409 without a size"
    SAME_SIZE = "409 to the size that it said"
    NO_LINE = "no line of its key"
    FALSE_LINE = "a line that does not hold"
    CLOCK = "its clock is {detail} s from the server's"
    LARGER = "{detail} entries"
    NO_KEY = "this server lacks the key of the log"
    NOTHING = "nothing published that it could be shown"
    NO_PROOF = "a row is damaged: there is no proof to show it"
    UNREAD = "the database does not give what to show it, or does not keep its line"
    FAULT = "a fault of this server: {detail}"


class Unwitnessed(Exception):
    """A witness did not co-sign what it was asked for.

    Args:
        reason: why.
        detail: what the system or the witness says of it, a word or a number.
    """

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason.value.format(detail=detail))
        self.reason = reason
        self.detail = detail


class WitnessSilent(Unwitnessed):
    """It does not answer, or not as a witness does."""


class WitnessRefuses(Unwitnessed):
    """It does not co-sign this: its status, or the reason why its line is worth nothing."""


class WitnessAhead(Unwitnessed):
    """It has co-signed a larger tree of this log than the one it is asked about."""

    def __init__(self, size: int) -> None:
        super().__init__(Reason.LARGER, str(size))
        self.size = size


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be co-signed: the note with the log's own lines, and proofs from earlier sizes.

    Attributes:
        clock: of the server, near which the witness's has to be.
    """

    checkpoint: Checkpoint
    note: bytes
    proof: Proof
    clock: Clock


def ask(witness: Witness, asked: Asked, old: int) -> SignatureLine:
    """Return the witness's line, verified.

    Args:
        witness: to ask.
        asked: the checkpoint.
        old: the size that it may have co-signed last, 0 if that is not known.

    Raises:
        WitnessSilent: see there.
        WitnessRefuses: see there.
        WitnessAhead: see there.
    """
    for _ in range(ATTEMPTS):
        proof = [f"{encode_base64(each)}\n" for each in asked.proof(old)]
        head = "".join([f"old {old}\n", *proof, "\n"])
        status, answer = _post(f"{witness.url}/add-checkpoint", head.encode() + asked.note)
        if status == HTTPStatus.OK:
            return _verified(witness, asked, answer)
        if status != HTTPStatus.CONFLICT:
            raise WitnessRefuses(Reason.STATUS, str(status))
        found = _SIZE.fullmatch(answer)
        if found is None:
            raise WitnessRefuses(Reason.NO_SIZE)
        old = int(found[1])
        if old > asked.checkpoint.size:
            raise WitnessAhead(old)
    raise WitnessRefuses(Reason.SAME_SIZE)


def _verified(witness: Witness, asked: Asked, answer: bytes) -> SignatureLine:
    try:
        lines = decode_signature_lines(answer)
        at = cosigned_at(asked.checkpoint, lines, witness.key)
    except ProtocolError as cause:
        raise WitnessRefuses(Reason.FALSE_LINE) from cause
    if at is None:
        raise WitnessRefuses(Reason.NO_LINE)
    apart = at - asked.clock()
    if abs(apart) > APART_SECONDS:
        raise WitnessRefuses(Reason.CLOCK, f"{apart:+}")
    known = (witness.key.name, witness.key.key_id)
    return next(each for each in lines if (each.name, each.key_id) == known)


class _NoRedirection(urllib.request.HTTPRedirectHandler):
    """A witness is where we were told."""

    def redirect_request(self, *_given: object) -> None:
        """Follow nothing."""


_OPENER: Final = urllib.request.build_opener(_NoRedirection)


def _post(url: str, body: bytes) -> tuple[int, bytes]:
    request = urllib.request.Request(url, body, {"Content-Type": "text/plain; charset=utf-8"})  # noqa: S310 -- http or https, by witness_file.py
    try:
        with _OPENER.open(request, timeout=PATIENCE_SECONDS) as answer:
            return answer.status, _read(answer)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, _read(refusal)
    except urllib.error.URLError as cause:
        raise WitnessSilent(Reason.NETWORK, type(cause.reason).__name__) from cause
    except (OSError, http.client.HTTPException) as cause:
        raise WitnessSilent(Reason.NETWORK, type(cause).__name__) from cause


def _read(answer: IO[bytes]) -> bytes:
    try:
        data = answer.read(MAX_NOTE_BYTES + 1)
    except (OSError, http.client.HTTPException) as cause:
        raise WitnessSilent(Reason.NETWORK, type(cause).__name__) from cause
    if len(data) > MAX_NOTE_BYTES:
        raise WitnessSilent(Reason.ENDLESS)
    return data
