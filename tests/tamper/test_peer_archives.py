# SPDX-License-Identifier: AGPL-3.0-or-later
"""Archives made by the peer, changed by whoever keeps the file; and the command's exit status."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.cli import main
from tests.tamper.damage import SCHOOL, Damage, Table, assert_noticed, said
from tests.tamper.forge.remake import Forge
from tests.tamper.surgery import Archive
from tests.tamper.touches import change, drop, put, spaced, swap, twice, with_member
from tests.tamper.verifier import verify

ARCHIVES = Path(__file__).parent.parent / "vectors" / "peer"
Operation = Callable[[Archive], object]


def peer_archive(folder: str) -> Archive:
    (path,) = (ARCHIVES / folder).glob("*.bel")
    return Archive.read(path.read_bytes())


def changed(folder: str, fails: str, not_reached: str, operation: Operation) -> Damage:
    def make() -> bytes:
        archive = peer_archive(folder)
        operation(archive)
        return archive.repair().write()

    return Damage(make, fails, not_reached)


def datum(kind: str, place: int, touch: Callable[..., object], number: int = 0) -> Operation:
    return lambda archive: archive.datum(kind, place, number).edit(touch)


def as_bytes(kind: str, place: int, writing: Callable[..., bytes]) -> Operation:
    def operation(archive: Archive) -> None:
        member = archive.datum(kind, place)
        member.content = writing(member.value)

    return operation


def without(kind: str, number: int) -> Operation:
    return lambda archive: archive.remove(archive.entry(kind, number))


def again(kind: str, number: int, before: str) -> Operation:
    def operation(archive: Archive) -> None:
        copies = [member.copy() for member in archive.entry(kind, number)]
        archive.insert_before(before, copies)

    return operation


TABLE: Table = {
    "a ballot left out": changed("plain", "C18", "C23", without("Ballot", 4)),
    "a ballot again": changed("plain", "C16", "", again("Ballot", 2, "EndBallots")),
    "a ballot of another election": changed(
        "plain",
        "C13",
        "C18 C23",
        lambda archive: setattr(
            archive.datum("Ballot"), "content", peer_archive("t35").datum("Ballot").content
        ),
    ),
    "two choices of a ballot exchanged": changed(
        "multi", "C14 C15 C18", "C23", datum("Ballot", -1, swap("answers", 1, "choices", 0, 1))
    ),
    "the answers of a ballot exchanged": changed(
        "multi", "C13", "C18 C23", datum("Ballot", -1, swap("answers", 0, 1))
    ),
    "a credential left out": changed(
        "plain", "C14", "", datum("Setup", 2, lambda c: c[:2] + c[3:])
    ),
    "another name of the election": changed(
        "plain", "C13 C20 C22", "C18 C23", datum("Setup", 0, put("name", "Autre"))
    ),
    "one ballot more in the number": changed(
        "server", "C18", "C23", datum("EncryptedTally", -1, put("num_tallied", 10))
    ),
    "the mandatory trustee's decryption left out": changed(
        "server", "C22", "C23", without("PartialDecryption", 0)
    ),
    "one of the threshold's decryptions left out": changed(
        "t35", "C22", "C23", without("PartialDecryption", 1)
    ),
    "two factors exchanged": changed(
        "t35",
        "C20 C22",
        "C23",
        datum("PartialDecryption", 0, swap("decryption_factors", 0, 0, 1)),
    ),
    "a decryption again": changed("plain", "C19", "", again("PartialDecryption", 0, "Result")),
    "a vote moved": changed(
        "plain", "C23", "", datum("Result", -1, put("result", 0, [3, 3, 2, 1]))
    ),
    "a vote moved in the second question": changed(
        "multi", "C23", "", datum("Result", -1, swap("result", 1, 0, 1))
    ),
    "a threshold lowered": changed(
        "t35", "C07", "C08 C19..C20 C22..C23", datum("Setup", 1, put(0, 1, "threshold", 2))
    ),
    "a certificate left out": changed(
        "plain", "C07", "C08 C19..C20 C22..C23", datum("Setup", 1, drop(0, 1, "certs", 2))
    ),
    "a key twice in the result": changed("plain", "C23", "", as_bytes("Result", -1, twice)),
}

# What the plain profile ignores, as the peer does (§14).
IGNORED: dict[str, Operation] = {
    "a member more in the result": datum("Result", -1, with_member),
    "a member more in a partial decryption": datum("PartialDecryption", 0, with_member),
    "a member more in the size": datum("EncryptedTally", -1, with_member),
    "a name on a verification key": datum(
        "Setup", 1, put(0, 1, "verification_keys", 0, "name", "Anne")
    ),
    "a member more in a proof": datum(
        "PartialDecryption", 0, change("decryption_proofs", 0, 0, with_member)
    ),
    "white space after the result": as_bytes("Result", -1, spaced),
    "a user name beside a credential": datum("Setup", 2, change(0, lambda c: f"{c},,anne")),
}


@pytest.mark.parametrize("phrase", TABLE)
def test_the_intended_check_alone_notices(phrase: str) -> None:
    assert_noticed(TABLE[phrase])


@pytest.mark.parametrize("phrase", IGNORED)
def test_what_the_peer_ignores_is_no_fault(phrase: str) -> None:
    archive = peer_archive("plain")
    IGNORED[phrase](archive)
    assert said(verify(archive.repair().write())) == (0, [], [])


# ------------------------------------------------------------------ the command

COMMANDS: dict[str, tuple[Callable[[], bytes], list[str], int, str]] = {
    "ours": (lambda: Forge(SCHOOL).archive(), [], 0, "valid"),
    "ours, required": (lambda: Forge(SCHOOL).archive(), ["--require", "preau"], 0, "valid"),
    "theirs": (lambda: peer_archive("plain").write(), [], 0, "valid"),
    "theirs, ours required": (
        lambda: peer_archive("plain").write(),
        ["--require", "preau"],
        1,
        "invalid",
    ),
    "a vote moved": (TABLE["a vote moved"].make, [], 1, "invalid"),
    "no archive": (lambda: b"PDF", [], 2, "unreadable"),
    "another group": (
        lambda: Forge(SCHOOL, {"election": put("group", "RFC3526-2048")}).archive(),
        [],
        2,
        "unreadable",
    ),
}


@pytest.mark.parametrize("phrase", COMMANDS)
def test_the_command_says_it_by_its_exit_status(
    phrase: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, options, status, verdict = COMMANDS[phrase]
    path = tmp_path / "election.bel"
    path.write_bytes(make())
    assert main(["verify", str(path), "--json", "--jobs", "1", *options]) == status
    assert json.loads(capsys.readouterr().out)["verdict"] == verdict
