# SPDX-License-Identifier: AGPL-3.0-or-later
"""The small school of the tamper suite on a server, with every secret of it at hand.

So what that suite does to a ballot can be sent to a server, and the record as it would be with it
can be judged by the verifier: docs/protocol.md §11.1, §17.1, §19.5.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

from evote.board.record import read_moment, record_archive
from evote.casting import Answer, Casting, CastRequest, Outcome
from evote.database.connection import Database, open_database
from evote.database.elections import lock_election
from evote.election.config import ElectionConfig
from evote.election.desk_messages import ReissueMessage
from evote.election.roll_file import encode_sealed_roll
from evote.keys import KeyFolder
from evote.lifecycle.desk import reissue_code
from evote.lifecycle.drafting import make_draft
from evote.lifecycle.hosting import SealedFiles, host_election
from evote.lifecycle.voting import open_vote
from evote.outbox import deliver
from evote.pins import make_pins
from evote.publishing.publisher import Publisher
from evote.roll.sealing import commit_to_roll
from evote.roll.sign_in_file import SignInNumbers
from protocol.archive_members import ArchiveHeader
from protocol.election import Election
from protocol.group import Element
from protocol.secret import Secret
from tests.db.databases import sqlite_url
from tests.db.rows import all_rows
from tests.db.school import SALT, Letterbox, ManualClock, roll_of
from tests.rng import seeded_rng
from tests.tamper.damage import SCHOOL, Remaking
from tests.tamper.forge.curve import GENERATOR
from tests.tamper.forge.journal import OPENS_AT
from tests.tamper.forge.logs import HOST, board_key, journal_key
from tests.tamper.forge.remake import Forge, Touch
from tests.tamper.forge.texts import Json, canonical, hash_hex
from tests.tamper.forge.world import World
from tests.tamper.record import JOURNAL, Files
from tests.tamper.surgery import TIMESTAMP, Archive, Member, event_member
from tests.tamper.touches import put

VOTERS, RESERVES = len(SCHOOL.voters), len(SCHOOL.reserves)
ROLL = roll_of(VOTERS)
SEALED: Mapping[str, Touch] = {"evote": put("roll_commitment", commit_to_roll(ROLL, SALT))}


def on_server(world: World) -> World:
    """The same election, sealed for a server."""
    return replace(world, served=True)


def moved(remaking: Remaking) -> Forge:
    """A damage to ballots, done to the election on the server, whose set-up stays as it is."""
    forge = remaking.forge(on_server, SEALED, until="Ballot")
    forge.clear, clear = 1, forge.clear  # what hides torsion in ballots leaves the set-up alone

    def begin(_: Json) -> None:
        forge.clear = clear

    forge.touch["append Setup 0"] = begin
    forge.make()
    assert forge.heads[0] == sealed()[0].heads[0]
    return forge


@cache
def sealed() -> tuple[Forge, bytes]:
    """The election as it was sealed, and its maker."""
    forge = Forge(on_server(SCHOOL), SEALED, until="Setup")
    forge.make()
    return forge, board_of(forge)


def board_of(forge: Forge) -> bytes:
    """The archive that was made."""
    return Archive(ArchiveHeader(TIMESTAMP).encode(), forge.members).write()


def public_credential(place: int) -> Element:
    """That of a voter, or, beyond them, of a reserve."""
    return Element.decode((GENERATOR ** (*SCHOOL.voters, *SCHOOL.reserves)[place]).wire)


def number(place: int) -> str:
    """The sign-in number on the letter of a voter, or of a reserve."""
    return hash_hex(b"letter %d" % place)[:32]


@dataclass
class ForgedServer:
    """A server that took the election in; an elector, from 0, signs in with the latest letter."""

    folder: Path
    database: Database
    pins: dict[int, Secret[str]]
    letters: dict[int, int]

    @classmethod
    def make(cls, folder: Path) -> ForgedServer:
        """Draft, seal, host and open the election on a new server."""
        database = open_database(sqlite_url(folder))
        (folder / "keys").mkdir(mode=0o700)
        server = cls(folder, database, {}, {place: place for place in range(VOTERS)})
        server._host()
        with database.write() as connection:
            held = lock_election(connection, SCHOOL.uuid)
            make_pins(connection, held, server.keys.load(SCHOOL.uuid), seeded_rng("forged pins"))
        server.read_post()
        open_vote(database, SCHOOL.uuid, sealed()[0].setup_signatures_file(), server.clock)
        return server

    def copy(self, folder: Path) -> ForgedServer:
        """Another server with the same election."""
        self.database.close()
        shutil.copytree(self.folder, folder)
        database = open_database(f"sqlite:///{folder / 'data' / 'preau.db'}")
        return ForgedServer(folder, database, dict(self.pins), dict(self.letters))

    def _host(self) -> None:
        forge, archive = sealed()
        election = Election.decode(forge.election_bytes)
        evote = election.evote
        assert evote is not None
        assert evote.server is not None
        config = ElectionConfig(
            *(election.name, "", evote.school, evote.seats, evote.lists),
            *(evote.opens_at, evote.closes_at, evote.grace_seconds, evote.rehearsal),
        )
        seeds = iter([board_key(SCHOOL.uuid).seed, journal_key(SCHOOL.uuid).seed])
        draft = (SCHOOL.uuid, config, f"https://{HOST}", evote.server.booth)
        make_draft(self.database, self.keys, *draft, lambda _size: next(seeds))
        by_number = {number(place): place + 1 for place in range(VOTERS)}
        commitment = evote.roll_commitment
        files = SealedFiles(
            archive=archive,
            sign_in_numbers=SignInNumbers(SCHOOL.uuid, ROLL.digest(), by_number).encode(),
            sealed_roll=encode_sealed_roll(SCHOOL.uuid, commitment, SALT, ROLL.canonical()),
            electors=ROLL.electors,
        )
        host_election(self.database, self.keys, files, self.clock)

    @property
    def keys(self) -> KeyFolder:
        return KeyFolder(self.folder / "keys")

    @property
    def clock(self) -> ManualClock:
        return ManualClock(OPENS_AT + 3600)

    @cached_property
    def casting(self) -> Casting:
        return Casting(self.database, self.keys, self.clock, self.publisher)

    @cached_property
    def publisher(self) -> Publisher:
        return Publisher(self.database, self.keys, 60, self.clock)

    def read_post(self) -> None:
        """Take new PINs out of the outbox."""
        deliver(self.database, self.keys, Letterbox(self.pins), 0)

    def reissue(self, elector: int, revoked: int, reserve: int) -> None:
        """Replace the credential at a place by the letter of a reserve."""
        before, after = number(self.letters[elector]), number(reserve)
        message = ReissueMessage(SCHOOL.uuid, public_credential(revoked), before, after)
        reissue_code(self.database, self.keys, message, self.clock)
        self.letters[elector] = reserve
        self.read_post()

    def cast(self, elector: int, ballot: bytes) -> Answer:
        """What this elector is answered; whatever is not recorded changes no row."""
        before = all_rows(self.database)
        who = number(self.letters[elector]), self.pins[elector + 1]
        answer = self.casting.cast(CastRequest(SCHOOL.uuid, *who, ballot))
        recorded = answer.outcome is Outcome.RECORDED
        assert recorded == (all_rows(self.database) != before)
        return answer

    def record(self) -> Files:
        """The record as the server gives it after a step."""
        self.publisher.publish(SCHOOL.uuid)
        moment = read_moment(self.database, SCHOOL.uuid)
        archive = b"".join(record_archive(self.database, moment))
        return Files(Archive.read(archive), moment.files[JOURNAL].splitlines(), SCHOOL.uuid)


def verifier_takes(record: Files, ballot: bytes) -> bool:
    """What the verifier says of a record with this ballot at the end of its board."""
    record.archive.append(
        Member(ballot, is_event=False),
        event_member(canonical({"type": "Ballot", "payload": hash_hex(ballot)})),
    )
    record.archive.repair_chain()
    return record.verify().status == 0
