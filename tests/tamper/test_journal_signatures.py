# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the committee did not sign, or not so: §19.4 (C29), and the sealing of §7.13 (C12).

A server that holds its own two keys and fewer than t members' can write any journal; what they
signed it cannot write.
"""

from __future__ import annotations

import json

import pytest

from tests.tamper.forge.curve import GENERATOR
from tests.tamper.forge.remake import Touch
from tests.tamper.forge.texts import Json
from tests.tamper.record import (
    SERVED,
    Files,
    RecordDamage,
    Table,
    assert_noticed,
    edited,
    kept,
    made,
)
from tests.tamper.test_journal_form import (
    BOOTH,
    HOURS,
    OPENED,
    REISSUED,
    SIGNED,
    drop_entry,
    exchange_entries,
    insert_entry,
)
from tests.tamper.touches import change, drop, put, swap

ALONE: Touch = drop(1)


def server(number: int, touch: Touch) -> RecordDamage:
    """One entry changed by the server while the vote is open."""
    return kept("C29", "", edited(number, touch), until="Ballot")


def signed_as(number: int, place: int, value: str) -> RecordDamage:
    """The second member signed another part."""
    return made("C29", "", {f"parts {number}.2": put(place, value)})


def behind_their_back(change_files: Touch) -> RecordDamage:
    """The journal rewritten by the server after the members signed the closing, before the count.

    Nothing but their signature names the journal then.
    """

    def apply(files: Files) -> None:
        change_files(files)
        place = next(n for n, e in enumerate(files.lines) if b'"closing-signed"' in e)
        assert place in (SIGNED - 1, SIGNED, SIGNED + 1)

    return kept("C29", "", apply, until="EncryptedTally")


def surplus(signatures: Json) -> Json:
    return [*signatures, {"trustee": 3, "signature": signatures[0]["signature"]}]


FEWER: Table = {
    "hours changed by one member": made("C29", "", {f"signers {HOURS}": ALONE}),
    "hours changed by nobody": made("C29", "", {f"signers {HOURS}": put([])}),
    "the booth replaced by one member": made("C29", "", {f"signers {BOOTH}": ALONE}),
    "the closing signed by one member": made("C29", "", {f"signers {SIGNED}": ALONE}),
    "the closing signed by nobody": made("C29", "", {f"signers {SIGNED}": put([])}),
    "a signature that is none": made(
        "C29", "", {f"signatures {HOURS}": put(1, "signature", {"challenge": "1", "response": "2"})}
    ),
    "a signature under another number": made(
        "C29", "", {f"signatures {HOURS}": put(1, "trustee", 3)}
    ),
    "the signature of trustee 4 of 3": made(
        "C29", "", {f"signatures {HOURS}": put(1, "trustee", 4)}
    ),
    "a third signature that is false": made("C29", "", {f"signatures {HOURS}": surplus}),
    "a third signature of the closing that is false": made(
        "C29", "", {f"signatures {SIGNED}": surplus}
    ),
}
OTHERWISE: Table = {
    "signed for another election": signed_as(HOURS, 0, "AnotherEleCtion"),
    "signed for another fingerprint": signed_as(HOURS, 1, "A" * 43),
    "signed as another kind": signed_as(HOURS, 2, "booth-replaced"),
    "signed for another body": signed_as(HOURS, 3, "{}"),
    "signed under another number": signed_as(HOURS, 4, "3"),
    "a closing signed for another election": signed_as(SIGNED, 0, "AnotherEleCtion"),
    "a closing signed for another fingerprint": signed_as(SIGNED, 1, "A" * 43),
    "a closing signed as an amendment": signed_as(SIGNED, 2, "hours-changed"),
}
ALTERED: Table = {
    "the server shortens the hours": server(HOURS, change("body", "closes_at", lambda at: at - 60)),
    "the server gives another reason": server(HOURS, put("body", "reason", "Autre chose")),
    "the server gives more grace": server(HOURS, put("body", "grace_seconds", 3600)),
    "the server serves another booth": server(BOOTH, put("body", "booth", 0, "sha256", "0" * 64)),
    "the server drops a signature": server(HOURS, drop("signatures", 0)),
    "the server takes the signatures of another amendment": kept(
        "C29", "", lambda files: borrow(files, BOOTH, HOURS), until="Ballot"
    ),
    "the server renumbers an amendment": kept(
        "C28 C29", "", edited(BOOTH, put("body", "amendment", 3)), until="Ballot"
    ),
    "the server leaves the first amendment out": kept(
        "C28", "", lambda files: drop_entry(files, HOURS), until="Ballot"
    ),
}
CLOSING: Table = {
    "a closing of one ballot less": made(
        "C29", "", {f"body {SIGNED}": lambda b: b | {"ballots": 3, "sign_ins": 3}}
    ),
    "a closing of another tally": made("C29", "", {f"body {SIGNED}": put("tally_event", "0" * 64)}),
    "a closing that names an entry less": made(
        "C29", "", {f"body {SIGNED}": change("journal", "size", lambda n: n - 1)}
    ),
    "a closing that names another journal": made(
        "C29", "", {f"body {SIGNED}": put("journal", "root", "0" * 64)}
    ),
    "an entry dropped once the closing was signed": behind_their_back(
        lambda files: drop_entry(files, 5)
    ),
    "an entry inserted once the closing was signed": behind_their_back(
        lambda files: insert_entry(files, 8)
    ),
    "an entry changed once the closing was signed": behind_their_back(
        edited(1, put("body", "note", "Tout va bien"))
    ),
    "two entries exchanged once the closing was signed": behind_their_back(
        lambda files: exchange_entries(files, 5, 8)
    ),
    "a time changed once the closing was signed": behind_their_back(
        edited(OPENED, change("at", lambda at: at - 60))
    ),
    "a replaced code exchanged once the closing was signed": behind_their_back(
        edited(REISSUED, put("body", "revoked", (GENERATOR ** SERVED.voters[4]).wire))
    ),
}
SEALING: Table = {
    "opened by one member": made("C12", "", {"setup signers": ALONE}, until="Ballot"),
    "opened by one member, told at the end too": made("C12", "", {"setup signers": ALONE}),
    "opened by nobody": made("C12", "", {"setup signers": put([])}, until="Ballot"),
    "opened by nobody, and no ballot yet": kept(
        "C12", "", edited(OPENED, put("body", "setup_signatures", [])), until="Setup"
    ),
    "the opening signed for another set-up": made(
        "C12", "", {"setup 1": put(2, "0" * 64)}, until="Ballot"
    ),
    "an opening signature of nobody": kept(
        "C12", "", edited(OPENED, put("body", "setup_signatures", 1, "trustee", 4)), until="Ballot"
    ),
    "a signature less in the journal than on the board": kept(
        "C12 C27", "C28..C31", edited(OPENED, drop("body", "setup_signatures", 1))
    ),
}
TABLE = FEWER | OTHERWISE | ALTERED | CLOSING | SEALING


def borrow(files: Files, number: int, other: int) -> None:
    signatures = json.loads(files.lines[other])["signatures"]
    edited(number, put("signatures", signatures))(files)


@pytest.mark.parametrize("phrase", TABLE)
def test_what_was_not_signed_is_noticed(phrase: str) -> None:
    assert_noticed(TABLE[phrase])


def test_more_members_may_sign_than_needed() -> None:
    touches: dict[str, Touch] = {f"signers {n}": put([1, 2, 3]) for n in (HOURS, BOOTH, SIGNED)}
    assert made("", "", touches).make().verify().status == 0
    others: dict[str, Touch] = {f"signers {n}": put([2, 3]) for n in (HOURS, SIGNED)}
    assert made("", "", others).make().verify().status == 0


def test_signatures_out_of_order_are_no_journal() -> None:
    report = made("", "", {f"signatures {SIGNED}": swap(0, 1)}).make().verify()
    assert report.with_outcome("failed") == ["C27"]
