# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checkpoints that are not those of this record: §18 (C31), and as an earlier state (C26)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace

import pytest

from audit.notes import decode_checkpoint
from tests.tamper.damage import SCHOOL, VILLAGE, said
from tests.tamper.forge.logs import LogKey, board_key, checkpoint_text, journal_key, root
from tests.tamper.forge.papers import stamped
from tests.tamper.forge.remake import Forge
from tests.tamper.record import (
    BOARD,
    ENTRIES,
    JOURNAL,
    SERVED,
    Files,
    RecordDamage,
    Table,
    assert_noticed,
    edited,
    kept,
    served,
)
from tests.tamper.touches import put
from tests.tamper.verifier import Report, verify

UUID = SERVED.uuid
KEY, OTHER_LOG = board_key(UUID), journal_key(UUID)
IMPOSTOR = LogKey(KEY.name, b"i" * 32)
WITNESS = LogKey("temoin.exemple.fr/federation", b"w" * 32)
Data = bytes | None
Make = Callable[[Files], Data]


def board(make: Make) -> RecordDamage:
    """Another `board.checkpoint`."""
    return kept("C31", "", lambda files: files.instead.update({BOARD: make(files)}), until="Ballot")


def entries(make: Make) -> RecordDamage:
    """Another `journal.checkpoint`."""
    return kept("C31", "", lambda files: files.instead.update({ENTRIES: make(files)}))


def text(files: Files) -> bytes:
    return checkpoint_text(KEY.name, len(files.events()), root(files.events()))


def signed(change: Callable[[bytes], bytes]) -> RecordDamage:
    """Another text, signed as it stands by the log's own key."""

    def make(files: Files) -> bytes:
        return note(change(text(files)))

    return board(make)


def written(change: Callable[[bytes], bytes]) -> RecordDamage:
    """The honest checkpoint in another writing."""
    return board(lambda files: change(stamped(files.events(), KEY)))


def lines(*more: Callable[[bytes], bytes], own: bool = True) -> Make:
    """The text with its own line, or not, and others."""

    def make(files: Files) -> bytes:
        body = text(files)
        first = [KEY.line(body)] if own else []
        first.append(KEY.stamper.line(body))
        return body + b"\n" + b"".join([*first, *(line(body) for line in more)])

    return make


def malformed(line: bytes) -> Callable[[bytes], bytes]:
    return lambda _: line


TABLE: Table = {
    "no board checkpoint": board(lambda _: None),
    "no journal checkpoint": entries(lambda _: None),
    "an empty checkpoint": board(lambda _: b""),
    "the other log's checkpoint": board(lambda files: stamped(files.lines, OTHER_LOG)),
    "the board's checkpoint for the journal": entries(lambda f: stamped(f.events(), KEY)),
    "signed by another key of the same name": board(lambda f: stamped(f.events(), IMPOSTOR)),
    "signed by the journal's key": board(lambda f: stamped(f.events(), OTHER_LOG, origin=KEY.name)),
    "an event less": board(lambda files: stamped(files.events()[:-1], KEY)),
    "an event more": board(lambda files: stamped([*files.events(), b"{}"], KEY)),
    "an entry less": entries(lambda files: stamped(files.lines[:-1], OTHER_LOG)),
    "an entry more": entries(lambda files: stamped([*files.lines, b"{}"], OTHER_LOG)),
    "no event at all": board(lambda _: stamped([], KEY)),
    "events in another order": board(lambda f: stamped([*f.events()[::-1]], KEY)),
    "another root": board(lambda f: note(checkpoint_text(KEY.name, len(f.events()), bytes(32)))),
    "the right root with another size": board(
        lambda f: note(checkpoint_text(KEY.name, len(f.events()) + 1, root(f.events())))
    ),
    "another origin": board(lambda f: stamped(f.events(), KEY, origin="ailleurs.fr/x/board")),
    "an extension line": signed(lambda body: body + b"more\n"),
    "an empty origin": signed(lambda body: body.replace(KEY.name.encode(), b"")),
    "a size with a leading zero": signed(lambda body: body.replace(b"\n5\n", b"\n05\n")),
    "a size with a sign": signed(lambda body: body.replace(b"\n5\n", b"\n+5\n")),
    "no size": signed(lambda body: body.replace(b"\n5\n", b"\n")),
    "a root without padding": signed(lambda body: body.replace(b"=\n", b"\n")),
    "a root in hexadecimal": board(
        lambda f: note(f"{KEY.name}\n5\n{root(f.events()).hex()}\n".encode())
    ),
    "a root of 31 bytes": board(
        lambda f: note(f"{KEY.name}\n5\n{b64encode(root(f.events())[:31]).decode()}\n".encode())
    ),
    "a size of 2^53": signed(lambda body: body.replace(b"\n5\n", b"\n9007199254740992\n")),
    "two lines of the log's key": board(lines(KEY.line)),
    "a second line of the log's key that is false": board(lines(lambda _: KEY.line(b"x"))),
    "a witness alone": board(lines(WITNESS.line, own=False)),
    "no signature": board(lambda f: text(f) + b"\n"),
    "a stamp alone": board(lines(own=False)),
    "a signature of another text": board(lines(lambda _: KEY.line(b"x"), own=False)),
    "33 signatures": board(lines(*[WITNESS.line] * 31)),
    "a signature line without name": board(lines(malformed("\u2014 AAAAAAAA\n".encode()))),
    "a signature line with a hyphen": board(lines(malformed(b"- nom AAAAAAAA\n"))),
    "a signature line of four words": board(lines(malformed("\u2014 un nom AAAAAAAA\n".encode()))),
    "a name with a plus sign": board(lines(malformed("\u2014 n+m AAAAAAAA\n".encode()))),
    "a name with a space of another width": board(
        lines(malformed("\u2014 n\u2009m AAAAAAAA\n".encode()))
    ),
    "a control character in a name": board(lines(malformed("\u2014 n\u0085m AAAAAAA=\n".encode()))),
    "a signature of four bytes": board(lines(malformed("\u2014 nom AAAAAA==\n".encode()))),
    "a signature in loose base64": board(lines(malformed("\u2014 nom AAAAAAB=\n".encode()))),
    "text after the signatures": written(lambda data: data + b"plus\n"),
    "an empty line after the signatures": written(lambda data: data + b"\n"),
    "no newline at the end": written(lambda data: data[:-1]),
    "lines ended as on Windows": written(lambda data: data.replace(b"\n", b"\r\n")),
    "a tabulation in a line": written(lambda data: data.replace(b"\n5\n", b"\n5\t\n")),
    "two empty lines": written(lambda data: data.replace(b"\n\n", b"\n\n\n")),
    "no empty line": written(lambda data: data.replace(b"\n\n", b"\n")),
    "a byte that is not UTF-8": written(lambda data: data + b"\xff\n"),
    "more than 64 KiB": board(lines(malformed("\u2014 nom ".encode() + b"A" * 2**16 + b"\n"))),
    "a bit of the signature": board(lines(lambda body: in_one_bit(KEY.line(body)), own=False)),
    "no stamp on the board": board(lambda files: KEY.checkpoint(files.events())),
    "no stamp on the journal": entries(lambda files: OTHER_LOG.checkpoint(files.lines)),
    "the journal's stamp on the board": board(
        lambda f: KEY.checkpoint(f.events()) + OTHER_LOG.stamper.line(text(f))
    ),
    "the size changed under the signature": written(lambda d: d.replace(b"\n5\n", b"\n4\n")),
}


def note(body: bytes) -> bytes:
    return body + b"\n" + KEY.line(body) + KEY.stamper.line(body)


def in_one_bit(line: bytes) -> bytes:
    return line[:-7] + flipped(line[-7:-6]) + line[-6:]


def flipped(letter: bytes) -> bytes:
    return b"A" if letter != b"A" else b"B"


@pytest.mark.parametrize("phrase", TABLE)
def test_a_checkpoint_of_something_else_is_noticed(phrase: str) -> None:
    assert_noticed(TABLE[phrase])


@pytest.mark.parametrize("more", [[WITNESS.line], [IMPOSTOR.line], [WITNESS.line] * 30])
def test_lines_of_others_are_passed_over(more: list[Callable[[bytes], bytes]]) -> None:
    files = served(until="Ballot")
    files.instead[BOARD] = lines(*more)(files)
    assert said(files.verify()) == (0, [], [])


def test_a_broken_chain_leaves_the_checkpoints_out_of_reach() -> None:
    files = served({"event 1": put("height", 7)}, until="Ballot")
    assert said(files.verify()) == (1, ["C03"], ["C31"])


# ------------------------------------------------------------------ beside an election without


def beside(name: str) -> Report:
    forge = Forge(SCHOOL, until="Ballot")
    archive, files = forge.archive(), served(until="Ballot").files()
    given = {name: files[name], "setup-signatures.json": forge.setup_signatures_file()}
    return verify(archive, files=given)


@pytest.mark.parametrize(("name", "check"), [(JOURNAL, "C27"), (BOARD, "C31"), (ENTRIES, "C31")])
def test_a_file_of_version_2_beside_version_1_is_noticed(name: str, check: str) -> None:
    assert said(beside(name)) == (1, [check], [])


def test_a_journal_beside_a_plain_election_makes_it_ours() -> None:
    data = served(until="Ballot").files()[JOURNAL]
    report = verify(Forge(VILLAGE).archive(), files={JOURNAL: data})
    assert report.profile == "preau"
    assert "C10" in report.with_outcome("failed")


# ------------------------------------------------------------------ C26


def since(early: Files, late: Files, data: bytes) -> Report:
    return verify(late.archive.write(), files=late.files(), since=decode_checkpoint(data))


def test_an_earlier_checkpoint_is_found_again() -> None:
    early, late = served(until="Ballot"), served()
    for data in (
        stamped(early.events(), KEY),
        stamped(early.lines, OTHER_LOG),
        stamped([], KEY),
    ):
        report = since(early, late, data)
        assert said(report) == (0, [], []), report.text
        assert report.outcomes["C26"] == "passed"


def test_a_later_checkpoint_is_not() -> None:
    early, late = served(until="Ballot"), served()
    report = since(late, early, stamped(late.events(), KEY))
    assert said(report) == (1, ["C26"], [])
    assert "plus ancien" in report.first_line


EARLIER: dict[str, Callable[[Files], bytes]] = {
    "another event": lambda f: stamped([*f.events()[:-1], b"{}"], KEY),
    "another entry": lambda f: stamped([*f.lines[:-1], b"{}"], OTHER_LOG),
    "the board's under the journal's name": lambda f: stamped(f.events(), OTHER_LOG),
}
NOT_OURS: dict[str, Callable[[Files], bytes]] = {
    "signed by another key": lambda f: stamped(f.events(), IMPOSTOR),
    "of another election": lambda f: board_key("AnotherEleCtion").checkpoint(f.events()),
    "of another host": lambda f: board_key(UUID, "ailleurs.fr").checkpoint(f.events()),
}


@pytest.mark.parametrize("phrase", EARLIER)
def test_a_checkpoint_that_was_shown_stays(phrase: str) -> None:
    early = served(until="Ballot")
    report = since(early, served(), EARLIER[phrase](early))
    assert said(report) == (1, ["C26"], []), report.text


@pytest.mark.parametrize("phrase", NOT_OURS)
def test_a_checkpoint_that_the_sealed_keys_did_not_sign_accuses_nobody(phrase: str) -> None:
    early = served(until="Ballot")
    report = since(early, served(), NOT_OURS[phrase](early))
    assert said(report) == (2, [], ["C26"]), report.text


def test_a_checkpoint_says_nothing_of_an_election_without_keys() -> None:
    data = decode_checkpoint(stamped([], KEY))
    for world in (SCHOOL, VILLAGE):
        assert said(verify(Forge(world).archive(), since=data)) == (2, [], ["C26"])


def test_a_journal_checkpoint_needs_the_journal() -> None:
    files = served()
    data = decode_checkpoint(stamped(files.lines, OTHER_LOG))
    assert said(verify(files.archive.write(), since=data)) == (2, [], ["C26"])  # not compared


def test_an_earlier_journal_is_the_beginning_of_the_later_one() -> None:
    early, late = served(until="Ballot"), served()
    report = late.verify(since=early)
    assert said(report) == (0, [], [])
    quiet = replace(SERVED, story=SERVED.story[:1] + SERVED.story[2:])
    for other in (served(world=quiet, until="Ballot"), shown(early)):
        assert said(late.verify(since=other)) == (1, ["C26"], [])


def shown(early: Files) -> Files:
    """What was shown once: a note that was changed since, when nothing named the journal yet."""
    edited(1, put("body", "note", "Une coupure"))(early)
    return early


def test_an_earlier_journal_may_not_be_missing() -> None:
    early, late = served(until="Ballot"), served()
    late.instead[JOURNAL] = None
    report = late.verify(since=early)
    assert said(report) == (1, ["C26", "C27"], ["C28", "C29", "C30", "C31"])
    alone = late.verify(since=early, alone=True)
    assert said(alone) == (2, [], ["C26"])  # an archive alone: the journal was not compared
