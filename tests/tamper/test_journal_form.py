# SPDX-License-Identifier: AGPL-3.0-or-later
"""Entries that have not their form, or say another board than there was: §19.1, §19.2 (C27)."""

from __future__ import annotations

import json

import pytest

from tests.tamper.forge.logs import position
from tests.tamper.forge.remake import Touch
from tests.tamper.forge.texts import Json
from tests.tamper.record import (
    JOURNAL,
    NO_JOURNAL,
    SERVED,
    Files,
    RecordDamage,
    Table,
    assert_noticed,
    edited,
    kept,
    made,
)
from tests.tamper.touches import (
    change,
    drop,
    put,
    repeat,
    reversed_members,
    spaced,
    swap,
    twice,
    with_member,
)

NOTE, HOURS, OPENED, SUSPENDED, REISSUED, CONTESTED, BOOTH = 1, 2, 3, 4, 7, 8, 9
CLOSED, SIGNED, TALLIED, ARCHIVED = 10, 12, 14, 16
FILE = {"path": "/booth/b.js", "sha256": "0" * 64}


# While the vote is open, a journal of another form is the only place of the set-up signatures.
OPEN = f"C12 {NO_JOURNAL}"


def entry(number: int, touch: Touch, not_reached: str = OPEN) -> RecordDamage:
    return made("C27", not_reached, {f"entry {number}": touch}, until="Ballot")


def body(number: int, touch: Touch, not_reached: str = OPEN) -> RecordDamage:
    return made("C27", not_reached, {f"body {number}": touch}, until="Ballot")


def later(number: int, touch: Touch) -> RecordDamage:
    """At the end of the count, when the board has the set-up signatures, too."""
    return made("C27", NO_JOURNAL, {f"body {number}": touch})


def cancelled(touch: Touch) -> RecordDamage:
    # Told anew each time, since the touch changes it in place.
    def tell(_: Json) -> Json:
        persons = [{"name": "Anne Lefèvre", "role": "directrice"}, {"name": "Luc", "role": "maire"}]
        return [("cancelled", {"reason": "Une erreur dans les listes", "persons": persons})]

    touches: dict[str, Touch] = {
        "tell ballot 2": tell,
        "body 7": touch,
        "ballots": lambda ballots: ballots[:2],
    }
    return made("C27", OPEN, touches, until="Ballot")


def step_back(files: Files) -> None:
    """A true board, but that of two events earlier."""
    edited(CONTESTED, put("board", position(files.events()[:2])))(files)


def instead(data: bytes | None, fails: str = "C27", not_reached: str = NO_JOURNAL) -> RecordDamage:
    return kept(fails, not_reached, lambda files: files.instead.update({JOURNAL: data}))


def joined(change_bytes: Touch, not_reached: str = OPEN) -> RecordDamage:
    def apply(files: Files) -> None:
        files.instead[JOURNAL] = change_bytes(b"".join(line + b"\n" for line in files.lines))

    return kept("C27", not_reached, apply, until="Ballot")


ENTRY: Table = {
    "a member more": entry(NOTE, with_member),
    "members in another order": entry(NOTE, reversed_members),
    "white space in an entry": entry(NOTE, lambda value: json.dumps(value).encode()),
    "a blank line": entry(NOTE, spaced),
    "a key twice": entry(NOTE, twice),
    "an entry that is no object": entry(NOTE, lambda _: []),
    "an entry that is null": entry(NOTE, lambda _: b"null"),
    "an entry of version 2": entry(NOTE, put("evote_journal", 2)),
    "an entry of version true": entry(NOTE, put("evote_journal", True)),
    "an unknown kind": entry(NOTE, put("kind", "remark")),
    "a kind that is a list": entry(NOTE, put("kind", ["incident"])),
    "a number left out": entry(NOTE, put("index", 2), NO_JOURNAL),
    "a number as text": entry(NOTE, put("index", "1")),
    "the uuid of another election": entry(NOTE, put("uuid", "AnotherEleCtion"), NO_JOURNAL),
    "a time that is not of a minute": entry(NOTE, change("at", lambda at: at + 1)),
    "a time before the entry before": entry(NOTE, change("at", lambda at: at - 600), NO_JOURNAL),
    "a time in the year 10000": entry(NOTE, put("at", 253402300800)),
    "a time as text": entry(NOTE, change("at", str)),
    "a board without size": entry(NOTE, drop("board", "size")),
    "a board with a member more": entry(NOTE, put("board", "time", 1)),
    "a root in capitals": entry(NOTE, change("board", "root", str.upper)),
    "signatures of an incident": entry(NOTE, put("signatures", [])),
    "an amendment without signatures": entry(HOURS, drop("signatures")),
    "signatures in another order": entry(HOURS, swap("signatures", 0, 1)),
    "one signature twice": entry(HOURS, repeat("signatures")),
    "the signature of trustee 0": entry(HOURS, put("signatures", 0, "trustee", 0)),
    "a signature with a member more": entry(HOURS, put("signatures", 0, "name", "Anne")),
}
BODY: Table = {
    "another fingerprint": body(0, put("fingerprint", "A" * 43), NO_JOURNAL),
    "a fingerprint with padding": body(0, change("fingerprint", lambda text: text + "=")),
    "another set-up event": body(0, put("setup_event", "0" * 64), NO_JOURNAL),
    "a note with a line break": body(NOTE, put("note", "Un\nincident")),
    "a note of 501 characters": body(NOTE, put("note", "n" * 501)),
    "no note": body(NOTE, put("note", "")),
    "a reason with a bidirectional override": body(SUSPENDED, put("reason", "une \u202epanne")),
    "a reason as number": body(SUSPENDED, put("reason", 1)),
    "hours as text": body(HOURS, change("closes_at", str)),
    "more than an hour of grace": body(HOURS, put("grace_seconds", 3601)),
    "amendment 0": body(HOURS, put("amendment", 0)),
    "hours without reason": body(HOURS, drop("reason")),
    "a booth without files": body(BOOTH, put("booth", [])),
    "a booth of 33 files": body(
        BOOTH, put("booth", [FILE | {"path": f"/{n:02}"} for n in range(33)])
    ),
    "booth files out of order": body(BOOTH, put("booth", [FILE | {"path": "/c"}, FILE])),
    "a booth file twice": body(BOOTH, put("booth", [FILE, FILE])),
    "a booth path without slash": body(BOOTH, put("booth", [FILE | {"path": "b.js"}])),
    "a booth path with a space": body(BOOTH, put("booth", [FILE | {"path": "/b .js"}])),
    "a booth hash in capitals": body(BOOTH, put("booth", [FILE | {"sha256": "A" * 64}])),
    "a credential in capitals": body(REISSUED, change("revoked", str.upper)),
    "the identity revoked": body(REISSUED, put("revoked", "0" * 63 + "1")),
    "replacement 0": body(REISSUED, put("activated", 0)),
    "a replacement that names the elector": body(REISSUED, put("elector", 3)),
    "an unknown case": body(CONTESTED, put("case", "none-used")),
    "no set-up signatures": body(OPENED, drop("setup_signatures")),
    "one person to cancel": cancelled(drop("persons", 1)),
    "three persons to cancel": cancelled(repeat("persons")),
    "one person under two names to cancel": cancelled(put("persons", 1, "name", "ANNE LEFÈVRE")),
    "a person without role to cancel": cancelled(drop("persons", 0, "role")),
    "other sign-ins than ballots": later(CLOSED, change("sign_ins", lambda n: n + 1)),
    "a closing without tally": later(CLOSED, drop("tally_event")),
    "archived with a word": later(ARCHIVED, put("note", "fin")),
}
WHOLE: Table = {
    "no journal": instead(None),
    "a journal of zeros": instead(bytes(100)),
    "a journal of more than 16 MiB": instead(b"\n" * (2**24 + 1)),
    "no newline at the end": joined(lambda data: data[:-1]),
    "a blank line at the end": joined(lambda data: data + b"\n"),
    "a blank line at the beginning": joined(lambda data: b"\n" + data),
    "lines ended as on Windows": joined(lambda data: data.replace(b"\n", b"\r\n")),
    "a byte-order mark": joined(lambda data: b"\xef\xbb\xbf" + data),
    "an array instead of lines": joined(
        lambda data: b"[" + data[:-1].replace(b"\n", b",") + b"]\n"
    ),
    "cut in the middle of a line": joined(lambda data: data[:-40]),
    "the first line twice": joined(lambda data: data[: data.index(b"\n") + 1] + data, NO_JOURNAL),
}
PLACE: Table = {
    "a root of another board": made("C27", NO_JOURNAL, {"board 5": put("root", "0" * 64)}),
    "an event more than there were": made(
        "C27", NO_JOURNAL, {"board 5": change("size", lambda n: n + 1)}
    ),
    "more events than the board has": made("C27", NO_JOURNAL, {"board 17": put("size", 99)}),
    "no event at the sealing": made("C27", NO_JOURNAL, {"board 0": put("size", 0)}),
    "an entry that tells of an earlier board": kept("C27", NO_JOURNAL, step_back, until="Ballot"),
    "cancelled after the count": made(
        "C27", NO_JOURNAL, {"tell result": lambda told: [*told, cancellation()]}
    ),
    "a ballot before the opening": made(
        "C27",
        NO_JOURNAL,
        {
            "tell setup": lambda told: told[:-1],
            "tell ballot 1": lambda told: [("opened", {}), *told],
        },
    ),
    "a ballot during a suspension": made(
        "C27",
        NO_JOURNAL,
        {
            "tell ballot 1": lambda told: told[:-1],
            "tell ballot 2": lambda told: [("resumed", {"reason": "Fini"}), *told],
        },
    ),
    "an incident tells of a ballot during a suspension": made(
        "C27",
        NO_JOURNAL,
        {
            "tell ballot 1": lambda told: told[:1],
            "tell ballot 2": lambda told: [("incident", {"note": "Rien"}), *told],
            "tell ballot 3": lambda _: [],
        },
        until="Ballot",
    ),
    "a ballot between the last suspension and the closing": made(
        "C27",
        NO_JOURNAL,
        {"tell ballot 3": lambda told: [*told, ("suspended", {"reason": "La nuit"})]},
    ),
    "a cancellation that tells of a ballot during a suspension": made(
        "C27",
        NO_JOURNAL,
        {
            "tell ballot 1": lambda told: told[:1],
            "tell ballot 2": lambda _: [cancellation()],
            "ballots": lambda ballots: ballots[:2],
        },
        until="Ballot",
    ),
    "fewer ballots at the closing": made(
        "C24 C27", NO_JOURNAL, {"body 10": lambda b: b | {"ballots": 3, "sign_ins": 3}}
    ),
    "another tally at the closing": made(
        "C27", NO_JOURNAL, {"body 10": put("tally_event", "0" * 64)}
    ),
    "hours changed after the end of the ballots": made(
        "C27",
        NO_JOURNAL,
        {"tell closing": lambda told: [("hours-changed", {"reason": "Encore"}), *told]},
    ),
    "the closing signed after a partial decryption": made(
        "C27",
        NO_JOURNAL,
        {
            "tell closing": lambda told: told[:-1],
            "tell decrypted": lambda told: [("closing-signed", {}), *told],
        },
    ),
    "another result at the count": made(
        "C27", NO_JOURNAL, {"body 14": put("result_event", "0" * 64)}
    ),
    "cancelled with a result on the board": made(
        "C27", NO_JOURNAL, {"tell result": lambda told: [cancellation(), *told]}
    ),
    "the count told before the last event": kept(
        "C27", NO_JOURNAL, edited(TALLIED, lambda e: e | {"board": {"size": 9, "root": "0" * 64}})
    ),
}
NAMED: Table = {
    "the result names one entry less": made(
        "C27", NO_JOURNAL, {"result evote": change("journal", "size", lambda n: n - 1)}
    ),
    "the result names another root": made(
        "C27", NO_JOURNAL, {"result evote": put("journal", "root", "0" * 64)}
    ),
    "an entry dropped after the count": kept("C27", NO_JOURNAL, lambda files: drop_entry(files, 5)),
    "an entry inserted after the count": kept(
        "C27", NO_JOURNAL, lambda files: insert_entry(files, 13)
    ),
    "a note changed after the count": kept(
        "C27", NO_JOURNAL, edited(11, put("body", "note", "Rien du tout"))
    ),
    "two notes exchanged after the count": kept(
        "C27", NO_JOURNAL, lambda files: exchange_entries(files, 11, 13)
    ),
    "the replaced code forgotten after the count": kept(
        "C27", NO_JOURNAL, lambda files: drop_entry(files, REISSUED)
    ),
}


def cancellation() -> tuple[str, Json]:
    persons = [{"name": "Anne Lefèvre", "role": "directrice"}, {"name": "Luc", "role": "maire"}]
    return "cancelled", {"reason": "Une erreur dans les listes", "persons": persons}


def renumber(files: Files) -> None:
    for number in range(len(files.lines)):
        edited(number, put("index", number))(files)


def drop_entry(files: Files, number: int) -> None:
    """Leave an entry out, and hide the gap."""
    del files.lines[number]
    renumber(files)


def insert_entry(files: Files, number: int) -> None:
    """A note more, at the place and time of the one there."""
    files.lines.insert(number, files.lines[number])
    edited(number, lambda e: e | {"kind": "incident", "body": {"note": "Tout va bien"}})(files)
    renumber(files)


def exchange_entries(files: Files, first: int, second: int) -> None:
    """Exchange what two entries tell; time and board stay."""
    told = [json.loads(files.lines[n]) for n in (first, second)]
    for number, other in ((first, told[1]), (second, told[0])):
        edited(number, put("kind", other["kind"]))(files)
        edited(number, put("body", other["body"]))(files)


TABLE = ENTRY | BODY | WHOLE | PLACE | NAMED


@pytest.mark.parametrize("phrase", TABLE)
def test_the_form_or_the_board_is_noticed(phrase: str) -> None:
    assert_noticed(TABLE[phrase])


def test_the_entries_are_those_that_the_table_means() -> None:
    kinds = [kind for _, kind, _ in SERVED.story]
    assert [kinds[n] for n in (HOURS, OPENED, SUSPENDED, REISSUED, CONTESTED, BOOTH)] == [
        "hours-changed", "opened", "suspended", "reissued", "contested", "booth-replaced",
    ]  # fmt: skip
    assert [kinds[n] for n in (NOTE, CLOSED, SIGNED, TALLIED, ARCHIVED)] == [
        "incident", "closed", "closing-signed", "tallied", "archived",
    ]  # fmt: skip
