# SPDX-License-Identifier: AGPL-3.0-or-later
"""The file itself: headers, padding, names, and what must not follow. §10.3 (C01, C02)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.tamper.damage import SCHOOL, Damage, Table, assert_noticed, operated
from tests.tamper.forge.remake import Forge
from tests.tamper.forge.texts import canonical, hash_hex
from tests.tamper.surgery import BLOCK, TIMESTAMP, Archive, Member, checksum

Operation = Callable[[Archive], object]
NO_SETUP = "C06..C09 C13..C16"


def byte(place: int, value: bytes) -> Operation:
    """Other bytes at a place of a ballot's header; its checksum is right."""

    def operation(archive: Archive) -> None:
        def change(header: bytearray) -> None:
            header[place : place + len(value)] = value

        archive.datum("Ballot").header = change

    return operation


def after_checksum(place: int, value: bytes) -> Operation:
    """Other bytes at a place of a ballot's header, after its checksum was written."""

    def operation(archive: Archive) -> None:
        def change(header: bytearray) -> None:
            checksum(header)
            header[place : place + len(value)] = value

        archive.datum("Ballot").header = change

    return operation


def head(value: object) -> Operation:
    """Another content of the first member, as JSON or bytes."""

    def operation(archive: Archive) -> None:
        archive.head = value if isinstance(value, bytes) else canonical(value)

    return operation


def named(change: Callable[[bytes], bytes]) -> Operation:
    """Another name for a ballot's member."""

    def operation(archive: Archive) -> None:
        member = archive.datum("Ballot")
        member.name = change(f"{hash_hex(member.content)}.data.json".encode())

    return operation


def inserted(make: Callable[[Archive], Member]) -> Operation:
    """A member more, before the second ballot."""

    def operation(archive: Archive) -> None:
        archive.insert_before("Ballot", [make(archive)], 1)

    return operation


def tail(content: bytes) -> Operation:
    def operation(archive: Archive) -> None:
        archive.tail = content

    return operation


def padded(archive: Archive) -> None:
    member = archive.datum("Ballot")
    length = -len(member.content) % BLOCK
    member.padding = bytes(length - 1) + b"\x01"


def flipped(archive: Archive) -> None:
    """One bit of a label, its member's name left as it was."""
    member = archive.members[0]
    member.name = f"{hash_hex(member.content)}.data.json".encode()
    member.content = member.content.replace(b"Liste", b"Lists", 1)


def sound() -> bytes:
    return Forge(SCHOOL).archive()


def cut(length: int) -> Callable[[], bytes]:
    return lambda: sound()[:length]


def special(typeflag: bytes, name: bytes, content: bytes) -> Member:
    """A member of a kind that other tar programs write."""

    def change(header: bytearray) -> None:
        header[156:157] = typeflag

    return Member(content, is_event=False, name=name, header=change)


HEADERS = {
    "mode": byte(100, b"0000600"),
    "mode ended by a space": byte(107, b" "),
    "uid": byte(108, b"0001750"),
    "gid": byte(116, b"0001750"),
    "another time": byte(136, f"{TIMESTAMP + 1:011o}".encode()),
    "a directory's typeflag": byte(156, b"5"),
    "an old file's typeflag": byte(156, b"\0"),
    "a symbolic link": byte(156, b"2/etc/passwd"),
    "magic ustar": byte(257, b"ustar\x0000"),
    "magic of GNU": byte(257, b"ustar  \0"),
    "a user's name": byte(265, b"root"),
    "a prefix": byte(345, b"../"),
    "the last byte": byte(511, b"\x01"),
    "a wrong checksum": after_checksum(148, b"000000"),
    "a checksum of seven digits": after_checksum(154, b"0\0"),
}


LOST_NAMES = {
    "a name in capitals": named(lambda name: name[:64].upper() + name[64:]),
    "a folder before the name": named(lambda name: b"./" + name),
    "no suffix": named(lambda name: name[:64]),
    "another suffix": named(lambda name: name[:64] + b".data.txt"),
    "a byte after the name": byte(90, b"x"),
}
EXTRA = {
    "BELENIOS again": inserted(
        lambda archive: Member(archive.head, is_event=False, name=b"BELENIOS")
    ),
    "a long name of GNU": inserted(lambda _: special(b"L", b"././@LongLink", b"a" * 120 + b"\0")),
    "a header of POSIX": inserted(
        lambda _: special(b"x", b"PaxHeader", b"27 mtime=1791600600.000000\n")
    ),
}
as_event = named(lambda name: name.replace(b".data.", b".event."))


def doubled(archive: Archive) -> None:
    archive.tail = archive.write()


ENDS = {
    "end-of-archive blocks": tail(bytes(2 * BLOCK)),
    "one zero byte": tail(b"\0"),
    "text after the end": tail(b"fin\n"),
    "a block of text after the end": tail(b"x" * BLOCK),
}

FIRST_MEMBERS = {
    "a time as a fraction": head({"version": 1, "timestamp": TIMESTAMP + 0.5}),
    "a time with a leading zero": head({"version": 1, "timestamp": f"0{TIMESTAMP}"}),
    "a time in words": head({"version": 1, "timestamp": "midi"}),
    "a negative time": head({"version": 1, "timestamp": -1}),
    "no time": head({"version": 1}),
    "a member more": head({"version": 1, "timestamp": TIMESTAMP, "by": "x"}),
    "not canonical": head(f'{{"version":1, "timestamp":{TIMESTAMP}}}'.encode()),
    "a key twice": head(f'{{"version":1,"version":1,"timestamp":{TIMESTAMP}}}'.encode()),
    "no JSON": head(b"BELENIOS"),
}

CUTS: Table = {
    "cut inside the last content": Damage(cut(-100), "C01", repaired=False),
    "cut inside the last header": Damage(cut(-800), "C01", repaired=False),
    "cut inside the padding": Damage(cut(-1), "C01", repaired=False),
    "cut between a ballot and its event": Damage(
        lambda: Archive.read(sound()).cut_before("Ballot", 2), "C01", repaired=False
    ),
    "cut inside the set-up": Damage(cut(6 * BLOCK), "C01 C04", NO_SETUP, repaired=False),
    "cut after the first member": Damage(cut(2 * BLOCK), "C04", NO_SETUP, repaired=False),
}
UNREADABLE: Table = {
    "an empty file": Damage(lambda: b"", "", status=2, repaired=False),
    "zeros": Damage(lambda: bytes(10 * BLOCK), "", status=2, repaired=False),
    "a page of HTML": Damage(lambda: b"<!DOCTYPE html>" * 100, "", status=2, repaired=False),
    "without its first member": Damage(lambda: sound()[2 * BLOCK :], "", status=2, repaired=False),
    "the first member renamed": operated(
        "", "", lambda archive: setattr(archive, "head_name", b"belenios"), repair=False, status=2
    ),
    "the archive's version 2": operated(
        "", "", head({"version": 2, "timestamp": TIMESTAMP}), repair=False, status=2
    ),
}


def container(operations: dict[str, Operation], fails: str = "C01", lost: str = "") -> Table:
    return {
        phrase: operated(fails, lost, operation, repair=False)
        for phrase, operation in operations.items()
    }


# What a wrong byte hides is lost; what it does not hide is still judged.
TABLE = (
    container(HEADERS)
    | container(LOST_NAMES, "C01 C05", "C18 C23 C24")
    | container(EXTRA)
    | container(ENDS)
    | container(FIRST_MEMBERS)
    | container({"padding that is not zero": padded})
    | container({"a size ended by a space": byte(135, b" ")})
    | container({"a size with a leading space": byte(124, b" ")})
    | container({"the archive twice": doubled}, "C01 C03 C04")
    | container({"a ballot named as an event": as_event}, "C03 C05", "C18 C23 C24")
    | container({"a bit of the election object": flipped}, "C02 C10 C12 C13 C20 C21 C22", "C18 C23")
    | CUTS
    | UNREADABLE
)


@pytest.mark.parametrize("phrase", TABLE)
def test_the_intended_check_alone_notices(phrase: str) -> None:
    assert_noticed(TABLE[phrase])
