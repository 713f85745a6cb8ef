# SPDX-License-Identifier: AGPL-3.0-or-later
"""The wheel, in a clean environment with the locked base packages alone, runs its commands.

Nothing is fetched: the base packages are the ones already here, copied file by file.
"""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
COMMANDS = {
    "evote": "evote.cli:main",
    "evote-tally": "tally.cli:main",
    "evote-audit": "audit.cli:main",
}


def locked_base() -> list[str]:
    """Names of the packages in requirements/base.txt."""
    return re.findall(r"(?m)^([A-Za-z0-9_.-]+)==", (TOP / "requirements" / "base.txt").read_text())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=TOP,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("preau-*.whl")
    return built


@pytest.fixture(scope="module")
def clean(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with the wheel and the base packages, and nothing else."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder, with_pip=False)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = folder / "lib" / version / "site-packages"
    for name in locked_base():
        copy_distribution(name, packages)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    return folder / "bin" / "python"


def copy_distribution(name: str, packages: Path) -> None:
    """Copy one installed package; commands outside site-packages are left behind."""
    here = Path(sysconfig.get_path("platlib"))
    for file in importlib.metadata.distribution(name).files or []:
        source = Path(str(file.locate())).resolve()
        if source.is_relative_to(here.resolve()) and source.is_file():
            target = packages / source.relative_to(here.resolve())
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)


def test_the_wheel_holds_the_four_packages_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.partition("/")[0] for name in archive.namelist()}
    assert tops == {"protocol", "tally", "audit", "evote", "preau-0.1.0.dist-info"}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_is_declared(wheel: Path, command: str) -> None:
    with zipfile.ZipFile(wheel) as archive:
        declared = archive.read("preau-0.1.0.dist-info/entry_points.txt").decode()
    assert f"{command} = {COMMANDS[command]}" in declared


@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_runs_without_extras(clean: Path, command: str) -> None:
    module, _, function = COMMANDS[command].partition(":")
    program = f"import sys; from {module} import {function}; sys.exit({function}(['--help']))"
    done = subprocess.run([clean, "-I", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert command in done.stdout


@pytest.mark.parametrize("command", ["demo", "serve"])
def test_what_needs_the_server_says_so_in_one_sentence(clean: Path, command: str) -> None:
    program = f"import sys; from evote.cli import main; sys.exit(main(['{command}', '--out', 'x']))"
    done = subprocess.run([clean, "-I", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert re.fullmatch(r"evote : il manque le paquet \w+.*\nconseil : .*\n", done.stderr)


def test_the_verifier_runs_with_pynacl_alone(clean: Path) -> None:
    program = "import sys, audit.cli; sys.exit('cryptography' in sys.modules)"
    done = subprocess.run([clean, "-I", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_clean_environment_has_no_extras(clean: Path) -> None:
    for extra in ("pytest", "fastapi", "rich"):
        done = subprocess.run(
            [clean, "-I", "-c", f"import {extra}"], capture_output=True, check=False
        )
        assert done.returncode != 0, extra
