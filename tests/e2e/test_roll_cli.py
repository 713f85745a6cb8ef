# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote roll check`` and ``evote seats`` as a person or a program runs them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from evote.roll.anomalies import Code
from tally.seat_steps import STEP_CODES
from tests.onde_files import LEA, TOM, ZOE, export, parent

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "docs" / "schemas"
CLEAN = [
    parent("MARTIN", "Paul", LEA, TOM, email="p@exemple.example"),
    parent("LÉVÊQUE", "Zoë", LEA, TOM, civility="MME"),
]


def _evote(
    *arguments: str | Path, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "evote", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
        env=env,
    )


def _schema(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    return schema


def _valid(output: str, name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(output)
    schema = _schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(value, schema, cls=jsonschema.Draft202012Validator)
    return value


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    file = tmp_path / "CSVExtraction.csv"
    file.write_bytes(export(CLEAN))
    return file


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    file = tmp_path / "shared.csv"
    lines = [*CLEAN, parent("PETIT", "Anne", ZOE, email="P@exemple.example")]
    file.write_bytes(export(lines))
    return file


def test_clean_roll(clean: Path) -> None:
    run = _evote("roll", "check", clean)
    assert run.returncode == 0
    assert "2 électeurs, 2 enfants, d'après 2 lignes." in run.stdout
    assert "Étape suivante : rien à régler" in run.stdout
    assert run.stderr == ""


def test_clean_roll_as_json(clean: Path) -> None:
    run = _evote("roll", "check", clean, "--json")
    assert run.returncode == 0
    children = [
        {"surname": "MARTIN", "given_name": "Léa", "class": "CP A"},
        {"surname": "MARTIN", "given_name": "Tom", "class": "CE1"},
    ]
    assert _valid(run.stdout, "roll-check") == {
        "version": 1,
        "electors": [
            {"surname": "MARTIN", "given_name": "Paul", "children": children, "rows": [2]},
            {"surname": "LÉVÊQUE", "given_name": "Zoë", "children": children, "rows": [3]},
        ],
        "anomalies": [],
    }


def test_roll_with_something_to_settle(shared: Path) -> None:
    run = _evote("roll", "check", shared)
    assert run.returncode == 1
    assert "1 point à régler :\n  ligne 4 · shared_email · même adresse" in run.stdout
    assert "s'acceptent avec l'option --settled" in run.stdout


def test_a_roll_that_nobody_can_just_agree_to_is_told_so(tmp_path: Path) -> None:
    file = tmp_path / "broken.csv"
    file.write_bytes(export([*CLEAN, parent("", "Anne", ZOE)]))
    run = _evote("roll", "check", file)
    assert run.returncode == 1
    assert "l'option --settled ne couvre pas (missing_surname)" in run.stdout
    assert "s'acceptent" not in run.stdout


def test_roll_with_something_to_settle_as_json(shared: Path) -> None:
    run = _evote("roll", "check", "--json", shared)
    assert run.returncode == 1
    value = _valid(run.stdout, "roll-check")
    assert [(a["code"], a["row"]) for a in value["anomalies"]] == [("shared_email", 4)]
    assert "électeurs" in run.stderr


@pytest.mark.parametrize("as_json", [[], ["--json"]], ids=["text", "json"])
@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04 workbook", b"a;b;c\n1;2;3\n", export([]), None],
    ids=["empty", "workbook", "other columns", "headers alone", "a folder"],
)
def test_unreadable_roll(content: bytes | None, as_json: list[str], tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)
    run = _evote("roll", "check", file, *as_json)
    assert run.returncode == 2
    assert run.stdout == ""
    first, second = run.stderr.splitlines()
    assert first.startswith("evote : ")
    assert second.startswith("conseil : ")


def test_missing_roll(tmp_path: Path) -> None:
    run = _evote("roll", "check", tmp_path / "nothing.csv")
    assert run.returncode == 2
    assert "n'existe pas" in run.stderr


def test_names_cannot_command_the_terminal(tmp_path: Path) -> None:
    file = tmp_path / "a\x1b[31m.csv"
    file.write_bytes(export([parent("MAR\x1b[31mTIN", "Paul", LEA)], encoding="utf-8"))
    run = _evote("roll", "check", file)
    assert "\x1b" not in run.stdout + run.stderr


def test_plain_ascii_terminal_is_served(clean: Path) -> None:
    run = _evote("roll", "check", clean, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert run.returncode == 0
    assert "électeurs" in run.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_full_disk_is_one_sentence(clean: Path) -> None:
    # Unless told otherwise, Python finds the disk full only when it leaves.
    buffered = {name: text for name, text in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with Path("/dev/full").open("w") as full:
        run = subprocess.run(
            [sys.executable, "-m", "evote", "roll", "check", str(clean)],
            cwd=ROOT,
            env=buffered,
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            check=False,
        )
    assert run.returncode == 2
    assert "plus de place" in run.stderr
    assert len(run.stderr.splitlines()) == 2


def test_seats_as_json() -> None:
    run = _evote("seats", "--seats", "5", "B=30", "A=60", "C=10", "--json")
    assert run.returncode == 0
    value = _valid(run.stdout, "seats")
    assert list(value["seats_by_list"].items()) == [("B", 2), ("A", 3), ("C", 0)]


def test_seats_label_may_hold_an_equals_sign() -> None:
    run = _evote("seats", "--seats", "2", "1+1=2=30", "É =10", "--json")
    assert json.loads(run.stdout)["seats_by_list"] == {"1+1=2": 2, "É ": 0}


def test_seats_without_any_vote() -> None:
    run = _evote("seats", "--seats", "2", "A=0", "B=0", "--json")
    assert run.returncode == 0
    value = _valid(run.stdout, "seats")
    assert value["seats_by_list"] == {"A": 0, "B": 0}
    assert value["steps"][0]["step"] == "no_votes"


def test_seats_tie_needs_ages() -> None:
    run = _evote("seats", "--seats", "3", "A=40", "B=40", "--json", "--born", "A=1980-01-01")
    assert run.returncode == 3
    value = _valid(run.stdout, "seats")
    assert value["seats_by_list"] is None
    assert value["steps"][-1]["step"] == "needs_births"
    assert value["steps"][-1]["lists"] == ["B"]
    assert "« B »" in run.stderr


def test_seats_tie_is_decided_by_ages() -> None:
    born = ["--born", "A=1985-03-02", "--born", "B=1979-12-31"]
    run = _evote("seats", "--seats", "3", "A=40", *born, "B=40", "--json")
    assert run.returncode == 0
    assert _valid(run.stdout, "seats")["seats_by_list"] == {"A": 1, "B": 2}


def test_seats_tie_of_equal_ages_is_for_the_bureau() -> None:
    born = ["--born", "A=1980-01-01", "--born", "B=1980-01-01"]
    run = _evote("seats", "--seats", "3", "A=40", "B=40", *born, "--json")
    assert run.returncode == 3
    assert _valid(run.stdout, "seats")["steps"][-1]["step"] == "needs_lots"
    assert "bureau" in run.stderr
    assert "conseil : ajouter --lot LISTE" in run.stderr


def test_seats_tie_of_equal_ages_is_decided_by_lot() -> None:
    born = ["--born", "A=1980-01-01", "--born", "B=1980-01-01"]
    lots = ["--lot", "B", "--lot", "A"]
    run = _evote("seats", "--seats", "3", "A=40", *born, *lots, "B=40", "--json")
    assert (run.returncode, run.stderr) == (0, "")
    value = _valid(run.stdout, "seats")
    assert value["seats_by_list"] == {"A": 1, "B": 2}
    (drawn,) = [step for step in value["steps"] if step["step"] == "drawn"]
    assert drawn["lists"] == ["B", "A"]
    run = _evote("seats", "--seats", "3", "A=40", "B=40", *born, "--lot", "A", "--json")
    assert run.returncode == 3


@pytest.mark.parametrize(
    ("kind", "words"), [("ecole", "tirage au sort"), ("eple", "restent vides")]
)
def test_seats_beyond_the_names_stay_with_their_list(kind: str, words: str) -> None:
    names = ["--names", "A=2", "--names", "B=18"]
    run = _evote("seats", "--seats", "9", "A=101", "B=54", *names, "--kind", kind, "--json")
    value = _valid(run.stdout, "seats")
    assert value["seats_by_list"] == {"A": 6, "B": 3}
    assert value["steps"][-1]["unfilled"] == 4
    assert words in value["steps"][-1]["text"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["A=1"],
        ["--seats", "3"],
        ["--seats", "0", "A=1"],
        ["--seats", "-1", "A=1"],
        ["--seats", "1001", "A=1"],
        ["--seats", "x", "A=1"],
        ["--seats", "٣", "A=1"],
        ["--seats", "3", "A"],
        ["--seats", "3", "=1"],
        ["--seats", "3", " =1"],
        ["--seats", "3", "A="],
        ["--seats", "3", "A=-1"],
        ["--seats", "3", "A=1.5"],
        ["--seats", "3", "A=1_000"],
        ["--seats", "3", "A=" + "9" * 5000],
        ["--seats", "3", "A=1", "A=2"],
        ["--seats", "3", "É=1", "E\u0301=2"],
        ["--seats", "3", "A=1", "--names", "B=2"],
        ["--seats", "3", "A=1", "--names", "A=-2"],
        ["--seats", "3", "A=1", "--names", "A=2", "--names", "A=3"],
        ["--seats", "3", "A=1", "--born", "A=1980-02-30"],
        ["--seats", "3", "A=1", "--born", "A=19800101"],
        ["--seats", "3", "A=1", "--born", "A=1980-W01-1"],
        ["--seats", "3", "A=1", "--lot", "B"],
        ["--seats", "3", "A=1", "--lot", "A", "--lot", "A"],
        ["--seats", "3", "A=1", "--kind", "lycee"],
        ["--seats", "3", "A=1", "--what"],
    ],
)
def test_seats_misuse_is_one_sentence(arguments: list[str]) -> None:
    run = _evote("seats", *arguments)
    assert run.returncode == 2
    assert run.stdout == ""
    first, second = run.stderr.splitlines()
    assert first.startswith("evote : ")
    assert second.startswith("conseil : ")


def test_schemas_know_exactly_the_codes() -> None:
    anomalies = _schema("roll-check")["properties"]["anomalies"]["items"]
    assert anomalies["properties"]["code"]["enum"] == [str(code) for code in Code]
    steps = _schema("seats")["properties"]["steps"]["items"]
    assert steps["properties"]["step"]["enum"] == list(STEP_CODES)
