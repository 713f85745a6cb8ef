# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whole ceremonies and counts through the real command, by files alone: docs/trustees.md."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from protocol.board import read_board
from protocol.board_checks import verify_board
from protocol.events import BoardState
from protocol.secret import Secret
from tally.assembly import assemble_setup_signatures
from tally.count import verify_seats
from tally.keyfile import load_keyfile
from tests.ceremonies import NAMES
from tests.e2e.bureau import STEPS, WORDS, Bureau, new_bureau

TOP = Path(__file__).parents[2]
BOARD_RESULT = json.loads((TOP / "docs/schemas/board-result.schema.json").read_text("utf-8"))

At = Callable[[str], Bureau]
VOTES = (0, 1, None, 0, 1)


@pytest.mark.parametrize(
    ("size", "threshold", "present"), [(3, 2, (1, 3)), (5, 3, (5, 2, 3))], ids=["2of3", "3of5"]
)
def test_a_bureau_makes_its_key_opens_and_counts(
    tmp_path: Path, size: int, threshold: int, present: tuple[int, ...]
) -> None:
    bureau = new_bureau(tmp_path / "bureau", size, threshold)
    for step in STEPS:
        bureau.everybody(step)
    election = bureau.election(VOTES)

    for index in range(1, size + 1):
        assert bureau.run(*bureau.command("check-setup", index, "Setup.bel"), "--yes") == 0
    signed = assemble_setup_signatures(
        election.trustees, election.statement, bureau.read("setup-signature"), NAMES
    )
    assert [each.trustee for each in signed.signatures] == list(range(1, size + 1))

    for index in present:
        assert bureau.run(*bureau.command("decrypt", index, "EncryptedTally.bel"), "--yes") == 0
    parts = [f"decryption-{index}.json" for index in present]
    assert bureau.run("combine", "EncryptedTally.bel", *parts, "--append", "final.bel") == 0

    with (bureau.folder / "final.bel").open("rb") as stream:
        board = read_board(stream)
        verify_board(board)
    assert board.state is BoardState.TALLIED
    assert board.result is not None
    assert board.result.votes == ((1, 2, 2, 0),)
    written = (bureau.folder / "board-result.json").read_bytes()
    assert board.result.encode() == written
    jsonschema.validate(json.loads(written), BOARD_RESULT)
    assert [each.owner for each in board.partial_decryptions] == sorted(present)
    verify_seats(election.bindings, board.result)
    grown = (bureau.folder / "final.bel").read_bytes()
    assert grown.startswith((bureau.folder / "EncryptedTally.bel").read_bytes())


def test_all_members_build_the_same_bytes_and_read_the_same_words(
    at: At, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    bureau = at("key")
    seen: set[str] = set()
    built: set[bytes] = set()
    for index in (1, 2, 3):
        folder = tmp_path / str(index)
        folder.mkdir()
        capsys.readouterr()
        assert bureau.step("sign", index, out=str(folder)) == 0
        lines = capsys.readouterr().out.split("\n")
        seen.update(line.strip() for line in lines if line.startswith("    ") and line.strip())
        built.add((folder / "trustees.json").read_bytes())
        said = "\n".join(lines)
        assert said.index("à voix haute") < said.index("Écrit : ")
        assert "seulement quand tous les membres ont lu les mêmes mots de contrôle" in said
    assert len(built) == 1
    assert len([words for words in seen if len(words.split()) == 6]) == 1


def test_no_secret_is_in_what_travels(stages: dict[str, Bureau]) -> None:
    travelling = b"".join(
        data
        for stage in stages.values()
        for name, data in stage.files().items()
        if name.endswith(".json")
    )
    for index in (1, 2, 3):
        first = load_keyfile(stages["certificate"].folder / f"secret-{index}.key", Secret(WORDS))
        last = load_keyfile(stages["sign"].folder / f"secret-{index}.key", Secret(WORDS))
        assert first.coefficients is not None
        assert last.decryption_key is not None
        secrets = [first.seed.reveal(), last.decryption_key.reveal().encode()]
        secrets += [each.encode() for each in first.coefficients.reveal()]
        for secret in secrets:
            assert secret.encode() not in travelling


def test_the_key_file_is_private_and_named_at_every_step(stages: dict[str, Bureau]) -> None:
    for stage in ("certificate", "polynomial", "key", "sign", "check-setup"):
        path = stages[stage].folder / "secret-1.key"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.read_bytes().startswith(b"EVOTE-TRUSTEE-SECRET-1 ")


def test_every_step_names_the_next(at: At, capsys: pytest.CaptureFixture[str]) -> None:
    following = {"certificate": "polynomial", "polynomial": "key", "key": "sign"}
    for step, after in following.items():
        bureau = at("new" if step == "certificate" else STEPS[STEPS.index(step) - 1])
        assert bureau.step(step, 1) == 0
        assert f"evote-tally {after} secret-1.key" in capsys.readouterr().out


def test_a_lost_key_comes_back_from_paper(at: At, capsys: pytest.CaptureFixture[str]) -> None:
    bureau = at("sign")
    capsys.readouterr()
    assert bureau.run(*bureau.command("paper", 2)) == 0
    printed = [line for line in capsys.readouterr().out.split("\n") if line.startswith("    ")]
    (bureau.folder / "paper").write_text("\n".join(printed))
    (bureau.folder / "secret-2.key").unlink()
    restore = ["restore", "--uuid", "BureauDePreau1", "--archive", "EncryptedTally.bel"]
    restore += ["--paper-file", "paper", "--passphrase-file", "words"]
    assert bureau.run(*restore) == 0
    assert bureau.run(*restore) == 1  # the key file is there already
    assert bureau.run(*bureau.command("check-setup", 2, "EncryptedTally.bel"), "--yes") == 0
    assert not (bureau.folder / "setup-signature-2.json").exists()  # voting has begun
    assert bureau.run(*bureau.command("decrypt", 2, "EncryptedTally.bel"), "--yes") == 0
    (bureau.folder / "paper").write_text("\n".join(printed).replace("1", "2").replace("A", "B"))
    capsys.readouterr()
    assert bureau.run(*restore) == 1
    assert "faute de frappe : ligne" in capsys.readouterr().err


@pytest.mark.parametrize("stage", ["certificate", "polynomial", "key", "sign", "check-setup"])
def test_a_lost_file_is_written_again_to_the_byte(at: At, stage: str) -> None:
    bureau = at(stage)
    (bureau.folder / "lost").mkdir()
    assert bureau.run("resend", "secret-2.key", "--passphrase-file", "words", "--out", "lost") == 0
    again = {path.name: path.read_bytes() for path in (bureau.folder / "lost").iterdir()}
    last = {"sign": "ceremony", "check-setup": "setup-signature"}.get(stage, stage)
    assert f"{last}-2.json" in again
    assert again.items() <= bureau.files().items()
    if stage != "check-setup":
        assert {f"{step}-2.json" for step in STEPS[: STEPS.index(stage) + 1]} <= {
            name.replace("ceremony", "sign") for name in again
        }


def test_words_can_be_changed(at: At) -> None:
    bureau = at("key")
    (bureau.folder / "new-words").write_text("jardin lune papaye tulipe")
    changing = bureau.command("passphrase", 1)
    assert bureau.run(*changing, "--new-passphrase-file", "new-words") == 0
    assert bureau.run(*changing, "--new-passphrase-file", "new-words") == 1
    (bureau.folder / "words").write_text("jardin lune papaye tulipe")
    assert bureau.step("sign", 1) == 0


def test_show_says_the_exact_step_once_the_key_is_opened(at: At) -> None:
    words = ("--passphrase-file", "words")
    for stage, clear, exact, following in (
        ("certificate", "étape 1 faite", "étape 1 faite", "evote-tally polynomial"),
        ("polynomial", "étape 2 faite", "étape 2 faite", "evote-tally key"),
        ("key", "étape 3 faite", "étape 3 faite", "evote-tally sign"),
        ("sign", "et peut-être l'étape 4", "étape 4 faite", "evote-tally check-setup"),
        ("check-setup", "étape 5 faite", "étape 5 faite", "evote-tally decrypt"),
    ):
        bureau = at(stage)
        said = bureau.process("show", "secret-1.key").out
        assert clear in said, stage
        assert "--open" in said
        opened = bureau.process("show", "secret-1.key", "--open", *words).out
        assert f"État      : {exact}" in opened, stage
        assert "peut-être" not in opened
        assert "Suite     : " in opened
        assert following in opened, stage


def test_six_words_are_drawn_and_shown_once(at: At) -> None:
    bureau = at("new")
    command = [each for each in bureau.command("certificate", 1) if each != "--passphrase-file"]
    command.remove("words")
    done = bureau.process(*command)
    assert done.status == 0
    words = next(line for line in done.out.split("\n") if line.startswith("    ")).strip()
    assert len(words.split()) == 6
    polynomial = ["polynomial", "secret-1.key", "certificate-1.json"]
    opened = bureau.process(*polynomial, stdin=f"{words}\n")
    assert "il manque le fichier" in opened.err  # the words were right, two members are missing
    assert "pas la bonne phrase secrète" in bureau.process(*polynomial, stdin="abeille\n").err


def test_what_is_no_longer_needed_is_forgotten(stages: dict[str, Bureau]) -> None:
    memories = {
        stage: load_keyfile(stages[stage].folder / "secret-1.key", Secret(WORDS)) for stage in STEPS
    }
    assert memories["polynomial"].coefficients is not None
    assert memories["key"].coefficients is None
    assert len(memories["key"].polynomials) == 3
    for text, message in zip(
        memories["key"].polynomials, stages["key"].read("polynomial").values(), strict=True
    ):
        assert len(text) < len(message) / 3  # no share of anybody, and no polynomial
    assert memories["sign"].polynomials == memories["sign"].certificates == ()
    assert memories["sign"].voutput is None
