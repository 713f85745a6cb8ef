# SPDX-License-Identifier: AGPL-3.0-or-later
"""One election from sealing to result: a server in another process, parents at real browsers,
members with ``evote-tally``, and at the end both verifiers, ours and the peer's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from evote.cli import main as evote
from evote.clock import system_clock
from evote.credentials.desk import codes_by_elector
from evote.demo.place import Pins, Place, organiser_of
from evote.demo.preparing import Prepared, SealedElection, prepare, seal
from evote.demo.serving import free_address, serving
from evote.web.booth import booth_files
from protocol.codes import encode_code
from setup.fetch_peer import fetch_peer
from tally.boards import opened_board
from tally.cli import main as evote_tally
from tests.e2e.browser.conftest import a_phone, whole
from tests.e2e.browser.parent import Person, reads
from tests.interop.peer import Peer
from tests.interop.verdicts import ours_accepts, peer_accepts

ELECTORS = 13
# The place of a list, or None for blank; the thirteenth parent comes too late.
CHOICES = (0, 1, 0, None, 0, 0, 1, 0, 0, None, 1, 0)
PATIENCE, USUAL_PATIENCE = 30_000, 5_000  # milliseconds; a laptop may be busy
LATE = 13


@dataclass
class Day:
    """The school's election on its server; electors are counted from 1, as on the roll."""

    folder: Path
    place: Place
    prepared: Prepared
    sealed: SealedElection
    pins: Pins
    chromium: Browser

    @property
    def uuid(self) -> str:
        return self.prepared.uuid

    @property
    def page(self) -> str:
        return f"{self.place.url}/e/{self.uuid}"

    def code(self, elector: int) -> str:
        return encode_code(codes_by_elector(self.sealed.codes)[elector]).reveal()

    def link(self, elector: int) -> str:
        return f"{self.place.url}/v/{self.uuid}#{self.code(elector)}"

    def choice(self, elector: int) -> str:
        choice = CHOICES[elector - 1]
        return "Vote blanc" if choice is None else self.prepared.school.lists[choice].label

    @contextmanager
    def parent(self, elector: int) -> Iterator[Person]:
        """This elector, with a phone and the letter."""
        with a_phone(self.chromium, PATIENCE) as page:
            yield Person(page, self.link(elector), self.pins[elector].reveal())

    def ballots(self) -> int:
        """How many are on the public board."""
        listed = httpx2.get(f"{self.place.url}/api/elections/{self.uuid}/ballots", timeout=60)
        return len(listed.json()["ballots"])

    def download(self, name: str, what: str = "record") -> Path:
        """Fetch the record or the archive as anybody does."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(httpx2.get(f"{self.page}/{what}", timeout=60).raise_for_status().content)
        return path

    def member(self, number: int, command: str, record: Path, *more: str) -> str:
        """Let a member run a command of ``evote-tally`` on a record; return the file it made."""
        member = self.sealed.committee.members[number - 1]
        words = self.folder / f"words-{number}"
        words.write_text(member.passphrase.reveal())
        arguments = [command, str(member.keyfile), str(record), *more]
        arguments += ["--out", str(self.folder), "--passphrase-file", str(words)]
        assert evote_tally(arguments) == 0
        kind = {"check-setup": "setup-signature", "decrypt": "decryption"}[command]
        return str(self.folder / f"{kind}-{number}.json")


@pytest.fixture
def day(tmp_path: Path, chromium: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[Day]:
    """An election that is sealed and on its server; the environment names that server."""
    place = Place(tmp_path / "server", free_address())
    place.make()
    expect.set_options(timeout=PATIENCE)
    for name, value in place.environment().items():
        monkeypatch.setenv(name, value)
    prepared = prepare(tmp_path, "election day", ELECTORS)
    with ExitStack() as stack:
        stack.enter_context(serving(place))
        with organiser_of(place) as organiser:
            now = system_clock()
            server = organiser.draft(prepared, now, booth_files)
            sealed = seal(tmp_path, prepared, now, server, lambda *_: None)
            pins = organiser.host(tmp_path, prepared, sealed, lambda *_: None)
        browser = stack.enter_context(whole(chromium))
        yield Day(tmp_path, place, prepared, sealed, pins, browser)
    expect.set_options(timeout=USUAL_PATIENCE)


@pytest.fixture
def peer() -> Peer:
    return Peer(fetch_peer())


@pytest.mark.interop
def test_an_election_from_sealing_to_the_result_that_both_verifiers_accept(
    day: Day, peer: Peer
) -> None:
    members_sign_and_the_vote_opens(day)
    for elector in range(1, LATE):
        VOTERS.get(elector, votes)(day, elector)
        assert day.ballots() == elector
    late_parents_are_told(day)
    count(day)
    result = the_page_shows_the_result(day)
    both_verifiers_accept(day, peer, result)


# ------------------------------------------------------------------- opening


def members_sign_and_the_vote_opens(day: Day) -> None:
    record, booth = day.download("sealed.zip"), day.folder / "booth"
    with day.parent(1) as early:
        early.page.goto(early.link)
        early.sees("Le vote n’est pas encore ouvert")
    binding = day.sealed.election.evote
    assert binding is not None
    assert binding.server is not None
    for file in binding.server.booth:
        path = booth.joinpath(*file.path.strip("/").split("/"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(httpx2.get(day.place.url + file.path, timeout=60).content)
    signed = [
        day.member(number, "check-setup", record, "--yes", "--booth", str(booth))
        for number in (1, 3)
    ]
    assert evote(["election", "start", day.uuid, *signed]) == 0


# ------------------------------------------------------------------- voting


def votes(day: Day, elector: int) -> None:
    with day.parent(elector) as parent:
        parent.vote(day.choice(elector))


def checks_and_votes(day: Day, elector: int) -> None:
    with day.parent(elector) as parent:
        tried = parent.open_letter().sign_in().choose(day.choice(elector)).seal()
        parent.page.get_by_text("Je veux d’abord vérifier l’appareil").click()
        parent.press("Ouvrir cette enveloppe pour vérifier")
        with parent.page.expect_download() as download:
            parent.page.get_by_role("link", name="Enregistrer le fichier").click()
        file = day.folder / "essai.json"
        download.value.save_as(file)
        its_page_shows_what_it_holds(day, file, tried, day.choice(elector))
        parent.press("Continuer et voter")
        parent.sees("Votre bulletin est prêt, mais pas encore déposé")
        assert parent.tracker() != tried
        parent.cast()
        parent.sees("Votre vote est enregistré")


def its_page_shows_what_it_holds(day: Day, file: Path, tracker: str, choice: str) -> None:
    with a_phone(day.chromium, PATIENCE) as other:
        other.goto(f"{day.page}/check")
        other.get_by_label("Fichier du bulletin d’essai").set_input_files(file)
        other.get_by_role("heading", name="Ce bulletin d’essai est bien fait").wait_for()
        assert choice in other.inner_text("main")
        assert tracker in other.inner_text("main")


def without_javascript_then_on_the_tablet(day: Day, elector: int) -> None:
    context = day.chromium.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    page.goto(day.link(elector))
    reads(page, "Vous pouvez quand même voter")
    reads(page, "une tablette à la disposition")
    context.close()
    votes(day, elector)  # on the school's tablet


def loses_the_network(day: Day, elector: int) -> None:
    tries: list[bytes | None] = []

    def lose_the_first_answer(route: Route) -> None:
        tries.append(route.request.post_data_buffer)
        if len(tries) > 1:
            route.continue_()
        else:
            route.fetch(timeout=PATIENCE)  # it arrives, and its answer does not
            route.abort()

    with day.parent(elector) as parent:
        parent.page.route("**/cast", lose_the_first_answer)
        parent.open_letter().sign_in().choose(day.choice(elector)).seal()
        parent.cast()
        parent.reads("nous ne savons pas encore")
        parent.press("Essayer maintenant")
        parent.sees("Votre vote est enregistré")
    assert len(tries) == 2
    assert len(set(tries)) == 1


def presses_twice(day: Day, elector: int) -> None:
    with day.parent(elector) as parent:
        parent.open_letter().sign_in().choose(day.choice(elector)).seal()
        button = parent.page.get_by_role("button", name="Déposer mon bulletin")
        button.evaluate("button => { button.click(); button.click(); }")
        parent.sees("Votre vote est enregistré")


def mistypes(day: Day, elector: int) -> None:
    code = day.code(elector)
    first = code.split("-")[0]
    wrong = ("0" if first[0] != "0" else "1") + first[1:]
    with day.parent(elector) as parent:
        parent.page.goto(parent.link.partition("#")[0])
        parent.press("Commencer")
        field = parent.page.get_by_label("Recopiez ce code")
        field.fill(code.replace(first, wrong, 1))
        parent.press("Continuer")
        parent.reads("Une faute de frappe dans le groupe 1")
        field.fill(code.lower())
        parent.press("Continuer")
        parent.sees("Vos chiffres secrets")
        right, parent.pin = parent.pin, "000000" if parent.pin != "000000" else "000001"
        parent.sign_in().reads("ne vont pas ensemble")
        parent.pin = right
        parent.sign_in().choose(day.choice(elector)).seal()
        parent.cast()
        parent.sees("Votre vote est enregistré")


VOTERS: dict[int, Callable[[Day, int], None]] = {
    2: checks_and_votes,
    4: without_javascript_then_on_the_tablet,
    6: loses_the_network,
    8: presses_twice,
    10: mistypes,
}


# ------------------------------------------------------------------- closing and counting


def late_parents_are_told(day: Day) -> None:
    """One had a ballot ready; afterwards the letters say whether their code was used."""
    with day.parent(LATE) as late:
        late.open_letter().sign_in().choose(day.choice(1)).seal()
        assert evote(["election", "finish", day.uuid, "--yes"]) == 0
        late.cast()
        late.sees("Le vote est clos")
        late.reads("Votre bulletin n’est pas enregistré")
    for elector, words in ((LATE, "Non : aucun bulletin"), (1, "Oui : un bulletin")):
        with day.parent(elector) as parent:
            parent.page.goto(parent.link)
            parent.press("Savoir")
            parent.reads(words)
    assert day.ballots() == len(CHOICES)


def count(day: Day) -> None:
    record = day.download("closed.zip")
    voters = ("--confirm-voters", str(len(CHOICES)))
    parts = [day.member(number, "decrypt", record, *voters) for number in (1, 3)]
    assert evote(["election", "decryptions", day.uuid, *parts]) == 0
    assert evote(["election", "tally", day.uuid, "--out", str(day.folder / "result")]) == 0


def the_page_shows_the_result(day: Day) -> list[list[int]]:
    """Votes, seats and every name elected; return the votes, the blank ones first."""
    result = json.loads((day.folder / "result" / "result.json").read_bytes())
    votes = [CHOICES.count(place) for place in range(len(day.prepared.school.lists))]
    assert [each["votes"] for each in result["lists"]] == votes
    assert (result["ballots"], result["blank"], result["electors"]) == (12, 2, ELECTORS)
    with a_phone(day.chromium, PATIENCE) as page:
        page.goto(f"{day.page}/result")
        for place, each in enumerate(result["lists"]):
            row = page.get_by_role("row").filter(has_text=each["label"])
            expect(row).to_contain_text(str(votes[place]))
            expect(row.get_by_role("strong")).to_have_text(str(each["seats"]))
            for name in (*each["titulaires"], *each["suppleants"]):
                expect(page.get_by_role("listitem").filter(has_text=name)).to_be_visible()
        keep_the_record(day, page)
    return [[CHOICES.count(None), *votes]]


def keep_the_record(day: Day, page: Page) -> None:
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger le dossier").click()
    download.value.save_as(day.folder / "record.zip")


def both_verifiers_accept(day: Day, peer: Peer, result: list[list[int]]) -> None:
    record = day.folder / "record.zip"
    ours_accepts(record, result, profile="preau")
    archive = day.download(f"archive/{day.uuid}.bel", "archive")
    with opened_board(archive) as board:
        ballots = [each.ballot.encode() for each in board.ballots()]
    assert len(ballots) == len(CHOICES)
    peer_accepts(peer, archive, ballots, day.folder / "cut")
