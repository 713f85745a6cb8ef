# SPDX-License-Identifier: AGPL-3.0-or-later
"""Unsafe settings are refused, one sentence each."""

from __future__ import annotations

from pathlib import Path

import pytest

from evote.settings import Settings, SettingsError, read_settings


@pytest.fixture
def safe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    (tmp_path / "keys").mkdir(mode=0o700)
    (tmp_path / "data").mkdir()
    return {
        "database_url": f"sqlite:///{tmp_path}/data/preau.db",
        "public_url": "https://vote.ecole.fr",
        "key_folder": tmp_path / "keys",
    }


def faults(settings: dict[str, object]) -> str:
    with pytest.raises(SettingsError) as caught:
        read_settings(**settings)
    assert caught.value.faults
    return str(caught.value)


def test_safe_settings_are_taken(safe: dict[str, object]) -> None:
    assert read_settings(**safe).public_url == "https://vote.ecole.fr"
    for here in ("http://localhost:8000", "http://127.0.0.1:8000/", "http://[::1]:8000"):
        assert read_settings(**(safe | {"public_url": here, "debug": True})).debug


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://Vote.Ecole.FR:443", "https://vote.ecole.fr"),
        ("HTTPS://vote.ecole.fr/", "https://vote.ecole.fr"),
        ("https://vote.ecole.fr:8443", "https://vote.ecole.fr:8443"),
        ("http://LOCALHOST:80", "http://localhost"),
        ("http://[0:0:0:0:0:0:0:1]:8000", "http://[::1]:8000"),
        ("https://vote.xn--cole-9oa.fr", "https://vote.xn--cole-9oa.fr"),
    ],
)
def test_the_address_is_kept_as_browsers_write_it(
    safe: dict[str, object], given: str, kept: str
) -> None:
    assert read_settings(**(safe | {"public_url": given})).public_url == kept


def test_a_socket_or_this_machine_crosses_no_network(safe: dict[str, object]) -> None:
    for url in ("u:k3kx9@/x", "/x?host=/run/pg", "/x?host=localhost:5432&hostaddr=127.0.0.1,::1"):
        read_settings(**(safe | {"database_url": f"postgresql://{url}"}))


def test_each_ballot_at_once_is_for_this_machine(safe: dict[str, object]) -> None:
    here = {"public_url": "http://localhost:8000", "publish_seconds": 0}
    assert read_settings(**(safe | here)).publish_seconds == 0


def test_a_mistyped_setting_is_not_left_unheard(
    safe: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREAU_CACHE", "/of/setup")  # what installs is not asked of the server
    read_settings(**safe)
    monkeypatch.setenv("PREAU_PUBLISH_SECOND", "120")
    assert "PREAU_PUBLISH_SECOND n'est pas un réglage (plutôt PREAU_PUBLISH_SECONDS" in faults(safe)
    assert "PREAU_PUBLISH_SECOND " in faults({})


def test_they_come_from_the_environment(
    safe: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in safe.items():
        monkeypatch.setenv(f"PREAU_{name.upper()}", str(value))
    assert isinstance(read_settings(), Settings)
    monkeypatch.setenv("PREAU_DEBUG", "perhaps")
    assert "PREAU_DEBUG" in faults({})


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"public_url": "http://vote.ecole.fr"}, "veulent https"),
        ({"public_url": "vote.ecole.fr"}, "commence par https"),
        ({"public_url": "https://vote.ecole.fr/sub"}, "autre chose qu"),
        ({"public_url": "https://:x@vote.ecole.fr"}, "autre chose qu"),
        ({"public_url": "https://vote.ecole.fr:99999"}, "possibles"),
        ({"public_url": "https://vote_ecole,fr"}, "possibles"),
        ({"public_url": "https://vote.école.fr"}, "mettez vote.xn--cole-9oa.fr"),
        ({"publish_seconds": 0}, "verrait qui vote quand"),
        ({"public_url": "https://localhost.evil.fr", "debug": True}, "PREAU_DEBUG est mis"),
        ({"database_url": "mysql://h/x"}, "ni SQLite ni"),
        ({"database_url": "sqlite://"}, "pas de fichier"),
        ({"database_url": "sqlite:///file:preau?mode=memory&uri=true"}, "pas de fichier"),
        (
            {"database_url": "sqlite:////srv/data/preau.db?mode=memory"},
            "autre chose que le fichier",
        ),
        ({"database_url": "nothing at all"}, "pas l'adresse"),
        ({"database_url": "postgresql://u:changeme@localhost/x"}, "exemple"),
        ({"database_url": "postgresql://u:k3kx9@db.fr/x"}, "verify-full"),
        ({"database_url": "postgresql://u:k3kx9@/x?hostaddr=192.0.2.7"}, "verify-full"),
        ({"database_url": "postgresql://u:k3kx9@localhost/x?hostaddr=192.0.2.7"}, "verify-full"),
        ({"database_url": "postgresql://u:k3kx9@/x?host=localhost:1&host=db.fr:2"}, "verify-full"),
        ({"key_folder": None}, "hors de la base"),
        ({"key_folder": "/nowhere/at/all"}, "n'est pas un dossier"),
        ({"metrics_token": ""}, "PREAU_METRICS_TOKEN"),
        ({"metrics_token": "easily-guessed"}, "PREAU_METRICS_TOKEN"),
    ],
)
def test_unsafe_settings_are_refused(
    safe: dict[str, object], changed: dict[str, object], said: str
) -> None:
    assert said in faults(safe | changed)


def test_keys_and_database_lie_apart(safe: dict[str, object], tmp_path: Path) -> None:
    inside = tmp_path / "data" / "keys"
    inside.mkdir(mode=0o700)
    assert "sauvegardes" in faults(safe | {"key_folder": inside})
    assert "la base est dans PREAU_KEY_FOLDER" in faults(
        safe | {"database_url": f"sqlite:///{tmp_path}/keys/deep/preau.db"}
    )
    outbox = tmp_path / "keys" / "outbox"
    assert "PREAU_OUTBOX_FOLDER est dans" in faults(safe | {"outbox_folder": outbox})


def test_the_outbox_lies_apart_for_its_owner_alone(safe: dict[str, object], tmp_path: Path) -> None:
    outbox = tmp_path / "outbox"
    assert read_settings(**(safe | {"outbox_folder": outbox})).outbox_folder == outbox
    outbox.mkdir(mode=0o700)
    read_settings(**(safe | {"outbox_folder": outbox}))
    outbox.chmod(0o755)
    assert "lire PREAU_OUTBOX_FOLDER : fermez-le (chmod 700)" in faults(
        safe | {"outbox_folder": outbox}
    )
    inside = tmp_path / "data" / "outbox"
    assert "dans le dossier de la base" in faults(safe | {"outbox_folder": inside})
    assert "la base est dans PREAU_OUTBOX_FOLDER" in faults(
        safe | {"database_url": f"sqlite:///{outbox}/deep/preau.db", "outbox_folder": outbox}
    )


def test_a_key_folder_that_others_read_is_refused(safe: dict[str, object], tmp_path: Path) -> None:
    (tmp_path / "keys").chmod(0o750)
    assert "PREAU_KEY_FOLDER : fermez-le (chmod 700)" in faults(safe)


def test_every_fault_is_said_and_no_value(safe: dict[str, object]) -> None:
    said = faults({"public_url": "http://ecole.fr", "database_url": "postgresql://u:preau@h/x"})
    assert said.count(";") == 3
    assert "u:preau" not in said


def test_what_is_missing_is_named() -> None:
    assert faults({}).count("manque, ou") == 2
