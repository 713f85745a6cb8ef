# SPDX-License-Identifier: AGPL-3.0-or-later
"""The body of each kind of journal entry, in its one form: docs/protocol.md §19.2.

A body stays the JSON object that it is, so that it can be written again as it was signed. Whether
it fits the board and the entries before it is another question (C27 to C30).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from audit.arithmetic import unchecked_point
from audit.binding import decode_hours
from audit.plain_text import distinct, plain_text
from audit.server import decode_booth
from audit.signatures import read_signatures
from audit.strict_json import (
    INTEGER_BOUND,
    read_hash,
    read_integer,
    read_list,
    read_object,
    read_text,
)
from audit.words import Malformed

LONGEST_REASON = 500
CANCELLERS = 2
CASES = ("both-used", "sign-in-used", "credential-used")
_FINGERPRINT = re.compile("[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]", re.ASCII)
Body = dict[str, Any]


def _sealed(value: Any) -> Body:  # noqa: ANN401
    body = read_object(value, "fingerprint setup_event", strict=True)
    if not _FINGERPRINT.fullmatch(read_text(body["fingerprint"], "fingerprint")):
        raise Malformed("« fingerprint » mal formé (§2.3)", "malformed “fingerprint” (§2.3)")
    read_hash(body["setup_event"], "setup_event")
    return body


def _opened(value: Any) -> Body:  # noqa: ANN401
    body = read_object(value, "setup_signatures", strict=True)
    read_signatures(body["setup_signatures"])
    return body


def _reason(value: Any) -> Body:  # noqa: ANN401
    body = read_object(value, "reason", strict=True)
    plain_text(body["reason"], "reason", LONGEST_REASON)
    return body


def _incident(value: Any) -> Body:  # noqa: ANN401
    body = read_object(value, "note", strict=True)
    plain_text(body["note"], "note", LONGEST_REASON)
    return body


def _reissued(value: Any) -> Body:  # noqa: ANN401
    body = read_object(value, "revoked activated", strict=True)
    unchecked_point(body["revoked"])  # C30 looks it up in the list, whose keys C09 checks
    read_integer(body["activated"], "activated", 1, INTEGER_BOUND - 1)
    return body


def _contested(value: Any) -> Body:  # noqa: ANN401
    body = read_object(value, "case", strict=True)
    if read_text(body["case"], "case") not in CASES:
        raise Malformed("« case » inconnu (§19.2)", "unknown “case” (§19.2)")
    return body


def _hours_changed(value: Any) -> Body:  # noqa: ANN401
    spec = "amendment opens_at closes_at grace_seconds reason"
    body = _amendment(value, spec)
    decode_hours(body)
    return body


def _booth_replaced(value: Any) -> Body:  # noqa: ANN401
    body = _amendment(value, "amendment booth reason")
    decode_booth(body["booth"])
    return body


def _amendment(value: Any, spec: str) -> Body:  # noqa: ANN401
    body = read_object(value, spec, strict=True)
    read_integer(body["amendment"], "amendment", 1, INTEGER_BOUND - 1)
    plain_text(body["reason"], "reason", LONGEST_REASON)
    return body


def _closed(value: Any) -> Body:  # noqa: ANN401
    return _closing(read_object(value, "ballots sign_ins tally_event", strict=True))


def _closing_signed(value: Any) -> Body:  # noqa: ANN401
    body = _closing(read_object(value, "ballots sign_ins tally_event journal", strict=True))
    read_position(body["journal"], "journal")
    return body


def _closing(body: Body) -> Body:
    """As many sign-ins as ballots (§19.2)."""
    ballots = read_integer(body["ballots"], "ballots", 0, INTEGER_BOUND - 1)
    read_integer(body["sign_ins"], "sign_ins", ballots, ballots)
    read_hash(body["tally_event"], "tally_event")
    return body


def _tallied(value: Any) -> Body:  # noqa: ANN401
    body = read_object(value, "result_event", strict=True)
    read_hash(body["result_event"], "result_event")
    return body


def _cancelled(value: Any) -> Body:  # noqa: ANN401
    body = read_object(value, "reason persons", strict=True)
    plain_text(body["reason"], "reason", LONGEST_REASON)
    persons = [
        read_object(person, "name role", strict=True)
        for person in read_list(body["persons"], "persons", CANCELLERS)
    ]
    distinct([plain_text(person["name"], "name") for person in persons], "name")
    for person in persons:
        plain_text(person["role"], "role")
    return body


def _archived(value: Any) -> Body:  # noqa: ANN401
    return read_object(value, "", strict=True)


BODIES: dict[str, Callable[[Any], Body]] = {
    "sealed": _sealed,
    "opened": _opened,
    "suspended": _reason,
    "resumed": _reason,
    "incident": _incident,
    "reissued": _reissued,
    "contested": _contested,
    "hours-changed": _hours_changed,
    "booth-replaced": _booth_replaced,
    "closed": _closed,
    "closing-signed": _closing_signed,
    "tallied": _tallied,
    "cancelled": _cancelled,
    "archived": _archived,
}


def read_position(value: Any, what: str) -> tuple[int, str]:  # noqa: ANN401
    """``{"size":n,"root":hash}``: where a log stood (§19.1)."""
    fields = read_object(value, "size root", strict=True)
    size = read_integer(fields["size"], f"{what}.size", 0, INTEGER_BOUND - 1)
    return size, read_hash(fields["root"], f"{what}.root")
