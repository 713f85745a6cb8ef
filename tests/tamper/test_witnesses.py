# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stamps of the server (C31), witnesses that an election names (C10) and their lines (C32)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from nacl.signing import SigningKey

from tests.tamper.damage import said
from tests.tamper.forge.logs import (
    STAMPED_AT,
    Cosigner,
    LogKey,
    board_key,
    checkpoint_text,
    journal_key,
    root,
)
from tests.tamper.forge.remake import Touch
from tests.tamper.forge.texts import Json
from tests.tamper.record import (
    BOARD,
    ENTRIES,
    SERVED,
    Files,
    RecordDamage,
    Table,
    assert_noticed,
    made,
    served,
)
from tests.tamper.touches import drop, put, several
from tests.tamper.verifier import Report

UUID = SERVED.uuid
KEYS = {BOARD: board_key(UUID), ENTRIES: journal_key(UUID)}
NAMES = ("fcpe.exemple.fr/temoin", "mairie.exemple.fr", "peep.exemple.fr/temoin")
WITNESSES = tuple(Cosigner(name, bytes([n]) * 32) for n, name in enumerate(NAMES, 100))
A, B, C = WITNESSES
IMPOSTOR = Cosigner(A.name, b"i" * 32)
STRANGER = Cosigner("ailleurs.exemple.fr", b"s" * 32)
FORGER = LogKey(KEYS[BOARD].name, b"f" * 32).stamper
Line = Callable[[str, bytes], bytes]  # of a file and its checkpoint's text


def named(quorum: int = 2, keys: Sequence[Cosigner] = WITNESSES) -> Json:
    """The last member of `election.evote`: §8.3."""
    return {"quorum": quorum, "keys": [key.vkey for key in keys]}


def by(*signers: Cosigner) -> list[Line]:
    def of(signer: Cosigner) -> Line:
        return lambda _, text: signer.line(text)

    return [of(signer) for signer in signers]


def stamp(name: str, text: bytes) -> bytes:
    return KEYS[name].stamper.line(text)


def stamped(*signers: Cosigner) -> list[Line]:
    """The log's stamp, then their lines."""
    return [stamp, *by(*signers)]


def entries_of(files: Files, name: str) -> list[bytes]:
    return files.events() if name == BOARD else files.lines


def text_of(files: Files, name: str, *, less: int = 0) -> bytes:
    """The text of the honest checkpoint of one log, or of an earlier one."""
    kept = entries_of(files, name)
    kept = kept[: len(kept) - less]
    return checkpoint_text(KEYS[name].name, len(kept), root(kept))


def witnessed(
    board: Sequence[Line] = (stamp, *by(A, B)),
    journal: Sequence[Line] = (stamp, *by(A, B)),
    *,
    member: Json = None,
    until: str = "Result",
) -> Files:
    """The record of an election that names three witnesses, with these lines on its checkpoints."""
    files = served({"evote": put("witnesses", named() if member is None else member)}, until=until)
    for name, lines in ((BOARD, board), (ENTRIES, journal)):
        text = text_of(files, name)
        own = [KEYS[name].line(text), *(line(name, text) for line in lines)]
        files.instead[name] = text + b"\n" + b"".join(own)
    return files


def lines(fails: str, not_reached: str, *board: Line, until: str = "Result") -> RecordDamage:
    """Other lines on the board's checkpoint."""
    return RecordDamage(lambda: witnessed(board, until=until), fails, not_reached)


def of(name: str, text: bytes) -> bytes:
    """A's signature of the same size and root, of the other log."""
    return A.line(text.replace(KEYS[name].name.encode(), KEYS[ENTRIES].name.encode()))


def flipped(line: bytes) -> bytes:
    """Another signature of the right length."""
    return line[:-10] + (b"A" if line[-10:-9] != b"A" else b"B") + line[-9:]


def signed_as_a_log(signer: Cosigner, text: bytes) -> bytes:
    """A time that nothing signs, and a signature of the text alone."""
    return STAMPED_AT.to_bytes(8, "big") + SigningKey(signer.seed).sign(text).signature


STAMPS: Table = {
    "no stamp": lines("C31", "C32", *by(A, B)),
    "no stamp on the journal": RecordDamage(lambda: witnessed(journal=by(A, B)), "C31", "C32"),
    "a stamp of another text": lines("C31", "C32", lambda n, t: KEYS[n].stamper.line(t + b"x")),
    "a stamp with one digit changed": lines("C31", "C32", lambda n, t: flipped(stamp(n, t))),
    "two stamps": lines("C31", "C32", stamp, stamp, *by(A, B)),
    "two stamps of two times": lines(
        "C31", "C32", stamp, lambda n, t: KEYS[n].stamper.line(t, STAMPED_AT + 60), *by(A, B)
    ),
    "a stamp of a time beyond 2^53": lines(
        "C31", "C32", lambda n, t: KEYS[n].stamper.line(t, 2**53), *by(A, B)
    ),
    "a stamp without time": lines("C31", "C32", lambda n, _: KEYS[n].stamper.line_of(b"s" * 64)),
    "a false stamp on the journal": RecordDamage(
        lambda: witnessed(journal=[lambda n, _: KEYS[n].stamper.line(b"x"), *by(A, B)]),
        "C31",
        "C32",
    ),
}
COSIGNED: Table = {
    "one forged witness beside two true ones": lines(
        "C32", "", stamp, *by(A, B), lambda _, t: flipped(C.line(t))
    ),
    "one of two forged": lines("C32", "", stamp, *by(A), lambda _, t: flipped(B.line(t))),
    "one silent, so one of the two demanded": lines("C32", "", stamp, *by(A)),
    "all silent": lines("C32", "", stamp),
    "two that the election does not name": lines("C32", "", *stamped(A, STRANGER, IMPOSTOR)),
    "a witness's line for the other log": lines("C32", "", stamp, of, *by(B, C)),
    "a witness's line for an earlier checkpoint": RecordDamage(lambda: earlier(witnessed()), "C32"),
    "one witness twice": lines("C32", "", stamp, *by(A, A, B)),
    "one witness twice, at two times": lines(
        "C32", "", stamp, *by(A, B, C), lambda _, t: A.line(t, STAMPED_AT + 9)
    ),
    "a witness's time beyond 2^53": lines(
        "C32", "", stamp, *by(A, B), lambda _, t: C.line(t, 2**53)
    ),
    "a witness that signs as a log does": lines(
        "C32", "", stamp, *by(A, B), lambda _, t: C.line_of(signed_as_a_log(C, t))
    ),
    "the journal cosigned by one": RecordDamage(lambda: witnessed(journal=stamped(A)), "C32"),
    "the journal cosigned by others than the board": RecordDamage(
        lambda: witnessed(journal=[stamp, *by(C), lambda _, t: flipped(A.line(t))]), "C32"
    ),
    "three demanded, two there": RecordDamage(lambda: witnessed(member=named(3)), "C32"),
    "a forged witness while the vote is open": lines(
        "C32", "", stamp, lambda _, t: flipped(A.line(t)), until="Ballot"
    ),
}


def earlier(files: Files) -> Files:
    """B signed the board as it was one event before."""
    text = text_of(files, BOARD)
    old = B.line(text_of(files, BOARD, less=1))
    own = KEYS[BOARD].line(text) + stamp(BOARD, text)
    files.instead[BOARD] = text + b"\n" + own + A.line(text) + old
    return files


HONEST: dict[str, Callable[[], Files]] = {
    "two of three": witnessed,
    "all three": lambda: witnessed(stamped(*WITNESSES), stamped(*WITNESSES)),
    "other two on the journal": lambda: witnessed(journal=stamped(B, C)),
    "lines of strangers beside": lambda: witnessed(
        [*stamped(A, B, STRANGER, IMPOSTOR), lambda _, t: FORGER.line(t)]
    ),
    "a false line of somebody else": lambda: witnessed(
        [*stamped(A, B), lambda _, t: flipped(IMPOSTOR.line(t))]
    ),
    "one demanded of one": lambda: witnessed(stamped(B), stamped(B), member=named(1, [B])),
    "none yet, while the vote is open": lambda: witnessed([stamp], [stamp], until="Ballot"),
    "one of two, while the count is open": lambda: witnessed(
        stamped(A), [stamp], until="PartialDecryption"
    ),
}


@pytest.mark.parametrize("phrase", HONEST)
def test_as_many_as_demanded_are_enough(phrase: str) -> None:
    report = HONEST[phrase]().verify()
    assert said(report) == (0, [], []), report.text
    assert report.outcomes["C32"] == "passed"


def test_an_election_without_witnesses_demands_none() -> None:
    files = served()
    text = text_of(files, BOARD)
    own = KEYS[BOARD].line(text) + stamp(BOARD, text)
    files.instead[BOARD] = text + b"\n" + own + flipped(A.line(text))
    assert outcome(files.verify()) == (0, "not_applicable")
    assert outcome(witnessed().verify(alone=True)) == (0, "not_applicable")


def outcome(report: Report) -> tuple[int, str]:
    return report.status, report.outcomes["C32"]


# ------------------------------------------------------------------ C10: §8.3


def binding(touch: Touch) -> RecordDamage:
    return made("C10", "C11 C17 C27..C32", {"evote": touch}, until="Ballot")


def member(value: Json) -> RecordDamage:
    return binding(put("witnesses", value))


def alike(name: str) -> RecordDamage:
    """A, and beside it somebody of a name that is read as A's."""
    keys = sorted((A, Cosigner(name, b"l" * 32)), key=lambda key: key.name)
    return member(named(1, keys))


ALIKE: Table = {
    "two witnesses of names that differ by case": alike(A.name.upper()),
    "two witnesses of names that differ by a dot": alike(A.name + "."),
    "two witnesses of names that differ by a width": alike("\uff46" + A.name[1:]),
    "two witnesses of names that differ by what shows nothing": alike(A.name + "\u200b"),
    "two witnesses of names that differ by a joiner": alike(A.name + "\u034f"),
    "two witnesses of names that differ by a variant": alike(A.name + "\ufe0f"),
    "two witnesses of names that differ by a filler": alike(A.name + "\u3164"),
}
SEVENTEEN = [Cosigner(f"t{n:02}", bytes([n]) * 32) for n in range(17)]
BINDINGS: Table = {
    "no witness named": member(named(1, [])),
    "17 witnesses": member(named(1, SEVENTEEN)),
    "a quorum of nobody": member(named(0)),
    "a quorum of more than there are": member(named(4)),
    "a quorum as text": member(named() | {"quorum": "2"}),
    "no quorum": member({"keys": named()["keys"]}),
    "no keys": member({"quorum": 1}),
    "a member more": member(named() | {"more": 1}),
    "the keys before the quorum": member(dict(reversed(named().items()))),
    "witnesses that are null": member(None),
    "witnesses that are a list": member([key.vkey for key in WITNESSES]),
    "a witness twice": member(named(2, (A, A, B))),
    "witnesses out of order": member(named(2, (B, A, C))),
    "two witnesses of one name": member(named(1, (A, IMPOSTOR))),
    "two witnesses of one key": member(named(1, (A, Cosigner(B.name, A.seed)))),
    "a witness with the board's key": member(named(1, (Cosigner(A.name, board_key(UUID).seed),))),
    "a witness with the journal's key": member(
        named(1, (Cosigner(A.name, journal_key(UUID).seed),))
    ),
    "a witness of the board's name": member(named(1, (Cosigner(board_key(UUID).name, A.seed),))),
    "a witness of the journal's name": member(
        named(1, (Cosigner(journal_key(UUID).name, A.seed),))
    ),
    "a witness's key of the type of logs": member(
        {"quorum": 1, "keys": [LogKey(A.name, A.seed).vkey]}
    ),
    "a witness's key with another identifier": member(
        {"quorum": 1, "keys": [A.vkey.replace(A.id.hex(), B.id.hex())]}
    ),
    "a witness's key with a line end": member({"quorum": 1, "keys": [A.vkey + "\n"]}),
    "a witness's key that is a number": member({"quorum": 1, "keys": [1]}),
    "witnesses before the keys of the server": binding(
        lambda value: {
            **{k: v for k, v in value.items() if not k.endswith("_key")},
            "witnesses": named(),
            **{k: v for k, v in value.items() if k.endswith("_key")},
        }
    ),
    "witnesses in version 1": made(
        "C10",
        "C11 C17 C25 C27..C32",
        {
            "evote": several(
                put("witnesses", named()),
                drop("booth"),
                drop("board_key"),
                drop("journal_key"),
                put("version", 1),
            )
        },
    ),
}


TABLE = STAMPS | COSIGNED | BINDINGS | ALIKE


@pytest.mark.parametrize("phrase", TABLE)
def test_what_does_not_hold_of_witnesses_is_noticed(phrase: str) -> None:
    assert_noticed(TABLE[phrase])


def test_sixteen_witnesses_may_be_named() -> None:
    files = witnessed([stamp], [stamp], member=named(16, SEVENTEEN[:16]), until="Ballot")
    assert said(files.verify()) == (0, [], [])
