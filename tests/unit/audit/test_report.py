# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the report adds to the checks: what it shows, and what it warns of."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from audit import cli
from audit.catalogue import CATALOGUE
from audit.limits import limits
from audit.verify import Verdict
from audit.words import count
from tests.tamper.damage import SCHOOL, VILLAGE
from tests.tamper.forge.remake import Forge, Touch
from tests.tamper.forge.world import World
from tests.tamper.test_ties import HONEST, TIE
from tests.tamper.touches import put


def sentences(ballots: int, result: tuple[tuple[int, ...], ...] | None, stage: int = 6) -> str:
    case = SimpleNamespace(
        census=SimpleNamespace(last={str(number): number for number in range(ballots)}),
        board=SimpleNamespace(stage=stage),
        result=result,
        strict=True,
        binding=None,
    )
    verdict = cast("Verdict", SimpleNamespace(case=case))
    return " ".join(text.fr for text in limits(verdict))


@pytest.mark.parametrize(
    ("ballots", "result", "warning"),
    [
        (4, ((1, 1, 2),), "moins de 5 bulletins"),
        (0, ((0, 0, 0),), "moins de 5 bulletins"),
        (9, ((0, 9, 0),), "le même contenu"),
        (9, ((9, 0, 0),), "le même contenu"),
        (9, ((3, 3, 3), (0, 9)), "le même contenu"),
    ],
)
def test_a_result_that_gives_votes_away_is_said(
    ballots: int, result: tuple[tuple[int, ...], ...], warning: str
) -> None:
    assert warning in sentences(ballots, result)


def test_an_ordinary_result_gives_no_warning() -> None:
    assert "Attention" not in sentences(9, ((1, 8, 0),))
    assert "Attention" not in sentences(3, None, stage=2)
    assert "abstenu" in sentences(9, ((1, 8, 0),))


def test_the_report_says_that_sign_ins_may_not_have_been_counted_apart() -> None:
    told = "Que les émargements ont été comptés à part des bulletins : C24 compare"
    assert told in sentences(9, ((1, 8, 0),))
    assert told not in sentences(9, None, stage=2)


def reported(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    touch: dict[str, Touch] | None = None,
    world: World = SCHOOL,
    until: str = "Result",
) -> tuple[str, dict[str, object]]:
    """The report for people and the one for programs, on a count remade by its own maker."""
    path = tmp_path / "a.bel"
    path.write_bytes(Forge(world, touch, until=until).archive())
    cli.main(["verify", str(path), "--jobs", "1"])
    text = capsys.readouterr().out
    cli.main(["verify", str(path), "--jobs", "1", "--json"])
    value: dict[str, object] = json.loads(capsys.readouterr().out)
    return text, value


ELECTED = SCHOOL.lists[0][1][0]


def test_seats_and_names_of_a_verified_result_are_shown(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text, value = reported(capsys, tmp_path)
    assert text.startswith("Le résultat est vérifié")
    assert "Sièges" in text
    assert ELECTED in text
    assert value["seats"]


@pytest.mark.parametrize(
    ("touch", "outcome"),
    [
        ({"votes": put(0, [0, 3, 0])}, "ÉCHEC"),
        ({"secret 1": lambda secret: secret + 1}, "pas atteint"),
    ],
)
def test_nobody_is_elected_by_numbers_that_do_not_hold(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, touch: dict[str, Touch], outcome: str
) -> None:
    text, value = reported(capsys, tmp_path, touch)
    assert f"C23  {outcome}" in text
    assert "C25  réussi" in text  # the seats follow from numbers that are wrong or unproved
    assert "Sièges\n" not in text
    assert ELECTED not in text
    assert (value["result"], value["seats"]) == (None, None)


def test_nobody_is_elected_by_seats_that_do_not_follow(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    touch = {"result": put("evote", "seats", "lists", 0, "seats", 0)}
    text, value = reported(capsys, tmp_path, touch)
    assert "Sièges\n" not in text
    assert (value["result"], value["seats"]) == (None, None)


def test_programs_are_told_whether_it_is_a_rehearsal(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert reported(capsys, tmp_path)[1]["rehearsal"] is False
    touch = {"election": put("evote", "rehearsal", True)}
    text, value = reported(capsys, tmp_path, touch)
    assert "RÉPÉTITION" in text
    assert (value["verdict"], value["rehearsal"]) == ("valid", True)
    assert reported(capsys, tmp_path, world=VILLAGE)[1]["rehearsal"] is None


def test_a_plain_election_is_promised_no_more_than_its_format(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text, _ = reported(capsys, tmp_path, world=VILLAGE)
    assert text.replace("\n  ", " ").splitlines()[0] == (
        "Élection Belenios, sans les garanties de Préau :"
        " toutes les vérifications de ce format ont réussi."
    )
    assert "vérifié :" not in text
    assert "ses seules preuves" in text


def test_an_election_of_ours_has_no_sentence_on_the_format(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert "ses seules preuves" not in reported(capsys, tmp_path)[0]


def test_five_plain_lines_come_first(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text, _ = reported(capsys, tmp_path)
    head, *_ = text.replace("\n  ", " ").split("\n\n")
    assert head.splitlines() == [
        "Le résultat est vérifié : toutes les vérifications applicables ont réussi.",
        "État : dépouillée.",
        "Urne : 3 bulletins, pour 5 électeurs.",
        "Résultat : « Liste des Tilleuls » 2, « Liste du Préau » 0 et blanc 1.",
        "Signatures d'ouverture : 2 sur 3, Anne Lefèvre (directrice) et Bruno Diallo"
        " (enseignant), sans Chloé N'Guyen (parent).",
    ]


STATES = {
    "Setup": "prête, aucun bulletin publié",
    "Ballot": "des bulletins publiés, pas encore la clôture",
    "PartialDecryption": "vote clos, dépouillement à finir",
}


@pytest.mark.parametrize(("until", "state"), STATES.items())
def test_what_is_not_reached_yet_is_not_foreign(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, until: str, state: str
) -> None:
    text, _ = reported(capsys, tmp_path, until=until)
    assert f"État : {state}." in text
    assert "Résultat : pas encore." in text
    assert "C23  pas encore " in text
    assert "C26  sans objet " in text
    assert f"C12  {'réussi' if until == 'PartialDecryption' else 'sans objet'}" in text
    plain, _ = reported(capsys, tmp_path, world=VILLAGE, until=until)
    assert "C23  pas encore " in plain
    assert "C24  sans objet " in plain


def test_a_damaged_record_shows_no_result(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data = Forge(SCHOOL).archive()
    (tmp_path / "b.bel").write_bytes(data + b"\0")
    cli.main(["verify", str(tmp_path / "b.bel"), "--jobs", "1"])
    text = capsys.readouterr().out
    assert "Ce dossier n'est pas en règle (en défaut : C01)." in text
    assert "Résultat : NON VÉRIFIÉ" in text
    assert "C01  ÉCHEC (24)      Attendu : l'archive est faite" in text
    assert "C23  réussi" in text
    assert "Liste des Tilleuls" not in text
    assert ELECTED not in text


@pytest.mark.parametrize("world", [SCHOOL, VILLAGE], ids=["ours", "theirs"])
def test_prose_fits_a_terminal(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, world: World
) -> None:
    text, _ = reported(capsys, tmp_path, {"votes": put(0, [0, 3, 0])}, world)
    assert max(len(line) for line in text.splitlines()) <= 80
    assert not any(line.lstrip().startswith((":", ";", "?", "»")) for line in text.splitlines())
    assert "docs/protocol.md" in text[-120:]


def test_a_section_is_said_to_be_of_the_protocol(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text, value = reported(capsys, tmp_path, {"secret 1": lambda secret: secret + 1})
    assert "(protocole §6.5)" in text.replace("\n" + " " * 24, " ")
    assert "(§6.5)" in json.dumps(value, ensure_ascii=False)


def test_a_person_is_a_member_of_the_committee() -> None:
    french = " ".join(entry.title.fr for entry in CATALOGUE)
    assert "dépositaire" not in french
    assert french.count("membre") == french.count("du bureau")


BY_AGE = "départagée par l'âge, d'après les dates de naissance déclarées par le bureau"
TIES = {
    "ages decide": "",
    "all of one age, lots decide": ", puis par tirage au sort, déclaré par le bureau",
    "one elder, lots for the other seat": (
        ", puis par tirage au sort entre « Trois » et « Une », déclaré par le bureau"
    ),
}


@pytest.mark.parametrize(("phrase", "said"), TIES.items())
def test_what_decided_a_tie_is_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, phrase: str, said: str
) -> None:
    text, value = reported(capsys, tmp_path, {"result evote": HONEST[phrase]}, TIE)
    whole = " ".join(text.split())
    seats = value["seats"]
    assert isinstance(seats, dict)
    dates = " ; ".join(f"{label} {date}" for label, date in seats["births"].items())
    assert dates.count("-") == 6
    tie = "égalité entre « Une », « Deux » et « Trois »"
    assert f"{tie}, {BY_AGE} ({dates}){said} Vérifications" in whole


def test_no_tie_no_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "égalité" not in reported(capsys, tmp_path)[0]


def test_one_is_singular() -> None:
    assert count(0, "bulletin", "ballot") == ("0 bulletin", "0 ballots")
    assert count(1, "bulletin annoncé", "ballot") == ("1 bulletin annoncé", "1 ballot")
    assert count(2, "bulletin annoncé", "ballot") == ("2 bulletins annoncés", "2 ballots")
