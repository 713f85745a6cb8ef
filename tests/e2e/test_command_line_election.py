# SPDX-License-Identifier: AGPL-3.0-or-later
"""The chain of docs/command-line-election.md, by the real commands, from ONDE to the verdict."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from evote.cli.inputs import read_roll
from evote.roll.sealing import seal_roll
from tests.e2e.school_chain import EARLY, ROOT, Chain, Outcome

At = Callable[[str], Chain]
SCHEMA = json.loads((ROOT / "docs/schemas/result.schema.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Chain]:
    """The school's folder when ready to seal, sealed, and open: made once, copied for a test."""
    root = tmp_path_factory.mktemp("chain")
    (root / "ready").mkdir()
    chain = Chain.start(root / "ready")
    chain.make_codes()
    chain.hold_ceremony()
    stages = {"ready": chain}
    for stage, step in (("sealed", Chain.seal), ("open", Chain.open)):
        chain = _copy(chain, root / stage)
        step(chain)
        stages[stage] = chain
    return stages


@pytest.fixture
def at(stages: dict[str, Chain], tmp_path: Path) -> At:
    return lambda stage: _copy(stages[stage], tmp_path / stage)


def _copy(chain: Chain, folder: Path) -> Chain:
    shutil.copytree(chain.folder, folder)
    return Chain(folder, chain.school, chain.uuid)


def refused(outcome: Outcome, status: int, sentence: str) -> None:
    assert outcome.status == status, outcome
    lines = outcome.err.rstrip("\n").split("\n")
    assert lines[0].startswith("evote : ")
    assert sentence in lines[0]
    assert len(lines) == 2
    assert lines[1].startswith("conseil : ")


# -------------------------------------------------------------------- the chain


@pytest.fixture(scope="module")
def finished(stages: dict[str, Chain], tmp_path_factory: pytest.TempPathFactory) -> Chain:
    chain = _copy(stages["open"], tmp_path_factory.mktemp("finished") / "school")
    labels = [each.label for each in chain.school.lists]
    choices = [labels[0], labels[0], labels[1], "blank", labels[0], labels[2 % len(labels)]]
    for number, (code, choice) in enumerate(zip(chain.codes(), choices, strict=False)):
        made = chain.make_ballot(code, choice, f"ballot-{number}.json")
        recorded = chain.record(f"ballot-{number}.json")
        assert (made.status, recorded.status) == (0, 0)
        assert "est dans l'urne" in recorded.out
        assert _tracker(made) == _tracker(recorded)
    closed = chain.good("evote", "election", "close", "election", "--sign-ins", 6, *EARLY)
    assert "6 bulletins pour 12 électeurs" in closed.out
    chain.decrypt()
    parts = ("decryption-1.json", "decryption-2.json")
    command = ("evote", "election", "publish", "election", *parts, "--out", "result")
    # Two lists have the same votes and the same remainder: ages are asked for.
    before = chain.archive.read_bytes()
    refused(chain.run(*command), 1, "égalité entre")
    assert chain.archive.read_bytes() == before
    chain.good(*command, *chain.births())
    return chain


def test_the_verifier_accepts_the_record(finished: Chain) -> None:
    report = json.loads(finished.good("evote-audit", "verify", "election/record", "--json").out)
    assert (report["verdict"], report["profile"], report["state"]) == ("valid", "preau", "tallied")
    assert report["ballots"] == 6


def test_the_result_counts_every_choice(finished: Chain) -> None:
    result = json.loads((finished.folder / "result/result.json").read_bytes())
    jsonschema.validate(result, SCHEMA)
    assert (result["electors"], result["ballots"], result["blank"]) == (12, 6, 1)
    assert result["lists"][0]["votes"] == 3
    assert sum(each["votes"] for each in result["lists"]) == result["valid_votes"] == 5
    assert sum(each["seats"] for each in result["lists"]) == finished.school.seats
    assert len(result["births"]) == 2


def test_the_minutes_name_those_elected(finished: Chain) -> None:
    minutes = (finished.folder / "result/minutes.txt").read_text("utf-8").replace("\u00a0", " ")
    result = json.loads((finished.folder / "result/result.json").read_bytes())
    for each in result["lists"]:
        for name in each["titulaires"]:
            assert name in minutes
    assert all(len(line) <= 80 for line in minutes.split("\n"))


def test_the_record_folder_holds_nothing_private(finished: Chain) -> None:
    record = finished.folder / "election" / "record"
    assert {path.name for path in record.iterdir()} == {
        f"{finished.uuid}.bel",
        "setup-signatures.json",
    }
    data = finished.archive.read_bytes()
    surname = finished.school.lists[0].candidates[0].surname
    assert surname.encode() in data  # candidates are public
    for code in finished.codes():
        assert code.replace(" ", "").encode() not in data


def test_secrets_are_for_their_owner_alone(finished: Chain) -> None:
    of_the_desk = ("desk-sealed", "letters.txt", "reserves.json", "sign-in-numbers.json")
    for name in (*(f"desk/{each}" for each in of_the_desk), "election/roll-sealed.json"):
        assert stat.S_IMODE((finished.folder / name).stat().st_mode) == 0o600


def test_publishing_twice_writes_the_same_result(finished: Chain) -> None:
    before = finished.archive.read_bytes()
    finished.good("evote", "election", "publish", "election", "--out", "again")
    assert finished.archive.read_bytes() == before
    first, second = (finished.folder / name / "result.json" for name in ("result", "again"))
    assert first.read_bytes() == second.read_bytes()


# -------------------------------------------------------------------- a checked ballot


def test_a_checked_ballot_opens_and_can_not_be_cast(at: At) -> None:
    chain = at("open")
    made = chain.make_ballot(chain.codes()[0], "blank", "checked.json", "--check")
    assert made.status == 0
    opened = chain.good("evote-audit", "opened", "checked.json", "--election", chain.archive)
    assert _tracker(made) in opened.out
    alone = chain.good("evote-audit", "opened", "checked.json")
    assert _tracker(made) in alone.out
    assert "L'élection a été prise dans ce fichier même" in alone.out
    refused(chain.record("checked.json"), 1, "ce bulletin est refusé")


def test_a_code_from_a_file_is_the_same_code(at: At) -> None:
    chain = at("open")
    (chain.folder / "code.txt").write_text(chain.codes()[0] + "\n")
    chain.good(
        *("evote", "ballot", "make", "--archive", "election", "--code-file", "code.txt"),
        *("--choice", "blanc", "--out", "ballot.json"),
    )
    assert chain.record("ballot.json").status == 0
    again = chain.record("ballot.json")
    assert again.status == 0
    assert "déjà dans l'urne" in again.out


# -------------------------------------------------------------------- refusals


def test_the_roll_is_settled_before_codes_are_made(at: At) -> None:
    chain = at("ready")
    command = ("evote", "credentials", "make", "onde.csv", "--uuid", chain.uuid, "--out", "other")
    outcome = chain.run(*command, "--passphrase-file", "words")
    refused(outcome, 1, "à régler")
    assert not (chain.folder / "other").exists()


def test_codes_are_never_overwritten(at: At) -> None:
    chain = at("ready")
    before = (chain.folder / "desk" / "letters.txt").read_bytes()
    command = ("evote", "credentials", "make", "onde.csv", "--uuid", chain.uuid, "--settled")
    outcome = chain.run(*command, "--out", "desk", "--passphrase-file", "words")
    refused(outcome, 1, "existe déjà")
    assert (chain.folder / "desk" / "letters.txt").read_bytes() == before


@pytest.mark.parametrize(
    ("changed", "status", "sentence"),
    [
        ({"uuid": "AnotherUuid123"}, 1, ""),
        ({"uuid": "trop court"}, 2, "n'est pas un numéro d'élection"),
        ({"roll": "nowhere.csv"}, 2, "n'existe pas"),
        ({"roll": "desk"}, 2, "dossier"),
        ({"credentials": "desk/reserves.json"}, 2, "n'est pas une liste de codes publics"),
        (
            {"reserves": "desk/public-credentials.json"},
            2,
            "n'est pas la liste des codes de rés",
        ),
        ({"certificates": "certificate-1.json"}, 1, ""),
        ({"ceremony": "ceremony-1.json"}, 1, "il manque le fichier de"),
        ({"ceremony": "key-*.json"}, 2, "pas une signature de la cérémonie"),
        ({"trustees": "certificate-1.json"}, 1, "clés du bureau"),
        ({"out": "config.json"}, 2, "est un fichier, pas un dossier"),
    ],
)
def test_sealing_refuses_what_does_not_fit(
    at: At, changed: dict[str, str], status: int, sentence: str
) -> None:
    chain = at("ready")
    before = sorted(chain.folder.rglob("*"))
    refused(chain.run("evote", *chain.seal_arguments(**changed)), status, sentence)
    assert sorted(chain.folder.rglob("*")) == before


def test_sealing_refuses_a_roll_that_is_not_the_one_of_the_codes(at: At) -> None:
    chain = at("ready")
    lines = chain.school.onde_csv.split(b"\r\n")
    (chain.folder / "onde.csv").write_bytes(b"\r\n".join(lines[:1] + lines[2:]))
    refused(chain.run("evote", *chain.seal_arguments()), 1, "pour une autre liste électorale")


def test_a_name_mended_after_the_letters_were_made_is_not_sealed(at: At) -> None:
    chain = at("ready")
    roll = seal_roll(read_roll(chain.folder / "onde.csv", settled=True).electors)
    first = roll.electors[0]
    text = chain.school.onde_csv.decode("windows-1252")
    # The first of the roll becomes the last: every other elector would have another's code.
    for name in {first.surname, first.surname.upper()}:
        text = text.replace(f";{name};", f";ZZ{name};")
    (chain.folder / "onde.csv").write_bytes(text.encode("windows-1252"))
    mended = seal_roll(read_roll(chain.folder / "onde.csv", settled=True).electors)
    assert len(mended.electors) == len(roll.electors)
    assert mended.electors[0].surname != first.surname
    before = sorted(chain.folder.rglob("*"))
    refused(chain.run("evote", *chain.seal_arguments()), 1, "pour une autre liste électorale")
    assert sorted(chain.folder.rglob("*")) == before


def test_the_mark_of_the_roll_is_not_published(finished: Chain) -> None:
    roll = seal_roll(read_roll(finished.folder / "onde.csv", settled=True).electors)
    assert roll.digest() in (finished.folder / "desk" / "reserves.json").read_text()
    for path in (finished.folder / "election" / "record").iterdir():
        assert roll.digest().encode() not in path.read_bytes()


def test_one_signature_does_not_open_the_vote(at: At) -> None:
    chain = at("sealed")
    chain.good(
        *("evote-tally", "check-setup", "secret-1.key", chain.archive, "--yes"),
        *("--passphrase-file", "words"),
    )
    outcome = chain.run("evote", "election", "open", "election", "setup-signature-1.json")
    refused(outcome, 1, "il en faut 2")
    chain.make_ballot(chain.codes()[0], "blank", "ballot.json")
    refused(chain.record("ballot.json"), 1, "n'a pas été ouvert")


def test_opening_names_who_has_not_signed(at: At) -> None:
    chain = at("sealed")
    opened = chain.open((1, 3))
    assert "Ont signé : Aïcha Ben Ali, Chloé Roy" in opened.out
    assert "N'ont pas signé : Bruno Carré" in opened.out


def test_a_mistyped_code_is_told_with_its_group(at: At) -> None:
    chain = at("open")
    code = chain.codes()[0]
    wrong = code[:9] + ("7" if code[9] != "7" else "8") + code[10:]
    refused(chain.make_ballot(wrong, "blank", "ballot.json"), 1, "le deuxième groupe")
    command = ("evote", "credentials", "check", "--uuid", chain.uuid)
    credentials = ("--credentials", "desk/public-credentials.json")
    refused(chain.run(*command, *credentials, typed=f"{wrong}\n"), 1, "le deuxième groupe")
    assert chain.run(*command, *credentials, typed=f"{code}\n").status == 0
    (chain.folder / "code.txt").write_text(code)
    assert chain.run(*command, *credentials, "--code-file", "code.txt").status == 0
    refused(chain.run(*command, *credentials), 2, "aucun code n'a été donné")


def test_a_code_is_never_taken_from_the_command_line(at: At) -> None:
    # Every user of the computer can read the command line of every process.
    chain = at("open")
    code = chain.codes()[0]
    ballot = ("--archive", "election", "--choice", "blank", "--out", "ballot.json")
    credentials = ("--uuid", chain.uuid, "--credentials", "desk/public-credentials.json")
    for command in (
        ("ballot", "make", *ballot, "--code", code),
        ("ballot", "make", *ballot, code),
        ("credentials", "check", *credentials, "--code", code),
        ("credentials", "check", *credentials, code),
    ):
        refused(chain.run("evote", *command, typed=f"{code}\n"), 2, "argument inconnu")


def test_an_unknown_list_is_refused_with_the_lists(at: At) -> None:
    chain = at("open")
    outcome = chain.make_ballot(chain.codes()[0], "Parents", "ballot.json")
    refused(outcome, 1, "aucune liste ne s'appelle")
    assert chain.school.lists[0].label in outcome.err
    assert not (chain.folder / "ballot.json").exists()


def test_a_vote_is_final_and_ends_at_closing(at: At) -> None:
    chain = at("open")
    label = chain.school.lists[0].label
    first, second = chain.codes()[:2]
    for code, name in ((first, "one"), (first, "two"), (second, "three")):
        assert chain.make_ballot(code, label, f"{name}.json").status == 0
    assert chain.record("one.json").status == 0
    refused(chain.record("two.json"), 1, "un vote est définitif")
    chain.good("evote", "election", "close", "election", *EARLY)
    refused(chain.record("three.json"), 1, "le vote est clos")
    refused(chain.run("evote", "election", "close", "election"), 1, "déjà clos")


@pytest.mark.parametrize(
    ("archive", "sentence"),
    [
        ("nowhere.bel", "n'existe pas"),
        ("desk", "aucune archive"),
        ("onde.csv", "n'est pas l'archive d'une élection"),
    ],
)
def test_what_is_no_archive_is_unreadable(at: At, archive: str, sentence: str) -> None:
    chain = at("open")
    for command in (("close", archive), ("open", archive, "setup-signature-1.json")):
        refused(chain.run("evote", "election", *command), 2, sentence)


def test_a_missing_decryption_is_named(at: At) -> None:
    chain = at("open")
    chain.good("evote", "election", "close", "election", *EARLY)
    chain.run(
        *("evote-tally", "decrypt", "secret-1.key", chain.archive, "--confirm-voters", 0),
        *("--passphrase-file", "words"),
    )
    before = chain.archive.read_bytes()
    command = ("evote", "election", "publish", "election", "decryption-1.json", "--out", "result")
    outcome = chain.run(*command)
    refused(outcome, 1, "il en faut 2")
    assert "Bruno Carré" in outcome.err
    assert chain.archive.read_bytes() == before


def test_the_hours_are_kept_unless_a_reason_is_written_down(at: At) -> None:
    chain = at("ready")
    config = json.loads((chain.folder / "config.json").read_bytes())
    config |= {"opens_at": "2020-10-06T08:00:00Z", "closes_at": "2020-10-09T18:00:00Z"}
    (chain.folder / "config.json").write_text(json.dumps(config), "utf-8")
    chain.seal()
    chain.open()
    before = chain.archive.read_bytes()
    assert chain.make_ballot(chain.codes()[0], "blank", "ballot.json").status == 0
    refused(chain.record("ballot.json"), 1, "ce n'est pas l'heure du vote, annoncé du 6 octobre")
    assert chain.archive.read_bytes() == before
    late = ("evote", "ballot", "record", "--archive", "election", "ballot.json", "--outside-hours")
    refused(chain.run(*late, "deux\nlignes"), 1, "ne peut pas être écrite au procès-verbal")
    assert chain.archive.read_bytes() == before
    assert chain.run(*late, "Panne d'électricité jusqu'à 19 h.").status == 0
    again = chain.record("ballot.json")  # a retry is told so, whatever the hour
    assert (again.status, "déjà dans l'urne" in again.out) == (0, True)
    # After the hours closing needs no reason.
    chain.good("evote", "election", "close", "election")
    (kept,) = (chain.folder / "election" / "outside-hours.txt").read_text("utf-8").splitlines()
    assert "un bulletin présenté hors des heures. Raison : Panne d'électricité" in kept


def test_closing_early_needs_a_reason_that_the_minutes_print(at: At) -> None:
    chain = at("open")
    before = chain.archive.read_bytes()
    refused(chain.run("evote", "election", "close", "election"), 1, "clore plus tôt empêcherait")
    assert chain.archive.read_bytes() == before
    assert not (chain.folder / "election" / "outside-hours.txt").exists()


def test_the_minutes_tell_what_was_done_outside_the_hours(finished: Chain) -> None:
    minutes = " ".join((finished.folder / "result/minutes.txt").read_text("utf-8").split())
    assert "Hors des heures annoncées : Dans l'heure commencée le" in minutes
    assert f"clôture du vote avant l'heure. Raison : {EARLY[1]}" in minutes


def test_words_are_shown_only_once_the_folder_can_be_written(at: At) -> None:
    chain = at("ready")
    command = ("evote", "credentials", "make", "onde.csv", "--uuid", chain.uuid, "--settled")
    outcome = chain.run(*command, "--out", "desk")
    refused(outcome, 1, "existe déjà")
    assert "PHRASE SECRÈTE" not in outcome.out
    shown = chain.good(*command, "--out", "other").out
    assert "elle ferme ce que garde le bureau des codes" in " ".join(shown.split())


def test_a_share_of_another_election_is_set_aside_and_blames_nobody(at: At) -> None:
    chain = at("open")
    chain.good("evote", "election", "close", "election", *EARLY)
    chain.run(
        *("evote-tally", "decrypt", "secret-1.key", chain.archive, "--confirm-voters", 0),
        *("--passphrase-file", "words"),
    )
    share = json.loads((chain.folder / "decryption-1.json").read_bytes())
    share = {**share, "uuid": "AutreVote12345", "owner": 2}
    (chain.folder / "stranger.json").write_text(json.dumps(share, separators=(",", ":")))
    parts = ("decryption-1.json", "stranger.json")
    outcome = chain.run("evote", "election", "publish", "election", *parts, "--out", "result")
    refused(outcome, 1, "il y a 1 part valable, il en faut 2")
    assert "« stranger.json » : elle est faite pour une autre élection" in outcome.out
    assert "une part faite pour cette urne à l'un de : Bruno Carré (n° 2)" in outcome.err


def _tracker(outcome: Outcome) -> str:
    (line,) = (line for line in outcome.out.split("\n") if "Suivi du bulletin" in line)
    return line.split(": ")[1]
