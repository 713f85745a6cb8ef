# SPDX-License-Identifier: AGPL-3.0-or-later
"""§21: each kind of evidence holds if and only if it shows what it says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from audit.evidence import judge_evidence, write_evidence
from audit.evidence_kinds import KINDS, fork_proof
from audit.hashing import sha256_base64
from audit.words import Malformed, Unreadable, Unsupported
from tests.tamper.damage import SCHOOL
from tests.tamper.forge.remake import Forge
from tests.tamper.forge.texts import canonical
from tests.tamper.record import SERVED
from tests.unit.audit.evidence_cases import (
    ELECTION,
    FORK,
    HOLDS,
    NOTHING,
    OBSERVATIONS,
    ROLLBACK,
    begun,
    but,
    changed,
    written,
)
from tests.unit.audit.receipts import KEY, Tell
from tests.unit.audit.test_tree import leaves


@pytest.mark.parametrize("phrase", HOLDS)
def test_what_is_so_holds(phrase: str) -> None:
    kind, members = HOLDS[phrase]
    judged = judge_evidence(written(kind, members))
    assert judged.election.fingerprint == sha256_base64(ELECTION)
    assert judged.held.convicts == (kind not in OBSERVATIONS)
    shuffled = dict(reversed(members.items()))
    assert write_evidence(ELECTION, kind, shuffled) == written(kind, members)


def test_every_kind_is_tried() -> None:
    assert {kind for kind, _ in HOLDS.values()} == set(KINDS)


def test_the_proof_of_a_fork_is_made_from_the_leaves() -> None:
    for n in range(1, 11):
        events = changed(0, n)
        assert fork_proof(leaves(events), 0, n) == fork_proof(leaves(events), n, n) == []
        for m in range(1, n):
            assert fork_proof(leaves(events), m, n) == begun(events, m)


@pytest.mark.parametrize("phrase", NOTHING)
def test_what_is_not_so_shows_nothing(phrase: str, tmp_path: Path, tell: Tell) -> None:
    (tmp_path / "e").write_bytes(written(*NOTHING[phrase]))
    status, out = tell("evidence", tmp_path / "e")
    assert (status, out[:27]) == (1, "Ce fichier ne prouve rien :"), out


def test_what_does_not_hold_is_not_written() -> None:
    with pytest.raises(Malformed):
        write_evidence(ELECTION, "rollback", but(ROLLBACK, second=ROLLBACK["first"]))
    with pytest.raises(RuntimeError):
        write_evidence(ELECTION, "rollback", FORK)


OTHERS: dict[str, bytes] = {
    "an election of version 1": Forge(SCHOOL, until="Setup").make().datum("Setup", 0).content,
    "an election without bindings": canonical(
        {k: v for k, v in json.loads(ELECTION).items() if k != "evote"}
    ),
    "an election that is not canonical": ELECTION.replace(b":", b": ", 1),
    "no election": b"{}",
    "the election of other keys": Forge(replace(SERVED, uuid="AnotherEleCtion"), until="Setup")
    .make()
    .datum("Setup", 0)
    .content,
    "a key with another identifier": ELECTION.replace(KEY.id.hex().encode(), b"00000000"),
}


@pytest.mark.parametrize("phrase", OTHERS)
def test_evidence_is_about_an_election_on_a_server(phrase: str) -> None:
    with pytest.raises(Malformed):
        judge_evidence(written("fork", FORK, OTHERS[phrase]))


UNREADABLE: dict[str, bytes] = {
    "nothing": b"",
    "text": b"x",
    "a list": b"[]",
    "another object": b"{}",
    "a receipt": b"c2sp.org/tlog-proof@v1\n",
    "more than 4 MiB": written("fork", FORK) + b" " * 2**22,
    "a later version": written("fork", FORK).replace(b'evidence":1', b'evidence":2'),
}


@pytest.mark.parametrize("phrase", UNREADABLE)
def test_what_is_no_evidence_gives_no_verdict(phrase: str, tmp_path: Path, tell: Tell) -> None:
    with pytest.raises((Unreadable, Unsupported)):
        judge_evidence(UNREADABLE[phrase])
    (tmp_path / "e").write_bytes(UNREADABLE[phrase])
    assert tell("evidence", tmp_path / "e")[0] == 2


def test_another_writing_shows_nothing() -> None:
    for data in (
        written("fork", FORK).replace(b'":1', b'": 1'),
        written("fork", FORK) + b"\n",
        written("fork", FORK).replace(b'evidence":1', b'evidence":0'),
        written("fork", FORK).replace(b'evidence":1', b'evidence":true'),
    ):
        with pytest.raises(Malformed):
            judge_evidence(data)


def test_what_an_editor_puts_around_it_is_taken_off(tmp_path: Path, tell: Tell) -> None:
    data = written("fork", FORK)
    (tmp_path / "e").write_bytes(data)
    as_written = tell("evidence", tmp_path / "e")
    assert as_written[0] == 0
    value = json.loads(data)
    viewed = json.dumps(value, indent=2), json.dumps(value)
    for edited in (
        *(data + b"\n", data + b"\r\n", b"\xef\xbb\xbf" + data, b"\n" + data + b" \n"),
        *(each.encode("ascii") for each in viewed),  # with escapes
    ):
        (tmp_path / "e").write_bytes(edited)
        assert tell("evidence", tmp_path / "e") == as_written
    (tmp_path / "e").write_text(json.dumps(value, sort_keys=True))
    assert tell("evidence", tmp_path / "e")[0] == 1


def test_the_two_sorts_are_told_apart(tmp_path: Path, tell: Tell) -> None:
    for kind, members in dict(HOLDS.values()).items():
        (tmp_path / "e").write_bytes(written(kind, members))
        status, out = tell("evidence", tmp_path / "e")
        assert status == 0
        assert f"Empreinte : {sha256_base64(ELECTION)}" in out
        assert "comparez cette empreinte" in out
        if kind in OBSERVATIONS:
            assert out.startswith("Ce constat est en règle ; il repose sur la parole de qui l'a")
            assert "Vu par : « FCPE 35 », le 10 octobre 2026" in out
        else:
            assert out.startswith("Cette preuve tient, si l'empreinte ci-dessous est celle de")
            assert "avec une autre empreinte, il n'accuse personne" in out
            assert "se suffit" not in out
        assert tell("evidence", tmp_path / "e", "--lang", "en")[0] == 0


BY_ELECTION = ("oversized", "promise-beyond")


def test_whoever_knows_the_fingerprint_is_told_whether_it_is_this_election(
    tmp_path: Path, tell: Tell
) -> None:
    own = sha256_base64(ELECTION)
    for kind, members in dict(HOLDS.values()).items():
        (tmp_path / "e").write_bytes(written(kind, members))
        status, out = tell("evidence", tmp_path / "e", "--fingerprint", own)
        assert status == 0
        assert "comparez" not in out
        if kind not in OBSERVATIONS:
            assert out.startswith("Cette preuve tient : elle convainc le serveur de faute.")
            assert "ce fichier se suffit à lui-même" in out
        status, out = tell("evidence", tmp_path / "e", "--fingerprint", "A" * 43)
        assert status == 1
        assert "parle d'une autre élection" in out


@pytest.mark.parametrize("kind", BY_ELECTION)
def test_what_an_edited_election_would_forbid_is_no_fault_of_the_true_one(
    kind: str, tmp_path: Path, tell: Tell
) -> None:
    """The server's own checkpoint, or promise, with an election of fewer electors or earlier."""
    value = json.loads(ELECTION)
    value["evote"] |= {"electors": 1, "reserves": []} if kind == "oversized" else {}
    if kind == "promise-beyond":
        value["evote"] |= {"opens_at": 1_000_000_000, "closes_at": 1_000_100_000}
    forged = canonical(value)
    members = dict(HOLDS.values())[kind]
    data = canonical({"evote_evidence": 1, "election": forged.decode(), "kind": kind, **members})
    (tmp_path / "e").write_bytes(data)
    _, out = tell("evidence", tmp_path / "e")
    assert out.startswith("Cette preuve tient, si l'empreinte ci-dessous est celle de")
    assert tell("evidence", tmp_path / "e", "--fingerprint", sha256_base64(ELECTION))[0] == 1
