# SPDX-License-Identifier: AGPL-3.0-or-later
"""No step is gone in a database that was put back, and none of an older program's is upgraded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from evote.board.published import read_published
from evote.cli import main
from evote.cli.server.opened import server
from evote.database.connection import open_database
from evote.database.elections import State
from evote.database.migrating import STEPS
from tests.db.backups import dump
from tests.db.school import make_election
from tests.e2e.server.real_server import free_port
from tests.simulator import CLOSES_AT, UUID
from tests.site import Site, make_site

STEP_COMMANDS = {
    "suspend": ["suspend", UUID, "--reason", "Une panne"],
    "incident": ["incident", UUID, "--note", "Une panne"],
    "cancel": [
        *("cancel", UUID, "--reason", "Une erreur"),
        *("--by", "Aïcha Ben Ali, directrice", "--by", "Bruno Carré, enseignant"),
    ],
    "finish": ["finish", UUID, "--yes"],
    "record": ["record", UUID, "record.zip"],
}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A vote whose hours are over, on a server that publishes on the clock."""
    made = make_site(tmp_path / "site", election=make_election(electors=3), seconds=60)
    monkeypatch.setenv("PREAU_DATABASE_URL", f"sqlite:///{tmp_path}/site/data/preau.db")
    monkeypatch.setenv("PREAU_PUBLIC_URL", "https://vote.example")
    monkeypatch.setenv("PREAU_KEY_FOLDER", str(tmp_path / "site" / "keys"))
    monkeypatch.chdir(tmp_path)
    for name in ("during", "ending"):
        monkeypatch.setattr(f"evote.cli.server.{name}.server", partial(server, made.clock))
    made.vote(0)
    yield made
    made.school.database.close()


def lose(site: Site) -> None:
    site.school.folder.heads.unlink()


def damage(site: Site) -> None:
    site.school.folder.heads.write_bytes(b"damaged" * 1000)


@pytest.mark.parametrize("name", STEP_COMMANDS)
@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lose, f"la base n'est pas celle d'où l'élection {UUID} a été publiée"),
        (damage, "heads.sqlite du dossier des clés ne peut pas être lu"),
    ],
)
def test_no_step_is_gone_where_the_heads_do_not_fit(
    site: Site,
    capsys: pytest.CaptureFixture[str],
    name: str,
    spoil: Callable[[Site], None],
    said: str,
) -> None:
    site.clock.time = CLOSES_AT + 301
    spoil(site)
    before = dump(site.school.database)
    assert main(["election", *STEP_COMMANDS[name]]) == 1
    assert said in capsys.readouterr().err
    assert dump(site.school.database) == before


def test_what_a_command_has_told_is_published_by_it(site: Site) -> None:
    assert main(["election", *STEP_COMMANDS["incident"]]) == 0
    assert published(site) == (1, 2)  # the vote is open: with the next step
    site.clock.time += 60
    assert main(["election", *STEP_COMMANDS["suspend"]]) == 0
    assert published(site) == (2, 4)
    site.clock.time = CLOSES_AT + 301
    assert main(["election", *STEP_COMMANDS["finish"]]) == 0
    assert published(site) == (4, 5)
    assert main(["election", *STEP_COMMANDS["incident"]]) == 0
    assert published(site) == (4, 6)


def published(site: Site) -> tuple[int, int]:
    with site.school.database.read() as connection:
        now = read_published(connection, site.school.held())
    return now.board.size, now.journal.size


@pytest.mark.parametrize("arguments", [["election", "list"], ["worker", "--once"], ["serve"]])
@pytest.mark.parametrize("state", [State.OPEN, State.SUSPENDED])
def test_a_vote_of_an_older_program_is_left_to_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    state: State,
) -> None:
    url = f"sqlite:///{tmp_path}/data/preau.db"
    (tmp_path / "data").mkdir()
    (tmp_path / "keys").mkdir(mode=0o700)
    older = open_database(url)
    config = Config()
    config.set_main_option("script_location", str(STEPS))
    with older.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.execute(text("INSERT INTO school VALUES (1, '0750001A', 'École', 'ecole')"))
        row = f"(1, 1, '{UUID}', '{state.value}', 0, 0, 0, 0)"
        names = "id, school_id, uuid, state, archive_timestamp, opens_at, closes_at, grace_seconds"
        connection.execute(text(f"INSERT INTO election ({names}) VALUES {row}"))  # noqa: S608
    older.close()
    monkeypatch.setenv("PREAU_DATABASE_URL", url)
    monkeypatch.setenv("PREAU_PUBLIC_URL", "https://vote.example")
    monkeypatch.setenv("PREAU_KEY_FOLDER", str(tmp_path / "keys"))
    port = ["--port", str(free_port())] if arguments == ["serve"] else []
    assert main([*arguments, *port]) == 1
    said = capsys.readouterr().err
    assert f"une version plus ancienne de Préau, et un vote y est en cours : {UUID}" in said
    assert "gardez l'ancienne version jusqu'à la clôture" in said
