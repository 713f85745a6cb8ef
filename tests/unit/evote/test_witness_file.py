# SPDX-License-Identifier: AGPL-3.0-or-later
"""The file of the witnesses to ask: read strictly, and refused with the settings: §22."""

from __future__ import annotations

from pathlib import Path

import pytest

from evote.settings import SettingsError, read_settings, witnesses_of
from evote.witness_file import WitnessFileFault, read_witnesses
from protocol.cosignatures import CosignerKey
from protocol.notes import LogKey
from tests.rng import seeded_rng

ONE, OTHER = (CosignerKey.generate(name, seeded_rng(name)) for name in ("one.org", "other.org"))
A, B = ONE.verifier_key.encode(), OTHER.verifier_key.encode()
OF_A_LOG = LogKey.generate("one.org", seeded_rng("log")).verifier_key.encode()


def written(folder: Path, text: str) -> Path:
    path = folder / "witnesses"
    path.write_text(text, "utf-8")
    return path


def test_it_is_a_part_of_the_policies_of_others(tmp_path: Path) -> None:
    text = f"# ours\n\nwitness one {A} https://w.example/x/\n  witness  two\t{B}  http://[::1]:80\n"
    one, two = read_witnesses(written(tmp_path, text))
    assert (one.name, one.key, one.url) == ("one", ONE.verifier_key, "https://w.example/x")
    assert (two.name, two.key, two.url) == ("two", OTHER.verifier_key, "http://[::1]:80")
    assert read_witnesses(written(tmp_path, "")) == ()


BAD = {
    "another word": f"log one {A} https://w.example",
    "no address": f"witness one {A}",
    "one word more": f"witness one {A} https://w.example more",
    "no web address": f"witness one {A} ftp://w.example",
    "no host": f"witness one {A} https://",
    "a query": f"witness one {A} https://w.example?x",
    "no key": "witness one one.org+00000000+AAAA https://w.example",
    "a log's key": f"witness one {OF_A_LOG} https://w.example",
    "one name twice": f"witness one {A} https://w.example\nwitness one {B} https://w.example",
    "one key twice": f"witness one {A} https://w.example\nwitness two {A} https://x.example",
    "seventeen": "\n".join(
        f"witness w{n} {CosignerKey.generate(f'w{n}', seeded_rng(f'w{n}')).verifier_key.encode()}"
        " https://w.example"
        for n in range(17)
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_witness_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(WitnessFileFault, match="PREAU_WITNESS_FILE"):
        read_witnesses(written(tmp_path, BAD[name]))


def test_a_server_with_a_bad_file_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir(mode=0o700)
    (tmp_path / "data").mkdir()
    safe = {
        "database_url": f"sqlite:///{tmp_path}/data/preau.db",
        "public_url": "https://vote.ecole.fr",
        "key_folder": tmp_path / "keys",
    }
    assert witnesses_of(read_settings(**safe)) == ()
    good = written(tmp_path, f"witness one {A} https://w.example\n")
    assert len(witnesses_of(read_settings(**safe, witness_file=good))) == 1
    for path in (written(tmp_path, "witness"), tmp_path / "nowhere", tmp_path):
        with pytest.raises(SettingsError, match="PREAU_WITNESS_FILE"):
            read_settings(**safe, witness_file=path)
