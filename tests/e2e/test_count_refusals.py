# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a trustee refuses to sign, decrypt or combine: §7.13, §11.3, §11.4."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import pytest

from protocol.counting import Count, EncryptedTally
from protocol.decryption import PartialDecryption
from protocol.encoding import encode_json
from protocol.events import EventKind
from protocol.setup_signatures import SetupSignatures
from tally.messages import DecryptionMessage
from tally.read_aloud import words_of_hash
from tests.e2e.bureau import UUID, Bureau
from tests.e2e.refusing import Refused
from tests.simulator import CLOSES_AT, SimulatedElection

At = Callable[[str], Bureau]
TALLY = "EncryptedTally.bel"
VOTES = (0, 1, None, 0, 2)


def decrypting(bureau: Bureau, index: int, archive: str = TALLY) -> list[str]:
    return [*bureau.command("decrypt", index, archive), "--yes"]


def put(bureau: Bureau, name: str, election: SimulatedElection, until: EventKind) -> None:
    (bureau.folder / name).write_bytes(election.archive(until))


def decrypted(bureau: Bureau, *indices: int, archive: str = TALLY) -> Bureau:
    for index in indices:
        assert bureau.run(*decrypting(bureau, index, archive)) == 0
    return bureau


# ------------------------------------------------------------------ before opening


def test_the_set_up_is_not_signed_before_the_ceremony_is(at: At, refused: Refused) -> None:
    bureau = at("key")
    archive = (at("sign").folder / "Setup.bel").read_bytes()
    (bureau.folder / "Setup.bel").write_bytes(archive)
    command = [*bureau.command("check-setup", 1, "Setup.bel"), "--yes"]
    refused(bureau, 1, "pas encore signé la cérémonie", *command)


def test_the_set_up_is_not_signed_twice(at: At, refused: Refused) -> None:
    bureau = at("check-setup")
    (bureau.folder / "setup-signature-1.json").unlink()
    command = [*bureau.command("check-setup", 1, "Setup.bel"), "--yes"]
    refused(bureau, 1, "déjà faite", *command)


def test_the_person_may_say_no(at: At, monkeypatch: pytest.MonkeyPatch, refused: Refused) -> None:
    bureau = at("sign")
    monkeypatch.setattr("tally.console.ask", lambda question: "non")
    refused(bureau, 1, "pas confirmé", *bureau.command("check-setup", 1, "Setup.bel"))


def test_the_election_is_shown_before_the_person_agrees(
    at: At, capsys: pytest.CaptureFixture[str]
) -> None:
    bureau = at("sign")
    assert bureau.run(*bureau.command("check-setup", 1, "Setup.bel"), "--yes") == 0
    shown = capsys.readouterr().out
    for text in ("École Jules Ferry", "FCPE – Aubry F", "6, et 3 codes de réserve", "2 des 3"):
        assert text in shown


@pytest.mark.parametrize(
    ("election", "sentence"),
    [
        (SimulatedElection(), "autre élection (SimuLatedPreau)"),
        (SimulatedElection(uuid=UUID, seed="other"), "pas celles que vous avez signées"),
        (SimulatedElection(uuid=UUID, preau=False), "pas du même genre"),
    ],
    ids=["another election", "other keys under our uuid", "bindings taken away"],
)
def test_another_election_is_not_signed(
    at: At, refused: Refused, election: SimulatedElection, sentence: str
) -> None:
    bureau = at("sign")
    put(bureau, "other.bel", election, EventKind.SETUP)
    command = [*bureau.command("check-setup", 1, "other.bel"), "--yes"]
    refused(bureau, 1, sentence, *command)


# ------------------------------------------------------------------ what is no archive


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "n'est pas l'archive"),
        (b"elector;class\n", "n'est pas l'archive"),
        (b"PK\x03\x04" + bytes(2000), "est abîmé"),
        (b"BELENIOS", "n'est pas l'archive"),
    ],
)
def test_a_file_that_is_no_archive(at: At, refused: Refused, content: bytes, sentence: str) -> None:
    bureau = at("check-setup")
    (bureau.folder / "none.bel").write_bytes(content)
    refused(bureau, 2, sentence, *decrypting(bureau, 1, "none.bel"))


@pytest.mark.parametrize("path", ["missing.bel", "."])
def test_a_path_that_is_no_file(at: At, refused: Refused, path: str) -> None:
    refused(at("check-setup"), 2, path, *decrypting(at("new"), 1, path))


@pytest.mark.parametrize("cut", [700, 20_000, -1])
def test_an_archive_cut_short(at: At, refused: Refused, cut: int) -> None:
    bureau = at("check-setup")
    whole = (bureau.folder / TALLY).read_bytes()
    (bureau.folder / "cut.bel").write_bytes(whole[:cut])
    refused(bureau, 1, "abîmée ou modifiée", *decrypting(bureau, 1, "cut.bel"))


# ------------------------------------------------------------------ before decrypting


def test_nothing_is_decrypted_by_a_key_bound_to_no_election(at: At, refused: Refused) -> None:
    bureau = at("sign")
    refused(bureau, 1, "plus tard", *decrypting(bureau, 1))


@pytest.mark.parametrize(
    ("until", "sentence"),
    [
        (EventKind.SETUP, "n'est pas clos"),
        (EventKind.BALLOT, "n'est pas clos"),
        (EventKind.END_BALLOTS, "pas encore"),
        (EventKind.RESULT, "déjà là"),
        (EventKind.PARTIAL_DECRYPTION, "déjà dans l'archive"),
    ],
)
def test_a_board_in_another_state(
    at: At, refused: Refused, until: EventKind, sentence: str
) -> None:
    bureau = at("check-setup")
    put(bureau, "state.bel", bureau.election((0, 1, None, 0, 1)), until)
    refused(bureau, 1, sentence, *decrypting(bureau, 1, "state.bel"))


@dataclass(frozen=True)
class DamagedTally(SimulatedElection):
    """An election whose organiser wrote another tally or fewer signatures than it must."""

    times: int = 1
    announced: int = 0
    signers: Sequence[int] | None = None

    @cached_property
    def count(self) -> Count:
        count = super().count
        rows = count.encrypted_tally.ciphertexts
        for _ in range(self.times - 1):
            rows = tuple(
                tuple(a * b for a, b in zip(row, true, strict=True))
                for row, true in zip(rows, count.encrypted_tally.ciphertexts, strict=True)
            )
        return replace(
            count,
            encrypted_tally=EncryptedTally(rows),
            num_tallied=count.num_tallied + self.announced,
        )

    @cached_property
    def setup_signatures(self) -> SetupSignatures:
        signed = super().setup_signatures
        if self.signers is None:
            return signed
        kept = tuple(each for each in signed.signatures if each.trustee in self.signers)
        return replace(signed, signatures=kept)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        ({"times": 2}, "le total chiffré n'est pas celui des bulletins (règle §11.2)"),
        ({"announced": 1}, "le total chiffré n'est pas celui des bulletins (règle §11.2)"),
        ({"signers": (1,)}, "pas assez de signatures d'ouverture"),
        ({"signers": ()}, "pas assez de signatures d'ouverture"),
    ],
    ids=["the tally twice", "a ballot too many", "one signature", "no signature"],
)
def test_a_tally_that_is_not_the_box(
    at: At, refused: Refused, damage: dict[str, object], sentence: str
) -> None:
    bureau = at("check-setup")
    election = DamagedTally(
        votes=VOTES,
        uuid=UUID,
        held=bureau.ceremony(),
        **damage,  # type: ignore[arg-type]
    )
    put(bureau, "bad.bel", election, EventKind.ENCRYPTED_TALLY)
    refused(bureau, 1, sentence, *decrypting(bureau, 1, "bad.bel"))


@dataclass(frozen=True)
class SwappedProofs(SimulatedElection):
    """An election into whose box a ballot with another's proofs got."""

    spoiled: int = field(default=1)

    def entries(self, until: EventKind = EventKind.RESULT) -> list[tuple[EventKind, list[bytes]]]:
        found = super().entries(until)
        other = self.cast(self.spoiled, 0, "other")
        own = self.ballots[self.spoiled]
        (answer,), (mine,) = other.unsigned.answers, own.unsigned.answers
        mixed = replace(mine, individual_proofs=answer.individual_proofs)
        unsigned = replace(own.unsigned, answers=(mixed,))
        ballot = replace(own, unsigned=unsigned, signed_hash=unsigned.hash())
        found[1 + self.spoiled] = (EventKind.BALLOT, [ballot.encode()])
        return found


def test_a_box_with_an_unproved_ballot(at: At, refused: Refused) -> None:
    bureau = at("check-setup")
    election = SwappedProofs(votes=VOTES, uuid=UUID, held=bureau.ceremony())
    put(bureau, "bad.bel", election, EventKind.ENCRYPTED_TALLY)
    refused(bureau, 1, "un bulletin ne tient pas (règle §6", *decrypting(bureau, 1, "bad.bel"))


def test_a_board_that_forgot_what_the_key_has_seen(at: At, refused: Refused) -> None:
    bureau = at("sign")
    seeing = [*bureau.command("check-setup", 1, "Ballot.bel"), "--yes"]
    bureau.election(VOTES)
    assert bureau.run(*seeing) == 0
    ceremony = bureau.ceremony()
    shorter = SimulatedElection(votes=VOTES[:2], uuid=UUID, held=ceremony)
    put(bureau, "shorter.bel", shorter, EventKind.ENCRYPTED_TALLY)
    refused(bureau, 1, "plus courte", *decrypting(bureau, 1, "shorter.bel"))
    other = SimulatedElection(votes=(1, *VOTES[1:], 0), uuid=UUID, held=ceremony)
    put(bureau, "changed.bel", other, EventKind.ENCRYPTED_TALLY)
    refused(bureau, 1, "a changé des événements", *decrypting(bureau, 1, "changed.bel"))
    put(bureau, TALLY, bureau.election(VOTES), EventKind.ENCRYPTED_TALLY)
    decrypted(bureau, 1)


def test_a_key_counts_once(at: At, refused: Refused) -> None:
    bureau = at("check-setup")
    election = bureau.election(VOTES)
    decrypted(bureau, 1)
    (bureau.folder / "decryption-1.json").unlink()
    decrypted(bureau, 1)  # the same count again, for whoever lost the file
    fewer = replace(election, votes=(*VOTES, 0), held=bureau.ceremony())
    put(bureau, "second.bel", fewer, EventKind.ENCRYPTED_TALLY)
    (bureau.folder / "decryption-1.json").unlink()
    refused(bureau, 1, "a changé des événements", *decrypting(bureau, 1, "second.bel"))


@pytest.fixture
def said_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tally.console.ask", lambda question: "non")


@pytest.mark.usefixtures("said_no")
def test_who_voted_and_six_words_are_shown_before_the_part_is_made(
    at: At, capsys: pytest.CaptureFixture[str]
) -> None:
    bureau = at("check-setup")
    before = bureau.files()
    shown = set()
    for index in (1, 2):
        capsys.readouterr()
        assert bureau.run(*bureau.command("decrypt", index, TALLY)) == 1
        said = capsys.readouterr()
        assert "5 votants sur 6 électeurs" in said.out
        assert "ATTENTION" not in said.out
        assert "pas confirmé" in said.err
        (words,) = (line.strip() for line in said.out.split("\n") if line.startswith("    "))
        shown.add(words)
    assert bureau.files() == before
    event = bureau.election(VOTES).context.tally_event
    assert shown == {words_of_hash(event)}


@pytest.mark.parametrize(("early", "warned"), [(1, True), (0, False)])
def test_a_box_closed_before_its_time_is_warned_of(
    at: At,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    early: int,
    warned: bool,  # noqa: FBT001
) -> None:
    bureau = at("check-setup")
    monkeypatch.setattr("tally.commands.decrypt.time.time", lambda: CLOSES_AT + 300.0 - early)
    assert bureau.run(*decrypting(bureau, 1)) == 0
    said = capsys.readouterr().out
    assert ("ATTENTION : le vote devait durer jusqu'au" in said) is warned


def test_a_restored_key_says_what_it_has_forgotten(
    at: At, capsys: pytest.CaptureFixture[str]
) -> None:
    bureau = at("check-setup")
    capsys.readouterr()
    assert bureau.run(*bureau.command("paper", 2)) == 0
    lines = [line for line in capsys.readouterr().out.split("\n") if line.startswith("    ")]
    (bureau.folder / "paper").write_text("\n".join(lines))
    (bureau.folder / "secret-2.key").unlink()
    restore = ["restore", "--uuid", UUID, "--archive", TALLY, "--paper-file", "paper"]
    assert bureau.run(*restore, "--passphrase-file", "words") == 0
    assert "a perdu la mémoire" in capsys.readouterr().out


# ------------------------------------------------------------------ few voters


def few(bureau: Bureau) -> list[str]:
    put(bureau, "few.bel", bureau.election(VOTES[:4]), EventKind.ENCRYPTED_TALLY)
    return decrypting(bureau, 1, "few.bel")


@pytest.mark.parametrize("answer", ["", "oui", "5", "04"])
def test_few_voters_must_be_typed(
    at: At, refused: Refused, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    bureau = at("check-setup")
    monkeypatch.setattr("tally.commands.decrypt.ask", lambda question: answer)
    refused(bureau, 1, "pas le nombre de votants", *few(bureau))


def test_few_voters_typed_or_announced(at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    bureau = at("check-setup")
    command = few(bureau)
    monkeypatch.setattr("tally.commands.decrypt.ask", lambda question: "4")
    assert bureau.run(*command) == 0
    (bureau.folder / "decryption-1.json").unlink()
    monkeypatch.setattr("tally.commands.decrypt.ask", lambda question: "")
    assert bureau.run(*command, "--confirm-voters", "4") == 0


def test_a_wrong_announcement_stops(at: At, refused: Refused) -> None:
    bureau = at("check-setup")
    refused(bureau, 1, "4 votants, pas 3", *few(bureau), "--confirm-voters", "3")


# ------------------------------------------------------------------ combining


def test_who_is_missing_is_named(at: At, refused: Refused) -> None:
    bureau = decrypted(at("check-setup"), 2)
    refused(bureau, 1, "1 part valable, il en faut 2", "combine", TALLY, "decryption-2.json")


def test_bad_parts_are_set_aside_and_named(
    at: At, capsys: pytest.CaptureFixture[str], refused: Refused
) -> None:
    bureau = decrypted(at("check-setup"), 1, 3)
    folder = bureau.folder
    message = DecryptionMessage.decode((folder / "decryption-1.json").read_bytes())
    tally = bureau.election(VOTES).count.encrypted_tally
    partial = PartialDecryption.decode(message.decryption, tally)
    forged = replace(partial, bound_proofs=partial.proofs).encode()
    bad = {
        "decryption-2.json": replace(message, owner=2).encode(),
        "decryption-4.json": replace(message, owner=4).encode(),
        "decryption-5.json": b"garbage",
        "decryption-6.json": replace(message, tally_event="0" * 64).encode(),
        "decryption-7.json": replace(message, fingerprint="A" * 43).encode(),
        "decryption-8.json": replace(message, decryption=forged).encode(),
        "decryption-9.json": encode_json({"evote_decryption": 2}),
    }
    for name, data in bad.items():
        (folder / name).write_bytes(data)
    refused(bureau, 1, "1 part valable", "combine", TALLY, "decryption-1.json", *bad)
    capsys.readouterr()
    tie = ["--born", "PEEP=1980-01-01", "--born", "Parents indépendants=1979-12-31"]
    assert bureau.run("combine", TALLY, "decryption-*.json", *tie) == 0
    shown = capsys.readouterr().out
    assert "« decryption-2.json » de Bruno Carré (n° 2) : elle n'est pas valable (règle §" in shown
    assert "« decryption-6.json » de Aïcha Ben Ali (n° 1) : elle est faite pour un autre" in shown
    assert "« decryption-7.json » : elle est faite pour une autre élection" in shown
    assert "« decryption-4.json » : elle se dit du n° 4, et il y a 3 membres" in shown
    for name in bad:
        assert f"Mis de côté : « {name} »" in shown
    assert "Parents indépendants : 1\n    titulaires" in shown


def test_a_tie_asks_for_ages_then_for_lots(at: At, refused: Refused) -> None:
    bureau = decrypted(at("check-setup"), 1, 2)
    command = ["combine", TALLY, "decryption-1.json", "decryption-2.json"]
    refused(bureau, 1, "plus âgé des candidats placés au rang 1", *command)
    same = [f"--born={label}=1980-01-01" for label in ("PEEP", "Parents indépendants")]
    refused(bureau, 1, "tirer au sort", *command, *same)
    refused(bureau, 1, "n'est le nom d'aucune liste", *command, "--born", "PEP=1980-01-01")
    refused(bureau, 2, "n'est pas de la forme", *command, "--born", "PEEP=01/01/1980")
    lots = ["--lot", "Parents indépendants", "--lot", "PEEP"]
    assert bureau.run(*command, *same, *lots) == 0


def test_a_result_is_not_overwritten_nor_half_written(at: At, refused: Refused) -> None:
    bureau = decrypted(at("check-setup"), 1, 2)
    born = [f"--born={label}=19{n}0-01-01" for n, label in ((7, "PEEP"), (8, LABEL))]
    command = ["combine", TALLY, "decryption-1.json", "decryption-2.json", *born]
    refused(bureau, 2, "impossible d'écrire", *command, "--append", "words/x.bel")
    refused(bureau, 1, "existe déjà", *command, "--append", TALLY)
    assert bureau.run(*command) == 0
    refused(bureau, 1, "existe déjà", *command)


LABEL = "Parents indépendants"
