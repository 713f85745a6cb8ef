# SPDX-License-Identifier: AGPL-3.0-or-later
"""Somebody with every right on the database and its files, who wants to know who cast which ballot.

Each attack gives the pairs (sign-in number, credential) that it believes in. docs/adr/0011.
"""

from __future__ import annotations

import itertools
import random
import re
import struct
import subprocess
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from evote.clock import hour_of
from evote.database.connection import Database
from evote.database.roll_tables import SignInRow
from tests.db.postgresql import Server

# All that a row says of a sign-in, its number first.
_TOLD = "sign_in_number, " + ", ".join(
    column.name for column in SignInRow.__table__.columns if column.name != "sign_in_number"
)
_RECORD = re.compile(r"tx: +(\d+),.*desc: (\S+) .*?off (\d+).*rel \d+/\d+/(\d+) blk (\d+)")

Pairs = set[tuple[str, str]]
Attack = Callable[["Loot"], Pairs]


@dataclass(frozen=True)
class Loot:
    """What the attacker holds: the database, and the folder with all of its files."""

    database: Database
    folder: Path
    server: Server | None = None

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with self.database.read() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def numbers(self, order: str = "sign_in_number") -> list[str]:
        """Sign-in numbers that voted, in this order."""
        query = f"SELECT sign_in_number FROM sign_in WHERE used ORDER BY {order}"  # noqa: S608
        return [str(number) for (number,) in self.rows(query)]

    def credentials(self, order: str = "height") -> list[str]:
        return [
            str(each)
            for (each,) in self.rows(f"SELECT credential FROM ballot_index ORDER BY {order}")  # noqa: S608
        ]

    def files(self) -> Iterator[bytes]:
        """The raw bytes of every file in which numbers or credentials can stand."""
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and re.search(rb"[0-9a-f]{32}", data := path.read_bytes()):
                yield data


def pair(numbers: Iterable[str], credentials: Iterable[str]) -> Pairs:
    return set(zip(numbers, credentials, strict=False))


# ---------------------------------------------------------------- any database


def by_stored_order(loot: Loot) -> Pairs:
    """Rows as the database gives them unasked, against the order of the board."""
    query = "SELECT sign_in_number FROM sign_in WHERE used"
    return pair([str(number) for (number,) in loot.rows(query)], loot.credentials())


def by_place_in_files(loot: Loot) -> Pairs:
    """The last place of each number in the raw files, in order, against the order of the board."""
    found = []
    numbers = {number.encode() for number in loot.numbers()}
    for file, data in enumerate(loot.files()):
        places = [(data.rfind(number), number) for number in numbers]
        found.append([(file, place, number) for place, number in places if place >= 0])
    best = max(found, key=len, default=[])
    return pair([number.decode() for _, _, number in sorted(best)], loot.credentials())


def by_neighbours_in_files(loot: Loot) -> Pairs:
    """Each number with the credential that stands nearest to it in any raw file."""
    pairs: Pairs = set()
    for data in loot.files():
        places = sorted(
            (found.start(), credential)
            for credential in loot.credentials()
            for found in re.finditer(credential.encode(), data)
        )
        for number in loot.numbers():
            for found in re.finditer(number.encode(), data):
                after = bisect_left(places, (found.start(), ""))
                beside = places[max(after - 1, 0) : after + 1]
                near = min(beside, key=lambda place: abs(place[0] - found.start()), default=None)
                if near is not None and abs(near[0] - found.start()) < 65_536:
                    pairs.add((number, near[1]))
    return one_each(pairs)


def by_hours(loot: Loot) -> Pairs:
    """The board cut into the hours of the turnout; in each, whoever's row has a time of that hour.

    Whom no hour is known of is guessed for the ballots that are left.
    """
    turnout = loot.rows("SELECT hour, signed_in FROM turnout ORDER BY hour")
    board = iter(loot.credentials())
    blocks = {hour: list(itertools.islice(board, int(str(n)))) for hour, n in turnout}
    known: dict[object, list[str]] = {hour: [] for hour in blocks}
    unknown: list[str] = []
    for number, *values in loot.rows(f"SELECT {_TOLD} FROM sign_in WHERE used ORDER BY 1"):  # noqa: S608
        hours = {hour_of(value) for value in values if isinstance(value, int)} & set(blocks)
        known.get(max(hours, default=None), unknown).append(str(number))
    chance, pairs, left = random.Random("hours"), Pairs(), list[str]()
    for hour, credentials in blocks.items():
        chance.shuffle(credentials)
        pairs |= pair(known[hour], credentials)
        left += credentials[len(known[hour]) :]
    chance.shuffle(left)
    return pairs | pair(unknown, left)


# ---------------------------------------------------------------- PostgreSQL


def by_writer(loot: Loot) -> Pairs:
    """The transaction that wrote each row (xmin)."""
    query = (
        "SELECT s.sign_in_number, b.credential FROM sign_in s JOIN ballot_index b"
        " ON s.xmin = b.xmin WHERE s.used"
    )
    return one_each({(str(number), str(credential)) for number, credential in loot.rows(query)})


def by_writers_order(loot: Loot) -> Pairs:
    return pair(loot.numbers("xmin::text::bigint, ctid"), loot.credentials("xmin::text::bigint"))


def by_place(loot: Loot) -> Pairs:
    """The place of each row in its table (ctid)."""
    return pair(loot.numbers("ctid"), loot.credentials("ctid"))


def by_log(loot: Loot) -> Pairs:
    """What the write-ahead log says of each transaction: which row of which table it wrote."""
    assert loot.server is not None
    sign_ins, ballots = (_filenode(loot, table) for table in ("sign_in", "ballot_index"))
    numbers = _by_ctid(loot, "sign_in_number", "sign_in")
    credentials = _by_ctid(loot, "credential", "ballot_index")
    signed: dict[str, str] = {}
    pairs: Pairs = set()
    for line in _log_lines(loot.server):
        found = re.search(
            r"tx: +(\d+),.*desc: (\S+) .*?off (\d+).*rel \d+/\d+/(\d+) blk (\d+)", line
        )
        if found is None:
            continue
        writer, kind, offset, node, block = found.groups()
        new = re.search(r"; new off (\d+)", line) or re.search(r"new off: (\d+)", line)
        if "UPDATE" in kind and node == sign_ins and new:
            signed[writer] = numbers.get(f"({block},{new[1]})", "")
        if "INSERT" in kind and node == ballots and writer not in signed:
            signed[writer + "/ballot"] = credentials.get(f"({block},{offset})", "")
    for writer, number in signed.items():
        if (credential := signed.get(f"{writer}/ballot")) is not None:
            pairs.add((number, credential))
    return one_each(pairs)


def ballots_in_log(loot: Loot) -> int:
    """How many records of the write-ahead log speak of the board."""
    if loot.server is None:
        log = next(loot.folder.glob("*.db-wal")).read_bytes()
        credentials = loot.rows("SELECT credential FROM ballot_index")
        return sum(str(credential).encode() in log for (credential,) in credentials)
    node = f"/{_filenode(loot, 'ballot_index')} "
    return sum(node in f"{line} " for line in _log_lines(loot.server))


def _filenode(loot: Loot, table: str) -> str:
    ((node,),) = loot.rows(f"SELECT pg_relation_filenode('{table}')")
    return str(node)


def _by_ctid(loot: Loot, column: str, table: str) -> dict[str, str]:
    rows = loot.rows(f"SELECT ctid::text, {column} FROM {table}")  # noqa: S608
    return {str(place): str(value) for place, value in rows}


def _log_lines(server: Server) -> Iterator[str]:
    folder = server.data / "pg_wal"
    for segment in sorted(path.name for path in folder.iterdir() if len(path.name) == 24):
        program = [str(server.programs / "pg_waldump"), "--path", str(folder), segment, segment]
        done = subprocess.run(program, capture_output=True, text=True, check=False)
        yield from done.stdout.splitlines()


# ---------------------------------------------------------------- SQLite


def by_commits_of_the_wal(loot: Loot) -> Pairs:
    """In each commit of the WAL, the sign-in that is marked and the credential that appears."""
    numbers, credentials = loot.numbers(), loot.credentials()
    known: dict[int, bytes] = {}
    pairs: Pairs = set()
    for commit in _commits(next(loot.folder.glob("*.db-wal")).read_bytes()):
        before = b"".join(known.get(page, b"") for page in commit)
        after = b"".join(commit.values())
        marked = [n for n in numbers if is_marked(after, n) and not is_marked(before, n)]
        new = [
            each for each in credentials if each.encode() in after and each.encode() not in before
        ]
        pairs |= {(number, credential) for number in marked for credential in new}
        known |= commit
    return one_each(pairs)


def is_marked(pages: bytes, number: str) -> bool:
    """Whether a used row with this number is anywhere in these pages.

    A row begins with a byte for the type of each column: a text of 32 characters, school, elector,
    a MAC of 32 bytes, wrong PINs, and 9, which is *true*. Election 1 needs no byte of its own.
    """
    return re.search(rb"\x4d[\x01-\x09]{2}\x4c[\x01-\x09]\x09" + number.encode(), pages) is not None


def _commits(wal: bytes) -> Iterator[dict[int, bytes]]:
    if len(wal) < 32:
        return
    size = struct.unpack(">I", wal[8:12])[0]
    pages: dict[int, bytes] = {}
    for start in range(32, len(wal) - size - 23, 24 + size):
        page, ends = struct.unpack(">II", wal[start : start + 8])
        pages[page] = wal[start + 24 : start + 24 + size]
        if ends:
            yield pages
            pages = {}


# ---------------------------------------------------------------- how well it went


def one_each(pairs: Pairs) -> Pairs:
    """At most one credential for each number, and one number for each credential."""
    shuffled = sorted(pairs)
    random.Random(1).shuffle(shuffled)
    chosen: dict[str, str] = {}
    for number, credential in shuffled:
        if number not in chosen and credential not in chosen.values():
            chosen[number] = credential
    return set(chosen.items())


EVERYWHERE: tuple[Attack, ...] = (
    by_stored_order,
    by_place_in_files,
    by_neighbours_in_files,
    by_hours,
)
ON_POSTGRESQL: tuple[Attack, ...] = (by_writer, by_writers_order, by_place, by_log)
ON_SQLITE: tuple[Attack, ...] = (by_commits_of_the_wal,)
