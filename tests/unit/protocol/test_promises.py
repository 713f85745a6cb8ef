# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a server promises with the answer *recorded*, docs/protocol.md §20.1, by its vectors."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from protocol.errors import MalformedError, ProofError, ProtocolError
from protocol.events import Event, EventKind
from protocol.notes import VerifierKey
from protocol.promises import Promise, promised_until, sign_promise, verify_promise
from tests.vectors.make_promise_vectors import BALLOT, EVENT, HERE, KEY, NOW, PROMISE, vectors

Case = dict[str, Any]
PROMISES = json.loads((HERE / "promises.json").read_text(encoding="utf-8"))
REFUSALS = {"malformed": MalformedError, "untrue": ProofError}


def by_name(case: Case) -> str:
    return str(case["name"])


@pytest.mark.parametrize("name", vectors())
def test_the_files_are_those_that_the_code_writes(name: str) -> None:
    assert (HERE / name).read_text(encoding="utf-8") == vectors()[name]


def test_the_invalid_outnumber_the_valid() -> None:
    valid = [case for case in PROMISES["promises"] if case["expect"] == "valid"]
    assert len(PROMISES["promises"]) > 2 * len(valid) > 0


@pytest.mark.parametrize("case", PROMISES["promises"], ids=by_name)
def test_promises(case: Case) -> None:
    key, data = VerifierKey.decode(PROMISES["board_key"]), case["text"].encode()
    if case["expect"] == "valid":
        promise = verify_promise(data, key)
        read = (promise.ballot, promise.event, promise.index, promise.until)
        assert read == tuple(case[name] for name in ("ballot", "event", "index", "until"))
        assert sign_promise(promise, KEY) == data
        return
    with pytest.raises(REFUSALS[case["expect"]]):
        verify_promise(data, key)


@pytest.mark.parametrize("case", PROMISES["limits"], ids=by_name)
def test_what_no_server_may_promise_whatever_the_hour(case: Case) -> None:
    promise = replace(PROMISE, until=case["until"])
    assert promise.is_beyond(case["closes_at"]) == (case["expect"] == "beyond")


def test_a_promise_is_of_its_ballot_alone() -> None:
    promise = verify_promise(sign_promise(PROMISE, KEY), KEY.verifier_key)
    assert promise == PROMISE
    assert promise.is_of(BALLOT)
    assert not promise.is_of(BALLOT + b" ")


def test_all_promises_of_a_board_have_the_same_length() -> None:
    others = (replace(PROMISE, index=index, until=index) for index in (0, 999_999_999, 10**10 - 1))
    assert {len(sign_promise(each, KEY)) for each in (PROMISE, *others)} == {370}


@pytest.mark.parametrize("change", [{"index": -1}, {"index": 10**10}, {"until": 10**10}])
def test_a_number_of_more_digits_is_not_promised(change: dict[str, int]) -> None:
    with pytest.raises(ProtocolError):
        sign_promise(replace(PROMISE, **change), KEY)  # type: ignore[arg-type]


def test_another_event_is_not_promised() -> None:
    for kind, payload in ((EventKind.SETUP, EVENT.payload), (EventKind.END_BALLOTS, None)):
        with pytest.raises(ProtocolError):
            Promise.of(KEY.name, Event(EVENT.parent, 12, kind, payload), NOW)


def test_a_key_promises_for_its_own_board_only() -> None:
    with pytest.raises(ProtocolError):
        sign_promise(replace(PROMISE, origin="ecole.example.org/F3LXxMBpCrX1W9/journal"), KEY)


@pytest.mark.parametrize(
    ("now", "period", "until"), [(0, 0, 300), (1, 0, 360), (60, 60, 420), (59, 600, 960)]
)
def test_the_time_is_rounded_up_to_a_minute(now: int, period: int, until: int) -> None:
    assert promised_until(now, period) == until
