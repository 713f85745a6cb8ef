# SPDX-License-Identifier: AGPL-3.0-or-later
"""§15: a checked ballot that tells the truth is accepted, and every lie in it is found."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from audit import cli
from audit.arithmetic import Q, base_power, divide, element_text, multiply, power
from audit.hashing import joined_scalar
from audit.opened import decode_opened
from audit.strict_json import encode
from audit.trackers import tracker
from tests.unit.audit import peer

ELECTION = peer.election("plain")
ARCHIVE = peer.archive("plain", still_open=True)
RNG = random.Random(15)
Point = bytes


def scalar() -> int:
    return RNG.randrange(Q)


def proof(challenge: int, response: int) -> dict[str, str]:
    return {"challenge": str(challenge), "response": str(response)}


def prove(
    prefix: str, branches: list[tuple[Point, Point]], true: int, secret: int
) -> list[dict[str, str]]:
    """Branches (α, β without its message), of which number ``true`` is (g^r, y^r): §6.2 to §6.4."""
    fakes = [(scalar(), scalar()) for _ in branches]
    nonce, texts = scalar(), []
    for number, ((alpha, beta), (c, s)) in enumerate(zip(branches, fakes, strict=True)):
        A = multiply(base_power(s), power(alpha, c))
        B = multiply(power(ELECTION.key, s), power(beta, c))
        if number == true:
            A, B = base_power(nonce), power(ELECTION.key, nonce)
        texts += [element_text(A), element_text(B)]
    others = sum(c for number, (c, _) in enumerate(fakes) if number != true)
    challenge = (joined_scalar(f"{prefix}|{','.join(texts)}") - others) % Q
    fakes[true] = (challenge, (nonce - secret * challenge) % Q)
    return [proof(c, s) for c, s in fakes]


def checked_ballot(votes: list[int]) -> dict[str, Any]:
    """An honest checked ballot of the peer's election, without a signature."""
    G = base_power(1)
    credential = element_text(base_power(scalar()))
    secrets = [scalar() for _ in votes]
    pairs = [
        (base_power(r), multiply(power(ELECTION.key, r), base_power(m)))
        for r, m in zip(secrets, votes, strict=True)
    ]
    texts = [f"{element_text(a)},{element_text(b)}" for a, b in pairs]
    S0 = f"{ELECTION.fingerprint}|{credential}"
    S = f"{S0}|{','.join(texts)}"
    individual = [
        prove(f"prove|{S0}|{text}", [(a, b), (a, divide(b, G))], m, r)
        for (a, b), text, m, r in zip(pairs, texts, votes, secrets, strict=True)
    ]
    total = pairs[1]
    for a, b in pairs[2:]:
        total = (multiply(total[0], a), multiply(total[1], b))
    of_blank, of_total = secrets[0], sum(secrets[1:]) % Q
    blank = votes[0] == 1
    zero = [pairs[0], total]
    one = [(pairs[0][0], divide(pairs[0][1], G)), (total[0], divide(total[1], G))]
    answer = {
        "choices": [{"alpha": t[:64], "beta": t[65:]} for t in texts],
        "individual_proofs": individual,
        "overall_proof": prove(f"bproof1|{S}", one, not blank, of_total if not blank else of_blank),
        "blank_proof": prove(f"bproof0|{S}", zero, blank, of_total if blank else of_blank),
    }
    ballot = {
        "election_uuid": ELECTION.uuid,
        "election_hash": ELECTION.fingerprint,
        "credential": credential,
        "answers": [answer],
    }
    return {
        "evote_checked_ballot": 1,
        "ballot": ballot,
        "choices": [votes],
        "randomness": [[str(r) for r in secrets]],
    }


def run(capsys: pytest.CaptureFixture[str], path: Path, value: dict[str, Any]) -> tuple[int, str]:
    path.write_bytes(encode(value))
    status = cli.main(["opened", str(path), "--election", str(ARCHIVE), "--lang", "en"])
    captured = capsys.readouterr()
    return status, captured.out + captured.err


@pytest.mark.parametrize(
    ("votes", "label"),
    [([0, 1, 0, 0], "Liste A"), ([0, 0, 0, 1], "Liste C"), ([1, 0, 0, 0], "blank")],
)
def test_an_honest_ballot_is_read_back(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, votes: list[int], label: str
) -> None:
    value = checked_ballot(votes)
    status, text = run(capsys, tmp_path / "b.json", value)
    assert (status, label in text) == (0, True)
    ballot, _, _ = decode_opened(encode(value), ELECTION)
    assert len(ballot.unsigned) > 1000


def test_the_tracker_is_80_bits_in_four_groups() -> None:
    assert tracker("A" * 43) == "0000-0000-0000-0000"
    assert tracker("/" * 42 + "8") == "ZZZZ-ZZZZ-ZZZZ-ZZZZ"
    assert tracker("AAAAAAAAAAAAA" + "B" + "A" * 29) == "0000-0000-0000-0000"
    assert tracker("B" + "A" * 42) == "0G00-0000-0000-0000"


def claim(votes: list[int]) -> Callable[[dict[str, Any]], None]:
    return lambda value: value.update(choices=[votes])


LIES: dict[str, Callable[[dict[str, Any]], None]] = {
    "another choice": claim([0, 0, 1, 0]),
    "two choices": claim([0, 1, 1, 0]),
    "a choice of 2": claim([0, 2, 0, 0]),
    "a choice of true": lambda v: v["choices"][0].__setitem__(1, True),
    "a choice less": claim([0, 1, 0]),
    "another randomness": lambda v: v["randomness"][0].__setitem__(0, "5"),
    "randomness + q": lambda v: v["randomness"][0].__setitem__(
        0, str(int(v["randomness"][0][0]) + Q)
    ),
    "a member more": lambda v: v.update(remark=1),
    "a broken proof": lambda v: v["ballot"]["answers"][0]["overall_proof"].reverse(),
    "another election": lambda v: v["ballot"].update(election_hash="A" * 43),
    "a signed ballot": lambda v: v["ballot"].update(
        signature={"hash": "A" * 43, "proof": proof(1, 1)}
    ),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_is_found(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, lie: Callable[[dict[str, Any]], None]
) -> None:
    value = checked_ballot([0, 1, 0, 0])
    lie(value)
    status, text = run(capsys, tmp_path / "b.json", value)
    assert status == 1
    assert "Traceback" not in text
    assert "keep this file, do not vote with that device" in text.replace("\n", " ")


def said(capsys: pytest.CaptureFixture[str], path: Path, archive: Path) -> tuple[int, str]:
    status = cli.main(["opened", str(path), "--election", str(archive)])
    captured = capsys.readouterr()
    return status, " ".join((captured.out + captured.err).split())


GOOD = encode(checked_ballot([1, 0, 0, 0]))
BALLOT = peer.ballots("plain")[0]
NO_CHECKED_BALLOTS = {
    b"": "ce fichier est vide",
    bytes(range(256)): "ce fichier n'est pas un bulletin contrôlé",
    b"\x89PNG\r\n\x1a\n" + bytes(64): "ce fichier n'est pas un bulletin contrôlé",
    b"c2sp.org/tlog-proof@v1\nextra ": "ce fichier n'est pas un bulletin contrôlé",
    b"[]": "ce fichier n'est pas un bulletin contrôlé",
    b'{"a":1}': "ce fichier n'est pas un bulletin contrôlé",
    GOOD[:-1]: "ce fichier n'est pas un bulletin contrôlé",
    BALLOT: "ce bulletin est chiffré et n'a pas été contrôlé",
    GOOD.replace(b'ballot":1,', b'ballot":2,', 1): "ce bulletin contrôlé vient d'un programme plus"
    " récent (version 2)",
    b'{"evote_checked_ballot":2}': "ce bulletin contrôlé vient d'un programme plus récent",
}


@pytest.mark.parametrize(("data", "sentence"), NO_CHECKED_BALLOTS.items())
def test_what_is_no_checked_ballot_gives_no_verdict(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, data: bytes, sentence: str
) -> None:
    (tmp_path / "b.json").write_bytes(data)
    status, text = said(capsys, tmp_path / "b.json", ARCHIVE)
    assert status == 2
    assert text.startswith(f"Aucun verdict : {sentence}")
    assert "ne votez pas" not in text  # nothing was shown of the device


def test_what_is_no_file_or_no_archive_is_unreadable(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    good = tmp_path / "b.json"
    good.write_bytes(GOOD)
    for path, archive, sentence in (
        (tmp_path / "none", ARCHIVE, "fichier introuvable"),
        (tmp_path, ARCHIVE, "c'est un dossier, pas un fichier"),
        (good, good, "ce n'est pas une archive"),
        (good, tmp_path / "none", "fichier introuvable"),
    ):
        status, text = said(capsys, path, archive)
        assert (status, text[: 16 + len(sentence)]) == (2, f"Aucun verdict : {sentence}")


def test_a_file_written_anew_is_said_to_be_so(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for data in (json.dumps(json.loads(GOOD), indent=1).encode(), GOOD.replace(b",", b", ", 1)):
        (tmp_path / "b.json").write_bytes(data)
        status, text = said(capsys, tmp_path / "b.json", ARCHIVE)
        assert status == 1
        assert text.startswith("Ce fichier a été réécrit")
        assert "conseil : reprenez le fichier tel que l'appareil l'a donné" in text


UNNAMED: dict[str, Any] = {
    "no ballot": {"evote_checked_ballot": 1},
    "a ballot of no election": {"evote_checked_ballot": 1, "ballot": {}},
    "a ballot that is a list": {**checked_ballot([1, 0, 0, 0]), "ballot": []},
    "an election without a number": {"evote_checked_ballot": 1, "ballot": {"election_uuid": ""}},
    "a number for an election": {"evote_checked_ballot": 1, "ballot": {"election_uuid": 7}},
}


@pytest.mark.parametrize("value", UNNAMED.values(), ids=UNNAMED)
@pytest.mark.parametrize("alone", [False, True])
def test_a_file_that_names_no_election_accuses_nobody(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, value: dict[str, Any], *, alone: bool
) -> None:
    path = tmp_path / "b.json"
    path.write_bytes(encode(value))
    given = [] if alone else ["--election", str(ARCHIVE)]
    assert cli.main(["opened", str(path), *given]) == 1
    captured = capsys.readouterr()
    text = " ".join((captured.out + captured.err).split())
    assert text.startswith("Ce fichier ne dit pas de quelle élection il est")
    assert "conseil : reprenez le fichier tel que l'appareil l'a donné" in text
    assert "ne votez pas" not in text


@pytest.mark.parametrize("version", [b"0", b"-1", b"true", b'"1"'])
def test_a_file_whose_version_no_device_writes_was_written_anew(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, version: bytes
) -> None:
    (tmp_path / "b.json").write_bytes(GOOD.replace(b'ballot":1,', b'ballot":%b,' % version, 1))
    status, text = said(capsys, tmp_path / "b.json", ARCHIVE)
    assert status == 1
    assert text.startswith("Ce fichier a été réécrit")
    assert "ne votez pas" not in text


MANGLED = {
    "a newline at the end": GOOD + b"\n",
    "line ends of Windows": GOOD + b"\r\n",
    "a mark of an editor": b"\xef\xbb\xbf" + GOOD,
    "lines before it": b"\r\n\n" + GOOD,
    "all of it": b"\xef\xbb\xbf\r\n" + GOOD + b" \t\r\n\n",
}


@pytest.mark.parametrize("data", MANGLED.values(), ids=MANGLED)
def test_what_mail_and_editors_put_around_it_is_no_fault_of_the_device(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, data: bytes
) -> None:
    (tmp_path / "b.json").write_bytes(data)
    status, text = said(capsys, tmp_path / "b.json", ARCHIVE)
    assert status == 0
    assert "Choix : blanc" in text


def test_another_election_is_said_before_anything_else(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "b.json").write_bytes(json.dumps(json.loads(GOOD), indent=1).encode())
    status, text = said(capsys, tmp_path / "b.json", peer.archive("t35"))
    assert status == 1
    assert text.startswith("Ce bulletin est celui d'une autre élection que cette archive.")


def test_the_words_are_those_of_the_other_commands(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "b.json").write_bytes(GOOD)
    status, text = said(capsys, tmp_path / "b.json", ARCHIVE)
    assert status == 0
    assert text.startswith("Suivi du bulletin : ")
    assert " Choix : blanc Ce bulletin contrôlé contient bien cela" in text
    assert "Question" not in text
