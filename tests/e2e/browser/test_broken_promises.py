# SPDX-License-Identifier: AGPL-3.0-or-later
"""After *recorded*: what the page says of a server that breaks its promise, or proves badly.

The server's answers are changed on their way, as a server that does wrong would change them:
docs/protocol.md §20.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.utils import formatdate

import httpx2
import pytest
from playwright.sync_api import Page, Route, expect

from protocol.cosignatures import sign_stamped
from protocol.notes import verify_checkpoint
from protocol.promises import Promise, sign_promise, verify_promise
from protocol.receipts import Receipt
from protocol.server_binding import BOARD
from tests.e2e.browser.parent import Parent
from tests.e2e.browser.publishing import (
    A_QUARTER,
    AHEAD_RECEIPT,
    AN_HOUR,
    LATE,
    LOOK,
    NO_PROMISE,
    OTHERS,
    PUBLISHED,
    RECEIPTS,
    UNSTAMPED_RECEIPT,
    WAITING,
    WHOM,
    WRONG_PROMISE,
    WRONG_RECEIPT,
    giving,
    is_shown,
    is_told,
    later,
    moment,
    never_ending,
    promise_of,
    saved,
)
from tests.receipts import make_receipt
from tests.simulator import SimulatedElection
from tests.site import Site

OK = 200
LONGEST, STEP = 960, 600  # seconds: docs/protocol.md §20.1
TRIES = 5
A_WAIT = 17_000  # milliseconds: more than the waits between tries, less than a request has
LOOKS = 20
YEAR_2286 = 10**10 - 1
SLOWNESS = 120  # that a phone's clock may go on while a test votes


def test_a_promise_that_is_not_kept_in_time_is_told_with_the_file_and_whom_to_bring_it(
    patient: Parent, stepping: Site
) -> None:
    patient.vote()
    promise = promise_of(patient)
    later(patient, A_QUARTER)
    is_told(patient, LATE)
    patient.reads(WHOM)
    patient.reads(OTHERS)
    patient.reads("Cette promesse est une preuve")
    assert saved(patient, "Enregistrer la promesse (fichier)") == promise
    stepping.publish()  # late, but there it is
    later(patient, AN_HOUR)
    is_told(patient, PUBLISHED)
    expect(patient.page.get_by_role("heading", name=LATE)).to_be_hidden()


UNHELPFUL: dict[str, Callable[[Route, str], None]] = {
    "it is away for ever": lambda route, _: route.fulfill(status=503, json={"problem": "away"}),
    "it is something else": lambda route, _: route.fulfill(status=200, body="<p>Bonjour.</p>"),
    "it is refused": lambda route, _: route.fulfill(status=403),
    "it leads elsewhere": lambda route, _: route.fulfill(status=302, headers={"Location": "/"}),
    "it begins and never ends": lambda route, silent: route.continue_(url=silent),
    "there is none": lambda route, _: route.abort(),
}


@pytest.mark.share(2)
@pytest.mark.parametrize("answer", UNHELPFUL)
def test_a_proof_that_does_not_come_is_told_whatever_the_answer(
    patient: Parent, stepping: Site, answer: str
) -> None:
    """Here the receipt alone is withheld: the rest of the server answers."""
    with never_ending() as silent:
        patient.page.route(RECEIPTS, lambda route: UNHELPFUL[answer](route, silent))
        patient.vote()
        promise = promise_of(patient)
        later(patient)
        patient.reads(WAITING)  # there is time yet
        with patient.page.expect_request(RECEIPTS):
            later(patient, A_QUARTER)
        later(patient)  # in which a request is given up
        is_told(patient, LATE)
        patient.reads(WHOM)
        assert saved(patient, "Enregistrer la promesse (fichier)") == promise
        patient.page.unroute(RECEIPTS)
        stepping.publish()
        later(patient, AN_HOUR)
        is_told(patient, PUBLISHED)


OTHER = SimulatedElection(server=True, seed="another")
Forger = Callable[[Site, Promise], str | None]  # None: it promises nothing


def _signed(site: Site, promise: Promise) -> str:
    return sign_promise(promise, site.school.election.log_key(BOARD)).decode()


WRONG_PROMISES: dict[str, Forger] = {
    "it is something else": lambda _site, _honest: "C'est promis.",
    "it is of another ballot": lambda site, honest: _signed(site, replace(honest, ballot="0" * 64)),
    "it is by another key": lambda _site, honest: sign_promise(
        replace(honest, origin=OTHER.log_key(BOARD).name), OTHER.log_key(BOARD)
    ).decode(),
    "it is for a time later than any server may promise": lambda site, honest: _signed(
        site, replace(honest, until=site.clock.time + LONGEST + STEP + SLOWNESS)
    ),
    "it is for the year 2286": lambda site, honest: _signed(site, replace(honest, until=YEAR_2286)),
    "it was changed": lambda site, honest: _signed(site, honest).replace("until 1", "until 2"),
}


@contextmanager
def promising(parent: Parent, forge: Forger) -> Iterator[list[str | None]]:
    """Let the server promise so; give what it promised."""
    key = parent.site.school.election.log_key(BOARD).verifier_key
    given: list[str | None] = []

    def answer(route: Route) -> None:
        response = route.fetch()
        content = response.json()
        given.append(forge(parent.site, verify_promise(content.pop("promise").encode(), key)))
        # Whatever it promises, the server says that it is the hour for it.
        date = formatdate(YEAR_2286 - LONGEST // 2, usegmt=True)
        told = {**content, "promise": given[-1]}
        route.fulfill(response=response, headers={**response.headers, "date": date}, json=told)

    parent.page.route("**/cast", answer)
    yield given


def test_a_parent_who_is_promised_nothing_is_told_that_she_has_only_the_servers_word(
    patient: Parent, stepping: Site
) -> None:
    """As after a clock that was a year ahead: nothing was given, so nothing is called wrong."""
    with promising(patient, lambda _site, _honest: None):
        patient.vote()
        is_told(patient, NO_PROMISE)
        patient.reads("vous n’avez que sa parole")
        expect(patient.page.get_by_role("heading", name=WRONG_PROMISE)).to_be_hidden()
        expect(patient.page.get_by_text(WAITING)).to_be_hidden()
        expect(patient.page.get_by_text("Enregistrer la promesse (fichier)").first).to_be_hidden()
        later(patient, AN_HOUR)
        expect(patient.page.get_by_role("heading", name=LATE)).to_be_hidden()
        stepping.publish()
        later(patient)
        is_told(patient, PUBLISHED)
        expect(patient.page.get_by_role("heading", name=NO_PROMISE)).to_be_hidden()


@pytest.mark.share(2)
@pytest.mark.parametrize("what", WRONG_PROMISES)
def test_a_promise_is_told_to_be_wrong_when(patient: Parent, stepping: Site, what: str) -> None:
    with promising(patient, WRONG_PROMISES[what]) as given:
        patient.vote()
        is_told(patient, WRONG_PROMISE)
        patient.reads(WHOM)
        expect(patient.page.get_by_text(WAITING)).to_be_hidden()
        assert saved(patient, "Enregistrer la promesse (fichier)").decode() == given[0]
        later(patient, AN_HOUR)
        expect(patient.page.get_by_role("heading", name=LATE)).to_be_hidden()  # what was promised?
        stepping.publish()  # the ballot is there all the same
        later(patient)
        is_told(patient, PUBLISHED)
        patient.reads(WRONG_PROMISE)


@pytest.mark.parametrize("slow", ["the phone", "the server"])
def test_a_slow_clock_makes_no_promise_wrong(phone: Page, stepping: Site, slow: str) -> None:
    now = stepping.clock.time
    phone.clock.install(time=moment(now - 7200 if slow == "the phone" else now))
    parent = Parent(phone, stepping, 0)

    def answer(route: Route) -> None:
        response = route.fetch()
        date = formatdate(now - 7200 if slow == "the server" else now, usegmt=True)
        content = response.json()
        honest = verify_promise(content["promise"].encode(), key)
        content["promise"] = _signed(stepping, replace(honest, until=now + LONGEST))
        route.fulfill(response=response, headers={**response.headers, "date": date}, json=content)

    key = stepping.school.election.log_key(BOARD).verifier_key
    phone.route("**/cast", answer)
    parent.vote()
    parent.reads(WAITING)
    later(parent)
    expect(phone.get_by_role("heading", name=WRONG_PROMISE)).to_be_hidden()


def _of_another(site: Site, _mine: bytes) -> bytes:
    tracker = site.vote(5)
    site.publish()
    return httpx2.get(f"{site.page}/receipt/{tracker}").raise_for_status().content


@pytest.mark.parametrize("kept_away", [2, 99], ids=["for a moment", "for ever"])
def test_where_the_clock_is_slow_the_last_step_is_asked_for_again(
    phone: Page, stepping: Site, kept_away: int
) -> None:
    """Nothing is said of a promise before it can be judged; without any step it is not believed."""
    phone.clock.install(time=moment(stepping.clock.time - 7200))
    parent = Parent(phone, stepping, 0)
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) > kept_away:
            route.continue_()
        else:
            route.fulfill(status=503, json={"problem": "away"})

    phone.route("**/board/checkpoint", answer)
    with phone.expect_response("**/board/checkpoint"):
        parent.vote()
    expect(phone.get_by_role("heading", name=WRONG_PROMISE)).to_be_hidden()
    for tries in range(min(kept_away, TRIES - 1)):
        for _ in range(LOOKS):  # the page may not have come to its next wait yet
            phone.wait_for_timeout(300)
            if len(asked) > tries + 1:
                break
            later(parent, A_WAIT)
        assert len(asked) > tries + 1
    if kept_away < TRIES:
        parent.reads(WAITING)
        expect(phone.get_by_role("heading", name=WRONG_PROMISE)).to_be_hidden()
    else:
        is_told(parent, WRONG_PROMISE)
    assert len(asked) == min(kept_away + 1, TRIES)


@pytest.mark.parametrize("kept_away", ["for a moment", "for ever"])
def test_a_promise_judged_late_takes_back_no_receipt_that_is_at_fault(
    phone: Page, stepping: Site, kept_away: str
) -> None:
    phone.clock.install(time=moment(stepping.clock.time - 7200))
    parent = Parent(phone, stepping, 0)
    away = [True]

    def answer(route: Route) -> None:
        if away[0]:
            route.fulfill(status=503, json={"problem": "away"})
        else:
            route.continue_()

    phone.route("**/board/checkpoint", answer)
    with giving(parent, _without_its_stamp) as given:
        parent.vote()
        stepping.publish()
        later(parent, A_WAIT)
        is_told(parent, UNSTAMPED_RECEIPT)
        wrong = phone.get_by_role("heading", name=WRONG_PROMISE)
        away[0] = kept_away == "for ever"
        for _ in range(TRIES if away[0] else 1):
            phone.wait_for_timeout(300)
            if not wrong.is_visible():
                with phone.expect_response("**/board/checkpoint"):
                    later(parent, A_WAIT)
        phone.wait_for_timeout(300)
        # At once: the next look tells of the receipt again.
        assert wrong.is_visible() == away[0]
        assert phone.get_by_role("heading", name=UNSTAMPED_RECEIPT).is_visible()
        assert not phone.get_by_text(WAITING).is_visible()
        assert saved(parent, "Enregistrer le fichier du serveur") == given[0]


WRONG_RECEIPTS: dict[str, Callable[[Site, bytes], bytes]] = {
    "its place is another": lambda _site, mine: mine.replace(b"\nindex 1\n", b"\nindex 0\n"),
    "its board is another": lambda _site, mine: mine.replace(b"\n2\n", b"\n3\n"),
    "it is of another ballot": _of_another,
    "it is of another election": lambda _site, _mine: make_receipt(OTHER),
    "it is cut short": lambda _site, mine: mine[:300],
}


@pytest.mark.parametrize("what", WRONG_RECEIPTS)
def test_a_receipt_is_told_to_be_wrong_when(patient: Parent, stepping: Site, what: str) -> None:
    given: list[bytes] = []

    def answer(route: Route) -> None:
        response = route.fetch()
        if response.status == OK:
            given.append(WRONG_RECEIPTS[what](stepping, response.body()))
            route.fulfill(response=response, body=given[-1])
        else:
            route.fulfill(response=response)

    patient.page.route(RECEIPTS, answer)
    patient.vote()
    stepping.publish()
    later(patient)
    is_told(patient, WRONG_RECEIPT)
    patient.reads(WHOM)
    assert saved(patient, "Enregistrer le fichier du serveur") == given[0]
    verify_promise(
        saved(patient, "Enregistrer la promesse (fichier)"),
        stepping.school.election.log_key(BOARD).verifier_key,
    )


def test_a_ballot_published_elsewhere_than_promised_is_told(
    patient: Parent, stepping: Site
) -> None:
    with promising(patient, lambda site, honest: _signed(site, replace(honest, index=7))):
        patient.vote()
        patient.reads(WAITING)
        stepping.publish()
        later(patient)
        is_told(patient, WRONG_RECEIPT)


def _without_its_stamp(receipt: bytes) -> bytes:
    """A receipt is left with the log's signature alone: its stamp stands in the last line."""
    return b"".join(receipt.splitlines(keepends=True)[:-1])


def _stamped_ahead(site: Site, receipt: bytes, seconds: int) -> bytes:
    """A receipt whose board stamped it for so much later than its clock says."""
    key, read = site.school.election.log_key(BOARD), Receipt.decode(receipt)
    checkpoint = verify_checkpoint(read.checkpoint, key.verifier_key)
    note = sign_stamped(checkpoint, site.clock.time + seconds, key)
    return replace(read, checkpoint=note).encode()


def test_a_receipt_without_its_stamp_is_not_called_a_proof_and_is_asked_for_again(
    patient: Parent, stepping: Site
) -> None:
    """It proves the ballot published, and might not convict if it were taken away: §20.2."""
    with giving(patient, _without_its_stamp) as given:
        patient.vote()
        stepping.publish()
        later(patient)
        is_told(patient, UNSTAMPED_RECEIPT)
        patient.reads(WHOM)
        patient.reads("Cette page redemande la preuve")
        assert _says_it_is_proved(patient) == []
        assert saved(patient, "Enregistrer le fichier du serveur") == given[0]
        later(patient, AN_HOUR)
        is_told(patient, UNSTAMPED_RECEIPT)  # the ballot is there: nothing is late
        expect(patient.page.get_by_role("heading", name=LATE)).to_be_hidden()
    assert len(given) > 1
    later(patient, AN_HOUR)
    is_told(patient, PUBLISHED)
    expect(patient.page.get_by_role("heading", name=UNSTAMPED_RECEIPT)).to_be_hidden()


def test_a_later_visit_does_not_call_it_a_proof_either_nor_go_on_calling_another_one(
    patient: Parent, stepping: Site
) -> None:
    patient.vote()
    stepping.publish()
    patient.page.goto("about:blank")
    patient.open_letter().sign_in()
    patient.sees("Ce code a déjà servi à voter")
    patient.press(LOOK)
    is_shown(patient, PUBLISHED)
    with giving(patient, _without_its_stamp) as given:
        patient.press(LOOK)
        is_shown(patient, UNSTAMPED_RECEIPT)
        patient.reads("Redemandez-la dans quelques minutes")
        assert _says_it_is_proved(patient) == []
        assert saved(patient, "Enregistrer le fichier du serveur") == given[0]
    patient.press(LOOK)
    is_shown(patient, PUBLISHED)
    expect(patient.page.get_by_role("heading", name=UNSTAMPED_RECEIPT)).to_be_hidden()


def test_a_receipt_of_a_time_to_come_is_first_a_question_of_this_devices_clock(
    patient: Parent, stepping: Site
) -> None:
    """Nothing is stamped later, so it could not show that the board was shortened: §20.2."""
    far = LONGEST + STEP + AN_HOUR // 1000
    with giving(patient, lambda honest: _stamped_ahead(stepping, honest, far)) as given:
        patient.vote()
        stepping.publish()
        later(patient)
        is_told(patient, AHEAD_RECEIPT)
        patient.reads(WHOM)
        said = patient.page.get_by_role("heading", name=AHEAD_RECEIPT).locator("visible=true")
        text = said.locator("..").inner_text()
        assert text.index("Vérifiez d’abord") < text.index("l’horloge") < text.index("apportez-le")
        assert _says_it_is_proved(patient) == []
        assert saved(patient, "Enregistrer le fichier du serveur") == given[0]
    later(patient, AN_HOUR)
    is_told(patient, PUBLISHED)
    expect(patient.page.get_by_role("heading", name=AHEAD_RECEIPT)).to_be_hidden()


@pytest.mark.parametrize("is_away", [False, True], ids=["its step known", "its step kept away"])
def test_a_slow_clock_makes_no_receipt_one_of_a_time_to_come(
    phone: Page, stepping: Site, *, is_away: bool
) -> None:
    """The board's last step tells; without any, the page says to look at the clock."""
    phone.clock.install(time=moment(stepping.clock.time))
    parent = Parent(phone, stepping, 0)
    parent.vote()
    parent.reads(WAITING)
    phone.clock.set_system_time(moment(stepping.clock.time - 7200))
    if is_away:
        phone.route("**/board/checkpoint", lambda route: route.fulfill(status=503, json={}))
    stepping.publish()
    later(parent)
    if is_away:
        is_told(parent, AHEAD_RECEIPT)
        phone.unroute("**/board/checkpoint")
        later(parent)
    is_told(parent, PUBLISHED)
    expect(phone.get_by_role("heading", name=WRONG_RECEIPT)).to_be_hidden()


def _says_it_is_proved(parent: Parent) -> list[str]:
    """What the page says or offers, of all that it says of a proof that holds."""
    page = parent.page
    offers = page.get_by_role("link", name="Enregistrer la preuve (fichier)")
    told = [page.get_by_role("heading", name=PUBLISHED), offers, page.locator("[data-qr=receipt]")]
    return [str(each) for each in told if each.locator("visible=true").count()]
