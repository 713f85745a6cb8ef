# SPDX-License-Identifier: AGPL-3.0-or-later
"""A school's election on a server of this process, with a clock that the test moves."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from functools import cache
from pathlib import Path
from time import sleep

import uvicorn
from fastapi import FastAPI
from sqlalchemy import update
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from evote.database.common_tables import ElectionRow
from evote.database.connection import open_database
from evote.database.elections import State
from evote.settings import read_settings
from evote.web.app import create_app
from evote.web.languages import FRENCH, PSEUDO, Language
from protocol.codes import encode_code
from protocol.sending import padding_for
from tests.db.databases import sqlite_url
from tests.db.hosted_again import host_again
from tests.db.school import NOON, ManualClock, School, host, make_election
from tests.own_files import own_files
from tests.simulator import CLOSES_AT, SimulatedElection

VOTES = (0, 1, None, 0, 1, 0, 2)


@cache
def twelve_parents() -> SimulatedElection:
    """An election of twelve electors and three lists, whose parents would vote so: ``VOTES``."""
    return replace(make_election(electors=12, lists=3), votes=VOTES)


@dataclass
class Site:
    """The application, the school behind it, and what its parents have in hand."""

    app: FastAPI
    school: School = field(repr=False)  # too long to be shown
    clock: ManualClock
    url: str

    def link(self, elector: int) -> str:
        """The address on the letter of an elector, from 0."""
        return f"{self.url}/v/{self.school.uuid}#{self.code(elector)}"

    def code(self, elector: int) -> str:
        return encode_code(self.school.election.codes[elector]).reveal()

    def pin(self, elector: int) -> str:
        return self.school.pin(elector).reveal()

    def sent(self, elector: int, choice: int | None = 0) -> dict[str, str]:
        """What is sent with number and PIN when an elector casts: docs/protocol.md §9.6."""
        ballot = self.school.ballot(elector, choice).decode()
        context = self.school.election.election.context
        return {"ballot": ballot, "padding": padding_for(context, self.pin(elector), ballot)}

    @property
    def page(self) -> str:
        return f"{self.url}/e/{self.school.uuid}"

    def set_state(self, state: State) -> None:
        """Say what no step has led to, to see how pages say it."""
        mine = ElectionRow.uuid == self.school.uuid
        with self.school.database.write() as connection:
            connection.execute(update(ElectionRow).where(mine).values(state=state.value))

    def replace_booth(self, sealed: bytes) -> None:
        """Let another booth be the sealed one, as after an update of the program."""
        mine = ElectionRow.uuid == self.school.uuid
        with self.school.database.write() as connection:
            connection.execute(update(ElectionRow).where(mine).values(booth=sealed))

    def publish(self) -> None:
        """Publish what the steps of the lifecycle have told."""
        self.school.publisher.publish(self.school.uuid)

    def vote(self, elector: int, choice: int | None = 0) -> str:
        """Let an elector vote without browser; return the tracker."""
        answer = self.school.cast(elector, self.school.ballot(elector, choice))
        assert answer.tracker is not None
        return answer.tracker

    def close_and_count(self) -> None:
        """Let the others vote as ``VOTES`` says, close, and publish the result."""
        for elector, choice in enumerate(VOTES):
            if self.school.counts()[0] <= elector:
                self.vote(elector, choice)
        self.clock.time = CLOSES_AT + 1000
        self.school.close()
        self.school.count()


def make_site(
    folder: Path,
    url: str = "http://127.0.0.1:8000",
    languages: tuple[Language, ...] = (FRENCH, PSEUDO),
    *,
    opened: bool = True,
    election: SimulatedElection | None = None,
    time: int = NOON,
    address: str | None = None,
    seconds: int = 0,
) -> Site:
    """Return a school of twelve parents on a new server that is not listening yet.

    Its database is a new file in ``folder``, unless ``address`` names another that is empty.
    """
    folder.mkdir(parents=True, exist_ok=True)
    address = address or sqlite_url(folder)
    database, clock = open_database(address), ManualClock(time)
    hosting = host_again if election is None else host
    election = election or twelve_parents()
    school = hosting(database, folder / "keys", election, clock, opened=opened, seconds=seconds)
    settings = read_settings(
        database_url=address, public_url=url, key_folder=folder / "keys", publish_seconds=seconds
    )
    app = create_app(settings, database, clock=clock, files=own_files(languages))
    return Site(app, school, clock, url)


def _dated(site: Site) -> ASGIApp:
    """The application, whose answers are dated by the clock that the test moves."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = formatdate(site.clock.time, usegmt=True).encode()
                message = {**message, "headers": [*message.get("headers", ()), (b"date", date)]}
            await send(message)

        await site.app(scope, receive, send_dated)

    return answer


@contextmanager
def listening(
    folder: Path,
    *,
    opened: bool = True,
    election: SimulatedElection | None = None,
    time: int = NOON,
    seconds: int = 0,
) -> Iterator[Site]:
    """Serve a site over TCP, in a thread of this process."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    site = make_site(folder, url, opened=opened, election=election, time=time, seconds=seconds)
    config = uvicorn.Config(
        _dated(site), port=port, log_level="error", access_log=False, ws="none", date_header=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        sleep(0.01)
        assert thread.is_alive()
    try:
        yield site
    finally:
        server.should_exit = True
        thread.join(10)
        site.school.database.close()  # whatever the test itself asked after the server's end
