# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writes journal.json beside it from protocol/, the same bytes at every run: see README.md.

python -m tests.vectors.make_journal_vectors
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from protocol.ceremony import Member
from protocol.encoding import decode_json, encode_json
from protocol.events import EventKind
from protocol.group import IDENTITY, Q
from protocol.journal import JournalEntry, next_entry
from protocol.journal_bodies import (
    Archived,
    Body,
    BoothReplaced,
    Cancelled,
    Case,
    Contested,
    HoursChanged,
    Incident,
    Reissued,
    Resumed,
    Suspended,
)
from protocol.server_binding import BoothFile
from tests.simulator import CLOSES_AT, OPENS_AT, SimulatedElection

HERE = Path(__file__).parent
ELECTION = SimulatedElection(server=True, size=3, threshold=2)
HOURS = HoursChanged(1, OPENS_AT, CLOSES_AT + 3600, 300, "Panne du réseau")
BOOTH = BoothReplaced(1, (BoothFile("/booth/booth.js", "ab" * 32),), "Faute d'accent")

Vector = dict[str, object]
Change = Callable[[dict[str, Any]], object]


def case(name: str, expect: str, **members: object) -> Vector:
    """Return one vector: its name, the class of outcome, and what it is about."""
    return {"name": name, "expect": expect, **members}


def bodies() -> list[Body]:
    """Return a body of every kind that the journal of a smooth election does not have."""
    revoked = ELECTION.credentials.items[0].key
    persons = (Member("Aïcha Ben Ali", "directrice"), Member("Bruno Carré", "enseignant"))
    return [
        Suspended("Panne du réseau"),
        Resumed("Le réseau est revenu"),
        Incident("Une affiche a été arrachée"),
        Reissued(revoked, 1),
        *(Contested(each) for each in Case),
        HOURS,
        BOOTH,
        Cancelled("Une liste manque", persons),
        Archived(),
    ]


def entries() -> list[Vector]:
    """Return single entries as bytes: §19.1, §19.2. No story is told."""
    told = list(ELECTION.journal())
    board = told[1].board
    for body in bodies():
        signed = ELECTION.signatures_of(body)
        told.append(next_entry(ELECTION.uuid, told[-1], told[-1].at, board, body, signed))
    valid = [
        case(f"{each.kind.value} {each.index}", "valid", text=each.encode().decode())
        for each in told
    ]
    by_kind = {each.kind.value: each for each in told}
    return (
        valid
        + [
            case(f"{kind}: {what}", "malformed", text=_changed(by_kind[kind], change))
            for (kind, what), change in _MALFORMED.items()
        ]
        + [
            case(what, "malformed", text=replace(by_kind["incident"].encode().decode()))
            for what, replace in _TEXTS.items()
        ]
    )


def _changed(entry: JournalEntry, change: Change) -> str:
    tree: Any = decode_json(entry.encode())
    change(tree)
    return encode_json(tree).decode()


def _set(*path: str, to: object) -> Change:
    def change(tree: dict[str, Any]) -> None:
        for name in path[:-1]:
            tree = tree[name]
        tree[path[-1]] = to

    return change


def _pop(*path: str) -> Change:
    def change(tree: dict[str, Any]) -> None:
        for name in path[:-1]:
            tree = tree[name]
        tree.pop(path[-1])

    return change


def _again(*path: str) -> Change:
    # The same member, but last.
    def change(tree: dict[str, Any]) -> None:
        for name in path[:-1]:
            tree = tree[name]
        tree[path[-1]] = tree.pop(path[-1])

    return change


_MALFORMED: dict[tuple[str, str], Change] = {
    ("incident", "version 2"): _set("evote_journal", to=2),
    ("incident", "no version"): _pop("evote_journal"),
    ("incident", "an unknown member"): _set("x", to=1),
    ("incident", "members in another order"): _again("uuid"),
    ("incident", "another uuid"): _set("uuid", to="1" * 13),
    ("incident", "a negative index"): _set("index", to=-1),
    ("incident", "an index true"): _set("index", to=True),
    ("incident", "seconds that are no whole minute"): _set("at", to=OPENS_AT + 1),
    ("incident", "a negative time"): _set("at", to=-60),
    ("incident", "the year 10000"): _set("at", to=253_402_300_800),
    ("incident", "no board"): _pop("board"),
    ("incident", "a board without root"): _pop("board", "root"),
    ("incident", "a root in capitals"): _set("board", "root", to="AB" * 32),
    ("incident", "a root in base 64"): _set("board", "root", to="A" * 43 + "="),
    ("incident", "an unknown member of the board"): _set("board", "x", to=1),
    ("incident", "an unknown kind"): _set("kind", to="forgotten"),
    ("incident", "the body of another kind"): _set("kind", to="suspended"),
    ("incident", "signatures that nobody asked for"): _set("signatures", to=[]),
    ("incident", "an unknown member of the body"): _set("body", "x", to=1),
    ("incident", "no note"): _set("body", to={}),
    ("incident", "an empty note"): _set("body", "note", to=""),
    ("incident", "a note of 501 characters"): _set("body", "note", to="a" * 501),
    ("incident", "a note of two lines"): _set("body", "note", to="un\ndeux"),
    ("incident", "a note with a hidden character"): _set("body", "note", to="un\u200bdeux"),
    ("archived", "a member"): _set("body", "x", to=1),
    ("archived", "no object"): _set("body", to=[]),
    ("sealed", "a fingerprint with padding"): _set("body", "fingerprint", to="A" * 43 + "="),
    ("sealed", "a fingerprint with spare bits"): _set("body", "fingerprint", to="A" * 42 + "B"),
    ("sealed", "an event that is no hash"): _set("body", "setup_event", to="0"),
    ("opened", "a signature without trustee"): lambda e: e["body"]["setup_signatures"][0].pop(
        "trustee"
    ),
    ("opened", "a response of q"): lambda e: e["body"]["setup_signatures"][0]["signature"].update(
        response=str(Q)
    ),
    ("suspended", "a number as reason"): _set("body", "reason", to=1),
    ("resumed", "no reason"): _set("body", to={}),
    ("reissued", "the identity"): _set("body", "revoked", to=IDENTITY.encode()),
    ("reissued", "number 0"): _set("body", "activated", to=0),
    ("reissued", "members in another order"): _again("body", "revoked"),
    ("contested", "another case"): _set("body", "case", to="none-used"),
    ("contested", "a name"): _set("body", "name", to="Anne"),
    ("hours-changed", "amendment 0"): _set("body", "amendment", to=0),
    ("hours-changed", "closing before opening"): _set("body", "closes_at", to=OPENS_AT),
    ("hours-changed", "an hour and a second of grace"): _set("body", "grace_seconds", to=3601),
    ("hours-changed", "no signatures"): _pop("signatures"),
    ("hours-changed", "signatures out of order"): lambda e: e["signatures"].reverse(),
    ("hours-changed", "a signature twice"): lambda e: e["signatures"].append(e["signatures"][1]),
    ("hours-changed", "trustee 0"): lambda e: e["signatures"][0].update(trustee=0),
    ("hours-changed", "an unknown member of a signature"): lambda e: e["signatures"][0].update(x=1),
    ("booth-replaced", "no file"): _set("body", "booth", to=[]),
    ("booth-replaced", "a path without slash"): lambda e: e["body"]["booth"][0].update(path="a"),
    ("closed", "fewer sign-ins than ballots"): _set("body", "sign_ins", to=3),
    ("closed", "signatures"): _set("signatures", to=[]),
    ("closing-signed", "no journal"): _pop("body", "journal"),
    ("closing-signed", "no signatures"): _pop("signatures"),
    ("tallied", "no event"): _set("body", to={}),
    ("cancelled", "one person"): lambda e: e["body"]["persons"].pop(),
    ("cancelled", "three persons"): lambda e: e["body"]["persons"].append(
        {"name": "Chloé", "role": "parent"}
    ),
    ("cancelled", "one person twice"): lambda e: e["body"]["persons"][1].update(
        name="Aïcha Ben ALI"
    ),
}
_TEXTS: dict[str, Callable[[str], str]] = {
    "a space": lambda text: text.replace(":1,", ": 1,", 1),
    "a newline at the end": lambda text: text + "\n",
    "a member twice": lambda text: text.replace('"kind"', '"kind":"incident","kind"'),
    "an escaped letter": lambda text: text.replace("affiche", "\\u0061ffiche"),
    "cut short": lambda text: text[:-1],
    "an array": lambda text: f"[{text}]",
    "nothing": lambda _text: "",
}


def signed() -> list[Vector]:
    """Return entries ``hours-changed``, whose signatures hold or not: §19.4."""
    first = ELECTION.journal()[0]
    good = next_entry(
        ELECTION.uuid, first, first.at, first.board, HOURS, ELECTION.signatures_of(HOURS)
    )

    def scalar(name: str) -> Change:
        def change(entry: dict[str, Any]) -> None:
            signature = entry["signatures"][0]["signature"]
            signature[name] = str((int(signature[name]) + 1) % Q)

        return change

    untrue: dict[str, Change] = {
        "another number of amendment": _set("body", "amendment", to=2),
        "another opening": _set("body", "opens_at", to=OPENS_AT - 60),
        "another closing": _set("body", "closes_at", to=CLOSES_AT + 7200),
        "another grace": _set("body", "grace_seconds", to=0),
        "another reason": _set("body", "reason", to="Panne du reseau"),
        "another challenge": scalar("challenge"),
        "another response": scalar("response"),
        "another trustee": lambda e: e["signatures"][1].update(trustee=3),
        "a trustee that is not there": lambda e: e["signatures"][1].update(trustee=4),
        "one signature": lambda e: e["signatures"].pop(),
        "no signature": lambda e: e["signatures"].clear(),
    }
    return [
        case("two of three", "valid", text=good.encode().decode()),
        *(case(what, "untrue", text=_changed(good, change)) for what, change in untrue.items()),
    ]


_BEGUN, _ENDED = "sealed opened", "closed closing-signed tallied"
_VALID_STORIES = (
    "sealed",
    "sealed incident reissued hours-changed booth-replaced",
    _BEGUN,
    f"{_BEGUN} incident reissued hours-changed booth-replaced contested",
    f"{_BEGUN} suspended incident contested resumed suspended",
    f"{_BEGUN} suspended resumed suspended reissued closed",
    f"{_BEGUN} {_ENDED} archived",
    f"{_BEGUN} closed incident contested closing-signed contested tallied incident",
    f"{_BEGUN} {_ENDED} contested archived incident incident",
    "sealed cancelled incident incident",
    f"{_BEGUN} suspended cancelled",
    f"{_BEGUN} closed closing-signed incident cancelled",
)
_UNTRUE_STORIES = (
    "",
    "opened",
    "incident sealed",
    "sealed sealed",
    "sealed contested",
    "sealed suspended",
    "sealed closed",
    "sealed tallied",
    "sealed archived",
    f"{_BEGUN} opened",
    f"{_BEGUN} resumed",
    f"{_BEGUN} suspended suspended",
    f"{_BEGUN} suspended opened",
    f"{_BEGUN} tallied",
    f"{_BEGUN} closing-signed",
    f"{_BEGUN} closed closed",
    f"{_BEGUN} closed resumed",
    f"{_BEGUN} closed reissued",
    f"{_BEGUN} closed hours-changed",
    f"{_BEGUN} closed booth-replaced",
    f"{_BEGUN} closed tallied",
    f"{_BEGUN} closed closing-signed closing-signed",
    f"{_BEGUN} {_ENDED} cancelled",
    f"{_BEGUN} {_ENDED} tallied",
    f"{_BEGUN} {_ENDED} archived contested",
    f"{_BEGUN} {_ENDED} archived archived",
    f"{_BEGUN} {_ENDED} archived cancelled",
    "cancelled",
    "sealed cancelled cancelled",
    "sealed cancelled opened",
    "sealed cancelled contested",
    f"{_BEGUN} cancelled archived",
)


def stories() -> list[Vector]:
    """Return stories by the kinds of their entries alone: §19.3."""
    return [
        case(text or "nothing", expect, kinds=text.split())
        for expect, texts in (("valid", _VALID_STORIES), ("untrue", _UNTRUE_STORIES))
        for text in texts
    ]


def vectors() -> dict[str, str]:
    """Return the text of every file of vectors, by its name."""
    parameters = ELECTION.trustees.threshold_parameters()
    record = ELECTION.record()
    content: dict[str, object] = {
        "uuid": ELECTION.uuid,
        "fingerprint": ELECTION.election.fingerprint,
        "threshold": parameters.threshold,
        "verification_keys": [each.verification_key.encode() for each in parameters.certificates],
        "board_key": ELECTION.server_binding.board_key.encode(),
        "journal_key": ELECTION.server_binding.journal_key.encode(),
        "events": [each.encode().decode() for each in ELECTION.events(EventKind.RESULT)],
        "journal": record["journal.jsonl"].decode(),
        "board_checkpoint": record["board.checkpoint"].decode(),
        "journal_checkpoint": record["journal.checkpoint"].decode(),
        "entries": entries(),
        "signed": signed(),
        "stories": stories(),
    }
    return {"journal.json": json.dumps(content, indent=1, ensure_ascii=False) + "\n"}


if __name__ == "__main__":
    for file_name, text in vectors().items():
        (HERE / file_name).write_text(text, encoding="utf-8")
