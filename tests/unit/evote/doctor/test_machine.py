# SPDX-License-Identifier: AGPL-3.0-or-later
"""The machine as the doctor sees it: clock, zones, room, modes, kind of disk."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from evote.doctor import accounts, machine
from evote.doctor.accounts import check_account, check_owners
from evote.doctor.clocks import check_unasked_clock, is_clock_set
from evote.doctor.findings import Level
from evote.doctor.machine import (
    MEGABYTE,
    ask_date,
    check_clock,
    check_database_disk,
    check_key_disk,
    check_modes,
    check_online,
    check_other_clock,
    check_room,
    check_zones,
)
from evote.settings import Settings

NOW = 1_800_000_000
URL = "https://time.example"


def test_paris_is_known_with_its_summer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_zones().level is Level.OK
    monkeypatch.setattr(machine, "_PARIS", "Europe/Atlantis")
    assert check_zones().level is Level.SERIOUS
    monkeypatch.setattr(machine, "_PARIS", "Africa/Tunis")  # one hour from UTC, without a summer
    assert "heure d'été" in check_zones().message


@pytest.mark.parametrize(
    ("apart", "level"),
    [
        (0, Level.OK),
        (5, Level.OK),
        (-5, Level.OK),
        (6, Level.TO_SEE),
        (-59, Level.TO_SEE),
        (60, Level.SERIOUS),
        (-3600, Level.SERIOUS),
    ],
)
def test_a_clock_may_be_a_little_off(apart: int, level: Level) -> None:
    found = check_clock("clock", "de la base", NOW + apart, NOW)
    assert found.level is level
    assert bool(found.advice) is (level is not Level.OK)


def failing(cause: Exception) -> Callable[[str], int]:
    def ask(_url: str) -> int:
        raise cause

    return ask


def test_a_web_server_is_asked_for_the_time() -> None:
    assert check_online(URL, lambda: NOW, lambda _url: NOW).level is Level.OK
    assert check_online(URL, lambda: NOW, lambda _url: NOW + 90).level is Level.SERIOUS
    for cause in (OSError(), ValueError()):
        found = check_online(URL, lambda: NOW, failing(cause))
        assert (found.level, URL in found.message) == (Level.SERIOUS, True)


def test_a_clock_of_somebody_else_that_is_away_is_no_fault_of_this_server() -> None:
    assert check_other_clock(URL, lambda: NOW, lambda _url: NOW + 90).level is Level.SERIOUS
    found = check_other_clock(URL, lambda: NOW, failing(OSError()))
    assert (found.level, "--clock-from" in found.advice) == (Level.TO_SEE, True)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "file:///etc/passwd", "ftp://x"])
def test_nothing_but_https_is_asked(url: str) -> None:
    with pytest.raises(ValueError, match="only https"):
        ask_date(url)


def test_who_does_not_listen_is_told() -> None:
    assert check_online("https://127.0.0.1:1", lambda: NOW).level is Level.SERIOUS


@pytest.mark.parametrize(
    ("free", "level"),
    [(99, Level.SERIOUS), (100, Level.TO_SEE), (499, Level.TO_SEE), (500, Level.OK)],
)
def test_room_on_the_disk(
    free: int, level: Level, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = SimpleNamespace(free=free * MEGABYTE)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage)
    (found,) = check_room({"de la base": tmp_path})
    assert (found.level, f"{free} Mo" in found.message) == (level, True)


def test_a_folder_that_is_away_has_no_room(tmp_path: Path) -> None:
    (found,) = check_room({"des clés": tmp_path / "nowhere"})
    assert found.level is Level.SERIOUS


@pytest.mark.parametrize(
    ("mode", "level", "advice"),
    [
        (0o700, Level.OK, ""),
        (0o750, Level.SERIOUS, "chmod 0700"),
        (0o701, Level.SERIOUS, "chmod 0700"),
        (0o604, Level.SERIOUS, "chmod 0600"),
    ],
)
def test_who_may_enter(mode: int, level: Level, advice: str, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    folder.mkdir()
    folder.chmod(mode)
    (found,) = check_modes({"le dossier des clés": folder})
    assert (found.level, found.advice[: len(advice)]) == (level, advice)
    (found,) = check_modes({"le dossier des clés": tmp_path / "nowhere"})
    assert found.level is Level.SERIOUS


MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
tmpfs /run tmpfs rw 0 0
server:/x /srv/net nfs4 rw 0 0
/dev/sdb1 /srv/net/local xfs rw 0 0
tmpfs /srv/with\\040space tmpfs rw 0 0
"""


@pytest.mark.parametrize(
    ("place", "level"),
    [
        ("/var/lib/preau.db", Level.OK),
        ("/run/preau.db", Level.SERIOUS),
        ("/running/preau.db", Level.OK),
        ("/srv/net/preau.db", Level.SERIOUS),
        ("/srv/net/local/preau.db", Level.OK),
        ("/srv/with space/preau.db", Level.SERIOUS),
    ],
)
def test_a_database_lies_on_a_disk_of_the_machine(place: str, level: Level, tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)
    assert check_database_disk(Path(place), mounts).level is level
    assert check_database_disk(Path(place), tmp_path / "no linux").level is Level.OK


@pytest.mark.parametrize(
    ("place", "level"),
    [
        ("/var/lib/preau-keys", Level.OK),
        ("/run/preau-keys", Level.SERIOUS),
        ("/srv/net/preau-keys", Level.OK),  # several machines may share it: docs/operations.md
    ],
)
def test_keys_lie_where_they_outlive_the_machine(place: str, level: Level, tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)
    found = check_key_disk(Path(place), mounts)
    assert (found.check, found.level) == ("disk", level)
    assert "clés" in found.message
    assert check_key_disk(Path(place), tmp_path / "no linux").level is Level.OK


@pytest.mark.parametrize(
    ("known", "level", "said"),
    [
        (True, Level.OK, "un service d'heure la règle"),
        (False, Level.TO_SEE, "aucun service d'heure ne la règle"),
        (None, Level.TO_SEE, "le système ne dit pas"),
    ],
)
def test_a_clock_that_was_compared_with_no_other_is_said_to_be_that(
    *, known: bool | None, level: Level, said: str
) -> None:
    found = check_unasked_clock(lambda: known)
    assert found.level is level
    assert "n'a été comparée à aucune autre" in found.message
    assert said in found.message
    assert ("--clock-from" in found.advice) is (level is not Level.OK)


def test_the_system_says_whether_its_clock_is_set_by_a_service() -> None:
    """Whatever it is here: it is told, the same twice, and nothing was set."""
    before = time.time() - time.monotonic()
    assert is_clock_set() in (True, False, None)
    assert is_clock_set() is is_clock_set()
    assert abs(time.time() - time.monotonic() - before) < 1


def test_the_folders_must_be_those_of_the_account_that_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys, data = tmp_path / "keys", tmp_path / "data"
    for folder in (keys, data):
        folder.mkdir(mode=0o700)
    (keys / "heads.sqlite").touch()
    (data / "preau.db").touch()
    settings = Settings(
        database_url=f"sqlite:///{data}/preau.db",
        public_url="https://vote.example",
        key_folder=keys,
    )
    assert check_account(settings) is None
    assert not list(check_owners(settings))
    owners = dict.fromkeys((keys, data), 4242) | {data / "preau.db": 77}
    monkeypatch.setattr(accounts, "_owner", lambda path: owners.get(path, 4242))
    monkeypatch.setattr("os.geteuid", lambda: 4242)
    assert check_account(settings) is None
    (found,) = [each for each in check_owners(settings) if "preau.db »" in each.message]
    assert (found.level, found.advice[:10]) == (Level.SERIOUS, "chown 4242")
    for mine, owner, what in ((0, 4242, "clés"), (4242, 0, "clés"), (0, 0, "base")):
        owners = {keys: owner, data: 4242}
        monkeypatch.setattr("os.geteuid", lambda mine=mine: mine)
        other = check_account(settings)
        assert other is not None
        assert (other.level, "le compte du serveur" in other.advice) == (Level.SERIOUS, True)
        assert f"le dossier de{'s' if what == 'clés' else ' la'} {what}" in other.message
