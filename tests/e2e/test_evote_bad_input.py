# SPDX-License-Identifier: AGPL-3.0-or-later
"""A full disk, a folder that cannot be written, Ctrl-C: the organiser's commands write all or none.

The three that write what cannot be made again by hand: the codes, the sealed election, the result.
"""

from __future__ import annotations

import os
import pty
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from evote.cli import main
from tests.e2e.school_chain import EARLY, ROOT, Chain

At = Callable[[str], Chain]
COMMANDS = ("make", "seal", "publish")
FOLDER = {"make": "desk", "seal": "election", "publish": "result"}


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Chain]:
    """The school's folder just before each of the three commands."""
    root = tmp_path_factory.mktemp("bad-input")
    (root / "make").mkdir()
    chain = Chain.start(root / "make")
    stages = {"make": chain}
    chain = stages["seal"] = _copy(chain, root / "seal")
    chain.make_codes()
    chain.hold_ceremony()
    chain = stages["publish"] = _copy(chain, root / "publish")
    chain.seal()
    chain.open()
    first, second = (each.label for each in chain.school.lists[:2])
    choices = (first, first, second, "blank", first, second)
    for number, (code, choice) in enumerate(zip(chain.codes(), choices, strict=False)):
        assert chain.make_ballot(code, choice, f"ballot-{number}.json").status == 0
        assert chain.record(f"ballot-{number}.json").status == 0
    chain.good("evote", "election", "close", "election", "--sign-ins", len(choices), *EARLY)
    chain.decrypt()
    return stages


@pytest.fixture
def at(stages: dict[str, Chain], tmp_path: Path) -> At:
    return lambda stage: _copy(stages[stage], tmp_path / stage)


def _copy(chain: Chain, folder: Path) -> Chain:
    shutil.copytree(chain.folder, folder)
    return Chain(folder, chain.school, chain.uuid)


def command(chain: Chain, name: str, out: str) -> list[str]:
    if name == "make":
        named = ["--uuid", chain.uuid, "--settled", "--passphrase-file", "words", "--out", out]
        return ["credentials", "make", "onde.csv", *named]
    if name == "seal":
        return chain.seal_arguments(out=out)
    parts = ["decryption-1.json", "decryption-2.json"]
    return ["election", "publish", "election", *parts, *chain.births(), "--out", out]


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def process(chain: Chain, arguments: list[str], largest: int) -> subprocess.CompletedProcess[str]:
    """Run ``evote`` where no file may grow beyond ``largest`` bytes: so looks a full disk."""
    return subprocess.run(
        [sys.executable, "-m", "evote", *arguments],
        cwd=chain.folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest)),
    )


def one_sentence(err: str, sentence: str) -> None:
    lines = err.rstrip("\n").split("\n")
    assert lines[0].startswith("evote : ")
    assert sentence in lines[0]
    assert len(lines) == 2
    assert lines[1].startswith("conseil : ")


# Bytes after which the disk is full: the first file, or one of the later ones, does not fit.
@pytest.mark.share(3)
@pytest.mark.parametrize(
    ("name", "room"), [("make", 0), ("make", 700), ("seal", 0), ("seal", 4000), ("publish", 700)]
)
def test_a_full_disk(at: At, name: str, room: int) -> None:
    chain = at(name)
    before = files(chain.folder)
    # What is added to an archive is added at its end, which lies further than the room.
    room += chain.archive.stat().st_size if name == "publish" else 0
    done = process(chain, command(chain, name, FOLDER[name]), room)
    assert done.returncode == 2
    one_sentence(done.stderr, "impossible d'écrire")
    assert files(chain.folder) == before


def test_a_disk_that_fills_up_once_the_result_is_in_the_archive(at: At) -> None:
    chain = at("publish")
    assert chain.run("evote", *command(chain, "publish", "first")).status == 0
    before = files(chain.folder)
    again = ["election", "publish", "election", "--out", "second"]
    done = process(chain, again, 100)
    assert done.returncode == 2
    one_sentence(done.stderr, "le résultat est dans l'archive, mais ni result.json ni minutes.txt")
    assert files(chain.folder) == before
    chain.good("evote", *again)


@pytest.mark.parametrize("out", ["words/inside", "words", "/proc/self", "/proc/self/inside"])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_folder_that_cannot_be_written(
    at: At, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str, out: str
) -> None:
    chain = at(name)
    before = files(chain.folder)
    monkeypatch.chdir(chain.folder)
    assert main(command(chain, name, out)) == 2
    one_sentence(capsys.readouterr().err, "")
    assert files(chain.folder) == before


def interrupt_at(monkeypatch: pytest.MonkeyPatch, call: str, number: int) -> None:
    """Let Ctrl-C fall just before the given call of the system, the first being number 1."""
    real, counted = getattr(os, call), [0]

    def counting(*arguments: object, **named: object) -> object:
        counted[0] += 1
        if counted[0] == number:
            raise KeyboardInterrupt
        return real(*arguments, **named)

    monkeypatch.setattr(os, call, counting)


@pytest.mark.parametrize(
    ("name", "call", "number"),
    [
        *(("make", "fsync", number) for number in (1, 6, 10)),
        *(("make", "link", number) for number in (1, 2, 5)),
        *(("seal", "fsync", number) for number in (1, 2)),
        *(("seal", "link", number) for number in (1, 2)),
        # While it is tried whether the files can be written; while the archive takes the result.
        *(("publish", "fsync", number) for number in (1, 2, 3)),
    ],
)
def test_ctrl_c_leaves_nothing(
    at: At,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    call: str,
    number: int,
) -> None:
    chain = at(name)
    before = files(chain.folder)
    monkeypatch.chdir(chain.folder)
    with monkeypatch.context() as patched:
        interrupt_at(patched, call, number)
        assert main(command(chain, name, FOLDER[name])) == 130
    assert capsys.readouterr().err == "evote : interrompu\n"
    assert files(chain.folder) == before
    assert main(command(chain, name, FOLDER[name])) == 0


@pytest.mark.parametrize(("call", "number"), [("fsync", 4), ("fsync", 5)])
def test_ctrl_c_once_the_result_is_in_the_archive_leaves_whole_files(
    at: At,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    number: int,
) -> None:
    chain = at("publish")
    monkeypatch.chdir(chain.folder)
    with monkeypatch.context() as patched:
        interrupt_at(patched, call, number)
        assert main(command(chain, "publish", "result")) == 130
    assert files(chain.folder / "result") == {}
    assert main(["election", "publish", "election", "--out", "result"]) == 0
    chain.good("evote-audit", "verify", "election/record", "--since", chain.archive)
    assert set(files(chain.folder / "result")) == {"result.json", "minutes.txt"}


def test_a_bar_where_a_person_looks_on(at: At) -> None:
    chain = at("make")
    ours, theirs = pty.openpty()
    arguments = [sys.executable, "-m", "evote", *command(chain, "make", "desk")]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        arguments,
        cwd=chain.folder,
        stdout=subprocess.PIPE,
        stderr=theirs,
        check=True,
        timeout=120,
        env=environment,
    )
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert "\r  Codes " in shown
    assert "░" in shown
    assert shown.endswith(" \r")  # wiped
    assert "Codes  " not in done.stdout.decode()


def test_no_bar_where_nobody_looks_on(at: At) -> None:
    chain = at("make")
    assert chain.good("evote", *command(chain, "make", "desk")).err == ""
