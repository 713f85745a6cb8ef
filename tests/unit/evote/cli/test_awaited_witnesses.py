# SPDX-License-Identifier: AGPL-3.0-or-later
"""A result whose witnesses are late is published; its minutes wait, and nobody is accused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from evote.cli import main
from evote.cli.server import witnesses
from evote.cli.server.opened import server
from evote.database.elections import State
from evote.lifecycle.counting import take_decryptions
from protocol.cosignatures import CosignerKey
from tests.db.school import make_election
from tests.db.test_cosigning import line_for
from tests.db.witnesses import Told, closed_port, honest, told
from tests.simulator import CLOSES_AT
from tests.site import Site, make_site


@pytest.fixture
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A vote that is closed and decrypted; its election demands two of three witnesses."""
    election = replace(make_election(electors=3), witnesses=3, quorum=2)
    site = make_site(tmp_path / "site", election=election)
    monkeypatch.setenv("PREAU_DATABASE_URL", f"sqlite:///{tmp_path}/site/data/preau.db")
    monkeypatch.setenv("PREAU_PUBLIC_URL", "https://vote.example")
    monkeypatch.setenv("PREAU_KEY_FOLDER", str(tmp_path / "site" / "keys"))
    monkeypatch.setenv("PREAU_WITNESS_FILE", str(tmp_path / "witnesses"))
    monkeypatch.setattr(witnesses, "PATIENCE_SECONDS", 1)
    for command in ("during", "ending", "looking"):
        monkeypatch.setattr(f"evote.cli.server.{command}.server", partial(server, site.clock))
    site.vote(0)
    site.clock.time = CLOSES_AT + 1000
    site.school.close()
    parts = {f"decryption-{i}.json": site.school.decryption(i) for i in (1, 2)}
    take_decryptions(site.school.database, site.school.uuid, parts)
    yield site
    site.school.database.close()


def lines(site: Site, urls: dict[int, str]) -> str:
    """The file of the server, with the keys that the election names, by number."""
    keys = {i: site.school.election.witness_key(i).verifier_key.encode() for i in urls}
    return "".join(f"witness w{i} {keys[i]} {url}\n" for i, url in urls.items())


def test_a_result_waits_for_its_quorum(
    closed: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    school, out, file = closed.school, tmp_path / "resultat", tmp_path / "witnesses"
    command = ["election", "tally", school.uuid, "--out", str(out)]
    names = [school.election.witness_key(i).name for i in (2, 3)]
    with ExitStack() as stack:
        urls = {
            i: stack.enter_context(
                honest(school, tmp_path / f"memory-{i}", f"w{i}", school.election.witness_key(i))
            ).url
            for i in (1, 2)
        }
        file.write_text(lines(closed, {1: urls[1], 2: closed_port(), 3: closed_port()}))
        for told in ("Le résultat est publié.", ""):  # once: the second time it is there
            assert main(command) == 1
            said = capsys.readouterr()
            assert told in said.out
            assert school.held().state is State.TALLIED
            assert "1 témoin l'a cosigné : l'élection en demande 2" in said.err
            assert f"manquent : {', '.join(names)}" in said.err
            assert "signature" not in said.err
            assert not (out / "minutes.txt").exists()
        assert main(["election", "state", school.uuid]) == 0
        said = capsys.readouterr()
        assert f"1 sur 3 ; manquent : {', '.join(names)}." in said.out
        file.write_text(lines(closed, {**urls, 3: closed_port()}))
        assert main(command) == 0
    assert "PROCÈS-VERBAL" in capsys.readouterr().out
    assert (out / "minutes.txt").exists()
    assert main(["election", "tally", school.uuid, "--out", str(tmp_path / "again")]) == 0


def test_a_witness_whose_clock_is_wrong_is_named_with_it(
    closed: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It answers: who only hears that it is missing looks for a machine that is off."""
    key = closed.school.election.witness_key(1)
    how = Told(lambda body: (200, line_for(body, key, closed.clock.time + 2_208_988_800)))
    with told(how, key) as witness:
        file = lines(closed, {1: witness.url, 2: closed_port(), 3: closed_port()})
        (tmp_path / "witnesses").write_text(file)
        command = ["election", "tally", closed.school.uuid, "--out", str(tmp_path / "resultat")]
        assert main(command) == 1
    said = capsys.readouterr().err
    assert f"{key.name} (son heure est à +2208988" in said
    assert said.count("son heure est à") == 1
    assert "réglez celle des deux horloges qui est fausse ; voyez qu'ils tournent" in said


def cosigned(key: CosignerKey, at: int, body: bytes) -> tuple[int, bytes]:
    return 200, line_for(body, key, at)


def test_where_the_servers_own_clock_is_wrong_no_witness_is_blamed(
    closed: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All answer with the same other time: neither waiting nor archiving calls them silent."""
    school, early = closed.school, closed.clock.time - 7200
    keys = {i: school.election.witness_key(i) for i in (1, 2, 3)}
    with ExitStack() as stack:
        ports = {
            i: stack.enter_context(told(Told(partial(cosigned, key, early)), key)).url
            for i, key in keys.items()
        }
        (tmp_path / "witnesses").write_text(lines(closed, ports))
        for command in ("tally", "archive"):
            ending = ["--out", str(tmp_path / "resultat")] if command == "tally" else []
            assert main(["election", command, school.uuid, *ending]) == 1
            said = capsys.readouterr().err
            assert said.count("son heure est à -7") == 3, said
            assert "réglez d'abord l'heure de ce serveur, qui paraît fausse" in said
            assert "voyez qu'ils tournent" not in said


def test_an_election_without_witnesses_waits_for_nobody(
    closed: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor does a result that is only to be published."""
    (tmp_path / "witnesses").write_text("")
    assert main(["election", "tally", closed.school.uuid]) == 0
    assert "attente" not in capsys.readouterr().out


def test_what_is_added_after_a_result_needs_its_witnesses_again(
    closed: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Archiving waits until they answer; an incident is told all the same, and who is missing."""
    school, file = closed.school, tmp_path / "witnesses"
    archive = ["election", "archive", school.uuid]
    stopped = lines(closed, dict.fromkeys((1, 2, 3), closed_port()))
    with ExitStack() as stack:
        urls = {
            i: stack.enter_context(
                honest(school, tmp_path / f"memory-{i}", f"w{i}", school.election.witness_key(i))
            ).url
            for i in (1, 2)
        }
        running = lines(closed, {**urls, 3: closed_port()})
        file.write_text(running)
        assert main(["election", "tally", school.uuid, "--out", str(tmp_path / "out")]) == 0
        before = school.journal()
        file.write_text(stopped)
        assert main(archive) == 1
        assert "0 témoin cosigne, et l'élection en demande 2" in capsys.readouterr().err
        assert (school.held().state, school.journal()) == (State.TALLIED, before)
        assert main(["election", "incident", school.uuid, "--note", "Une affiche"]) == 1
        said = capsys.readouterr()
        assert "L'incident est au journal" in said.out
        assert "0 témoin l'a cosigné : l'élection en demande 2" in said.err
        assert main(archive) == 1  # of a result that has not its witnesses either
        file.write_text(running)
        assert main(["election", "incident", school.uuid, "--note", "Une autre"]) == 0
        assert main(archive) == 0
    assert school.held().state is State.ARCHIVED
    capsys.readouterr()
    assert main(archive) == 1  # at once, and not for want of witnesses
    assert "témoin" not in capsys.readouterr().err
    assert main(["election", "record", school.uuid, str(tmp_path / "record")]) == 0
    assert main(["election", "state", school.uuid]) == 0
    assert "2 sur 3" in capsys.readouterr().out
