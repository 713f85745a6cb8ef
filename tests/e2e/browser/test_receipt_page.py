# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page that checks a receipt: from a file, a link, a picture or the camera, without network."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from protocol.notes import LogKey
from protocol.receipts import Receipt
from protocol.secret import Secret
from tests.e2e.browser.axe import LOOKS, Look, faults, open_look
from tests.e2e.browser.conftest import a_phone
from tests.e2e.browser.publishing import moment
from tests.e2e.browser.qr_codes import Drawn, draw, filming, photograph
from tests.french import JARGON, LONGEST_SENTENCE, sentences
from tests.receipts import make_promise, make_receipt
from tests.simulator import OPENS_AT, UUID, SimulatedElection
from tests.site import Site, listening, twelve_parents

GOOD = "Ce reçu est bon : le bulletin est dans l’urne"
WRONG = "Ce n’est pas un reçu correct de cette élection"
ELSEWHERE = "Ce fichier est d’un autre vote"
OTHER_SITE = "Ce fichier n’est pas du site de cette élection"
AHEAD = "L’heure de ce reçu n’est pas encore venue"
INCOMPLETE = "Ce reçu est incomplet ou a été modifié"
DAMAGED = "Ce reçu est coupé ou abîmé"
DAMAGED_PROMISE = "Cette promesse est coupée ou abîmée"
NONE = "Ce fichier n’est pas un reçu"
NO_CODE = "Aucun QR n’est lisible dans cette image"
STRANGE_CODE = "Le QR de cette image n’est pas celui d’un reçu"
PROMISE = "Ce fichier est une promesse, pas encore un reçu"
ANSWERS = {GOOD, WRONG, INCOMPLETE, AHEAD, ELSEWHERE, DAMAGED, NONE}
ANSWERS |= {NO_CODE, STRANGE_CODE, PROMISE, OTHER_SITE}
INCIDENT = "c’est un incident sérieux"
# Of a time still to come: no server is accused by a clock.
SERVER_CLOCK = "l’horloge du serveur ne l’était pas"
ANOTHER = "AnotherPreau12"
IMITATION = "imitation.example"
CAMERA = "Lire son QR avec l’appareil photo"
UNTIL = 1_791_650_040  # in October 2026
YEAR_2076 = 3_360_000_000
LONGEST_PROMISE = 960  # seconds: docs/protocol.md §20.1
ELECTOR = 2
# Electors, and the version of the QR code of a receipt when all of them have voted.
SIZES = {400: 15, 20_000: 18}


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server whose election nothing here changes."""
    with listening(tmp_path_factory.mktemp("school")) as served:
        yield served


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    with a_phone(chromium) as page:
        yield page


def receipt(size: int = 0) -> bytes:
    return make_receipt(twelve_parents(), ELECTOR, size)


def tracker() -> str:
    return twelve_parents().ballots[ELECTOR].tracker()


def drawn(school: Site, size: int = 0) -> Drawn:
    return draw(receipt(size), f"{school.page}/receipt")


def give(page: Page, folder: Path, data: bytes, name: str = "recu.tlog-proof") -> None:
    """Choose a file with this content."""
    (folder / name).write_bytes(data)
    page.get_by_label("Fichier du reçu, ou image de son QR").set_input_files(folder / name)


def says(page: Page, heading: str) -> None:
    """Wait until this is said, and see that nothing else is."""
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    for other in ANSWERS - {heading}:
        expect(page.get_by_role("heading", name=other)).to_be_hidden()


def shown(page: Page) -> str:
    """All that the page says now, on one line."""
    return " ".join(page.locator("main").inner_text().split())


def save_page(page: Page, school: Site, folder: Path) -> Path:
    """Save the page as a parent does, and lose the network."""
    page.goto(f"{school.page}/receipt")
    with page.expect_download() as download:
        page.get_by_role("link", name="Enregistrer cette page").click()
    saved = folder / "recus.html"
    download.value.save_as(saved)
    page.context.set_offline(offline=True)
    return saved


# ------------------------------------------------------------------- what is taken


def test_saved_and_without_network_it_takes_a_file(
    page: Page, school: Site, tmp_path: Path
) -> None:
    page.goto(save_page(page, school, tmp_path).as_uri())
    give(page, tmp_path, receipt())
    says(page, GOOD)
    expect(page.locator(".tracker:visible")).to_have_text(tracker())
    expect(page.get_by_text("Place du bulletin dans l’urne : 3")).to_be_visible()
    expect(page.get_by_role("link", name="Voir ce bulletin")).to_be_hidden()


def test_saved_and_without_network_it_takes_a_link(
    page: Page, school: Site, tmp_path: Path
) -> None:
    saved = save_page(page, school, tmp_path).as_uri()
    page.goto(f"{saved}#{drawn(school).link.partition('#')[2]}")
    says(page, GOOD)
    expect(page.locator(".tracker:visible")).to_have_text(tracker())


@pytest.mark.parametrize("size", SIZES)
def test_the_link_of_the_code_opens_the_page_which_asks_for_nothing_more(
    page: Page, school: Site, size: int
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(drawn(school, size).link)
    says(page, GOOD)
    assert [url.partition("#")[0] for url in asked] == [f"{school.page}/receipt"]
    page.get_by_role("link", name="Voir ce bulletin").click()
    page.wait_for_url(f"**/find?tracker={tracker()}")


def test_a_link_has_no_room_for_the_stamp_so_no_file_is_made_of_it(
    page: Page, school: Site, tmp_path: Path
) -> None:
    save = page.get_by_role("link", name="Enregistrer le reçu (fichier)")
    page.goto(drawn(school).link)
    says(page, GOOD)
    expect(save).to_be_hidden()
    expect(page.get_by_text("Gardez aussi le fichier du reçu")).to_be_visible()
    give(page, tmp_path, receipt())
    expect(save).to_be_visible()
    expect(page.get_by_text("Gardez aussi le fichier du reçu")).to_be_hidden()


def test_a_picture_of_the_code_is_taken_as_a_file(
    page: Page, school: Site, chromium: Browser, tmp_path: Path
) -> None:
    page.goto(f"{school.page}/receipt")
    picture = photograph(chromium, drawn(school, 20_000).picture(400))
    give(page, tmp_path, picture, "recu.png")
    says(page, GOOD)


@pytest.mark.share(3)
@pytest.mark.parametrize("saved", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_the_camera_reads_the_code_from_another_screen(
    page: Page, school: Site, chromium: Browser, tmp_path: Path, size: int, *, saved: bool
) -> None:
    code = drawn(school, size)
    assert code.version == SIZES[size]
    address = save_page(page, school, tmp_path).as_uri() if saved else f"{school.page}/receipt"
    frame = photograph(chromium, code.picture(440), "jpeg")
    with filming(chromium, tmp_path, frame) as browser, a_phone(browser) as other:
        other.goto(address)
        other.get_by_role("button", name=CAMERA).click()
        says(other, GOOD)
        expect(other.locator("video")).to_be_hidden()
        closed = "document.querySelector('video').srcObject === null"
        assert other.evaluate(closed)


def test_the_browsers_own_reader_is_asked_first(
    school: Site, chromium: Browser, tmp_path: Path
) -> None:
    """Some browsers have one, which reads worse pictures; this one is made to have it."""
    seen = f"[{{rawValue: '{drawn(school).link}'}}]"
    own = f"window.BarcodeDetector = class {{ async detect() {{ return {seen}; }} }}"
    frame = photograph(chromium, "<p>Aucun QR ici.</p>", "jpeg")
    with filming(chromium, tmp_path, frame) as browser, a_phone(browser) as page:
        page.add_init_script(own)
        page.goto(f"{school.page}/receipt")
        page.get_by_role("button", name=CAMERA).click()
        says(page, GOOD)


def test_another_code_before_the_camera_is_said_to_be_one_and_the_camera_can_be_closed(
    school: Site, chromium: Browser, tmp_path: Path
) -> None:
    election = SimulatedElection(server=True, seed="another")
    other = draw(make_receipt(election), f"{school.page}/receipt")
    frame = photograph(chromium, other.picture(440), "jpeg")
    with filming(chromium, tmp_path, frame) as browser, a_phone(browser) as page:
        page.goto(f"{school.page}/receipt")
        page.get_by_role("button", name=CAMERA).click()
        expect(page.get_by_text("n’est pas un reçu de cette élection")).to_be_visible()
        page.get_by_role("button", name="Arrêter").click()
        expect(page.locator("video")).to_be_hidden()
        assert page.evaluate("document.querySelector('video').srcObject === null")


def test_without_a_camera_it_says_what_else_there_is(page: Page, school: Site) -> None:
    page.goto(f"{school.page}/receipt")
    page.get_by_role("button", name=CAMERA).click()
    expect(page.get_by_text("L’appareil photo n’est pas disponible")).to_be_visible()


def test_no_other_page_may_use_the_camera(school: Site, chromium: Browser, tmp_path: Path) -> None:
    asked = """navigator.mediaDevices.getUserMedia({video: true})
        .then(() => 'allowed', error => error.name)"""
    frame = photograph(chromium, "<p>Aucun QR ici.</p>", "jpeg")
    with filming(chromium, tmp_path, frame) as browser:
        page = browser.new_page()
        said = {}
        for place in ("", "/check", "/find", "/receipt"):
            page.goto(school.page + place)
            said[place] = page.evaluate(asked)
        page.goto(school.link(0))
        assert page.evaluate(asked) == "NotAllowedError"
    assert said.pop("/receipt") == "allowed"
    assert set(said.values()) == {"NotAllowedError"}


# ------------------------------------------------------------------- what is refused


def _with_a_false_stamp(data: bytes) -> bytes:
    """The receipt with a stamp that says another time than was signed."""
    smaller = make_receipt(twelve_parents(), ELECTOR, at=OPENS_AT)
    head, later = data.splitlines(keepends=True)[:-1], smaller.splitlines(keepends=True)[-1]
    name, blob = later.rstrip().rsplit(b" ", 1)
    signed = bytearray(base64.b64decode(blob))
    signed[11] ^= 1  # the last byte of the time, after an ID of four
    return b"".join(head) + name + b" " + base64.b64encode(signed) + b"\n"


def _of_an_imitation(data: bytes) -> bytes:
    """The receipt as a false site gives it: of this number, its own name and its own key."""
    key = LogKey(f"{IMITATION}/{UUID}/board", Secret(bytes(32))).verifier_key
    return replace(Receipt.decode(data), key=key).encode()


def _cut_within_its_signature(data: bytes) -> bytes:
    """The paper up to where its log's signature is still base 64, and too short."""
    begins = data.index("— ".encode())
    return data[: data.index(b" ", begins + 4) + 1 + 40]


def _refused() -> dict[str, tuple[str, bytes]]:
    """Files that are no good receipt, and what is to be said of each."""
    good, election = receipt(), twelve_parents()
    namesake = SimulatedElection(server=True, seed="another")
    other = SimulatedElection(server=True, uuid=ANOTHER)
    head, _, checkpoint = good.partition(b"\n\n")
    lines = head.split(b"\n")
    others = [*lines[:-1], base64.b64encode(bytes(32))]
    theirs = make_receipt(namesake).partition(b"\n\n")[2]
    promised = make_promise(election, ELECTOR, UNTIL)
    return {
        "a hash of its proof is another": (WRONG, b"\n".join([*others, b"", checkpoint])),
        "its index is another": (WRONG, good.replace(b"\nindex 3\n", b"\nindex 4\n")),
        "its board is smaller": (WRONG, good.replace(b"\n8\n", b"\n7\n")),
        "it is of a namesake with other keys": (WRONG, make_receipt(namesake)),
        "its checkpoint is another's": (WRONG, head + b"\n\n" + theirs),
        "a promise is of a namesake": (WRONG, make_promise(namesake, 0, UNTIL)),
        "a promise is for another time": (WRONG, promised.replace(b"1791650040", b"1791650041")),
        "it is of another election": (ELSEWHERE, make_receipt(other)),
        "it is of this number on another site": (OTHER_SITE, _of_an_imitation(good)),
        "a promise is of another election": (ELSEWHERE, make_promise(other, 0, UNTIL)),
        "it has no stamp": (INCOMPLETE, make_receipt(election, ELECTOR, at=None)),
        "it has two stamps": (INCOMPLETE, good + good.splitlines(keepends=True)[-1]),
        "its stamp is of another hour": (INCOMPLETE, _with_a_false_stamp(good)),
        "its stamp is of a time to come": (AHEAD, make_receipt(election, ELECTOR, at=YEAR_2076)),
        "it is cut short": (DAMAGED, good[: len(good) // 2]),
        "it is cut within its signature": (DAMAGED, _cut_within_its_signature(good)),
        "a mail's footer follows": (DAMAGED, good + "-- \nEnvoyé de mon téléphone\n".encode()),
        "its dashes were lost": (DAMAGED, good.replace("—".encode(), b"?")),
        "a promise is cut short": (DAMAGED_PROMISE, promised[: len(promised) // 2]),
        "a promise is cut within its signature": (
            DAMAGED_PROMISE,
            _cut_within_its_signature(promised),
        ),
        "it is the archive": (NONE, election.archive()),
        "it is empty": (NONE, b""),
    }


@pytest.mark.share(3)
@pytest.mark.parametrize("what", _refused())
def test_a_file_is_refused_and_only_one_of_this_election_that_is_untrue_is_an_incident(
    page: Page, school: Site, tmp_path: Path, what: str
) -> None:
    heading, data = _refused()[what]
    page.goto(f"{school.page}/receipt")
    give(page, tmp_path, receipt())
    says(page, GOOD)
    give(page, tmp_path, data, "autre")
    says(page, heading)
    expect(page.locator(".tracker")).to_be_hidden()
    assert (INCIDENT in shown(page), ANOTHER in shown(page)) == (
        heading == WRONG,
        heading == ELSEWHERE,
    )
    assert (IMITATION in shown(page)) == (heading == OTHER_SITE)
    sends_nobody_back = "retournez pas" in shown(page)
    assert sends_nobody_back == (heading in {ELSEWHERE, OTHER_SITE})


def test_the_same_file_can_be_chosen_again(page: Page, school: Site, tmp_path: Path) -> None:
    """A browser tells of no change where the name stays, and the file was perhaps mended."""
    page.goto(f"{school.page}/receipt")
    give(page, tmp_path, receipt())
    says(page, GOOD)
    choice = page.locator("#receipt-file")
    with page.expect_file_chooser():
        choice.click()
    assert choice.evaluate("input => input.files.length") == 0
    give(page, tmp_path, receipt()[:-40])
    expect(page.get_by_text(GOOD)).to_be_hidden()


def _pictures(chromium: Browser) -> dict[str, bytes]:
    """What each picture is to be told, and the picture."""
    there = draw(make_receipt(SimulatedElection(server=True, uuid=ANOTHER)), _page_of(ANOTHER))
    false = make_receipt(SimulatedElection(server=True, seed="another"))
    imitated = draw(false, f"https://{IMITATION}/e/{UUID}/receipt")
    return {
        NO_CODE: photograph(chromium, "<p>Aucun QR ici.</p>"),
        ELSEWHERE: photograph(chromium, there.picture(440)),
        OTHER_SITE: photograph(chromium, imitated.picture(440)),
        STRANGE_CODE: a_picture("https://shop.example/"),
    }


def a_picture(code: str = "") -> bytes:
    """A picture with this in a QR code, or with nothing."""
    written = io.BytesIO()
    if code:
        kind = zxingcpp.BarcodeFormat.QRCode
        picture = Image.fromarray(zxingcpp.create_barcode(code, kind).to_image(scale=8))
    else:
        picture = Image.new("L", (640, 480), 255)
    picture.save(written, "png")
    return written.getvalue()


def _page_of(uuid: str) -> str:
    return f"https://vote.example/e/{uuid}/receipt"


def test_a_picture_without_the_code_of_a_receipt_is_told_so_and_accuses_nobody(
    page: Page, school: Site, chromium: Browser, tmp_path: Path
) -> None:
    page.goto(f"{school.page}/receipt")
    for number, (heading, data) in enumerate(_pictures(chromium).items()):
        give(page, tmp_path, data, f"{number}.png")
        says(page, heading)
        assert INCIDENT not in shown(page)
        assert (ANOTHER in shown(page)) == (heading == ELSEWHERE)


MANGLED = {
    "line ends of Windows": lambda data: data.replace(b"\n", b"\r\n"),
    "a mark of an editor": lambda data: b"\xef\xbb\xbf" + data,
    "no newline at the end": lambda data: data.rstrip(b"\n"),
    "lines after the end": lambda data: data + b"\r\n\r\n",
    "lines before it": lambda data: b"\r\n\n" + data,
}


@pytest.mark.parametrize("how", MANGLED)
def test_what_mail_and_editors_change_is_taken_as_it_was(
    page: Page, school: Site, tmp_path: Path, how: str
) -> None:
    page.goto(f"{school.page}/receipt")
    give(page, tmp_path, MANGLED[how](receipt()))
    says(page, GOOD)
    with page.expect_download() as download:
        page.get_by_role("link", name="Enregistrer le reçu (fichier)").click()
    download.value.save_as(tmp_path / "kept")
    assert (tmp_path / "kept").read_bytes() == receipt()
    give(page, tmp_path, MANGLED[how](make_promise(twelve_parents(), ELECTOR, UNTIL)), "p.promise")
    says(page, PROMISE)


def test_a_link_with_another_digit_is_refused(page: Page, school: Site) -> None:
    """The first digits are of the size: a larger one demands more hashes, as of a cut link."""
    link = drawn(school).link
    for place in (1, 40, 200, 500, len(link) - link.index("#") - 1):
        at = link.index("#") + place
        page.goto("about:blank")
        page.goto(f"{link[:at]}{(int(link[at]) + 1) % 10}{link[at + 1 :]}")
        says(page, DAMAGED if place == 1 else WRONG)


def test_a_link_that_was_cut_is_told_so(page: Page, school: Site) -> None:
    page.goto(drawn(school).link[:-30])
    says(page, DAMAGED)


def test_a_receipt_of_a_time_to_come_is_first_a_question_of_this_devices_clock(
    page: Page, school: Site, tmp_path: Path
) -> None:
    """Nothing is stamped later, so nobody could show by it that the board was shortened: §20.2."""
    page.goto(f"{school.page}/receipt")
    for stamp, year in ((YEAR_2076, "2076"), (2**53 - 1, "275760")):
        data = make_receipt(twelve_parents(), ELECTOR, at=stamp)
        give(page, tmp_path, data, f"{year}.tlog-proof")
        says(page, AHEAD)
        said = shown(page)
        assert re.search(rf"\b{year} à \d+ h \d\d, heure de cet appareil\.", said)
        assert said.index("Vérifiez d’abord") < said.index(SERVER_CLOCK) < said.index("bureau")
    page.clock.set_fixed_time(moment(YEAR_2076 - LONGEST_PROMISE))
    give(page, tmp_path, make_receipt(twelve_parents(), ELECTOR, at=YEAR_2076), "now.tlog-proof")
    says(page, GOOD)


def test_a_promise_is_told_from_a_receipt(page: Page, school: Site, tmp_path: Path) -> None:
    page.goto(f"{school.page}/receipt")
    give(page, tmp_path, make_promise(twelve_parents(), ELECTOR, UNTIL), "recu.promise")
    says(page, PROMISE)
    said = page.locator("main").inner_text().replace("\N{NO-BREAK SPACE}", " ")
    assert re.search(r"samedi 10 octobre à \d+ h 34, heure de cet appareil\.", said)


# ------------------------------------------------------------------- how it is said


def answers(page: Page, school: Site, folder: Path) -> Iterator[str]:
    """Go through everything that the page may answer."""
    page.goto(f"{school.page}/receipt")
    contents = {GOOD: receipt(), PROMISE: make_promise(twelve_parents(), 0, UNTIL)}
    contents |= dict(_refused().values()) | {
        NO_CODE: a_picture(),
        STRANGE_CODE: a_picture("Bonjour"),
    }
    for heading, data in contents.items():
        give(page, folder, data, f"{len(heading)}.promise")
        says(page, heading)
        yield heading


@pytest.mark.share(3)
@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_no_answer_has_a_fault(chromium: Browser, school: Site, tmp_path: Path, look: Look) -> None:
    context = open_look(chromium, look)
    page = context.new_page()
    for answer in answers(page, school, tmp_path):
        assert faults(page) == [], answer
    context.close()


def test_every_answer_is_plain(page: Page, school: Site, tmp_path: Path) -> None:
    for _ in answers(page, school, tmp_path):
        text = page.locator("main").inner_text()
        assert JARGON.findall(text) == []
        assert [each for each in sentences(text) if len(each.split()) > LONGEST_SENTENCE] == []


def test_it_says_what_a_receipt_proves_and_what_it_does_not(
    page: Page, school: Site, tmp_path: Path
) -> None:
    page.goto(f"{school.page}/receipt")
    give(page, tmp_path, receipt())
    text = page.get_by_role("heading", name=GOOD).locator("..").inner_text()
    assert re.search(r"Ce que cela prouve\s.*dans l’urne publique, et l’a signé", text, re.DOTALL)
    assert re.search(r"Ce que cela ne dit pas\s+Ni qui a voté, ni pour quelle liste", text)
    assert re.search(r"Si ce bulletin manque.*bureau des élections.*fédération", text)
