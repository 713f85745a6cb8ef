# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a parent's page says after *recorded*, and what it saves: docs/protocol.md §20."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from playwright.sync_api import Route, expect

from tests.e2e.browser.parent import Parent

RECORDED = "Votre vote est enregistré"
WAITING = "Cette page attend la preuve et la vérifie"
PUBLISHED = "Paru dans l’urne, preuve vérifiée"
LATE = "La preuve n’est pas venue à l’heure promise"
NO_NETWORK = "Le réseau ne répond pas"
NO_PROMISE = "Le serveur n’a pas donné de promesse"
WRONG_PROMISE = "La promesse du serveur n’est pas en règle"
WRONG_RECEIPT = "La preuve donnée par le serveur n’est pas bonne"
UNSTAMPED_RECEIPT = "La preuve donnée par le serveur est incomplète"
AHEAD_RECEIPT = "L’heure de la preuve n’est pas encore venue"
UNPROVED = "Le serveur ne donne pas la preuve de ce bulletin"
GONE = "Le serveur ne montre plus ce bulletin"
WHOM = "apportez-le au bureau des élections, à l’école"
OTHERS = "une fédération de parents, ou à toute personne qui surveille l’urne"
LOOK = "Vérifier qu’il est dans l’urne"
A_QUARTER, AN_HOUR = 15 * 60_000, 3_600_000  # milliseconds
RECEIPTS = "**/e/*/receipt/*"
# One notice of the recorded screen, with every file that it may offer.
SHOW = """name => {
    for (const each of document.querySelectorAll('[data-screen=recorded] [data-when]'))
        each.hidden = ![name, 'better'].includes(each.dataset.when);
    const files = '[data-promise-file], [data-receipt-file], [data-best-file]';
    for (const each of document.querySelectorAll(files)) each.hidden = false;
    for (const each of document.querySelectorAll('details')) each.open = true;
}"""
NOTICES = (
    "waiting",
    "published",
    "late",
    "no-network",
    "no-promise",
    "wrong-promise",
    "wrong-receipt",
    "unstamped-receipt",
    "ahead-receipt",
    "unproved",
    "gone",
)
OK = 200
Change = Callable[[bytes], bytes]


@contextmanager
def giving(parent: Parent, change: Change) -> Iterator[list[bytes]]:
    """Let the server change its receipts so; give what it gave."""
    given: list[bytes] = []

    def answer(route: Route) -> None:
        response = route.fetch()
        if response.status == OK:
            given.append(change(response.body()))
            route.fulfill(response=response, body=given[-1])
        else:
            route.fulfill(response=response)

    parent.page.route(RECEIPTS, answer)
    yield given
    parent.page.unroute(RECEIPTS)


@contextmanager
def answering(parent: Parent, answer: Callable[[Route], None]) -> Iterator[None]:
    """Let the server answer so whoever asks for a receipt."""
    parent.page.route(RECEIPTS, answer)
    yield
    parent.page.unroute(RECEIPTS)


def without(route: Route) -> None:
    """As of a ballot that is not published."""
    route.fulfill(status=404, headers={"Preau-Receipt": "none"}, body="")


def later(parent: Parent, milliseconds: int = 70_000) -> None:
    """Let this much time pass on the parent's phone."""
    parent.page.clock.fast_forward(milliseconds)


def lose_network(parent: Parent) -> None:
    """From now on nothing answers, which the page has noticed; its promise is not due yet."""
    page = parent.page
    page.context.set_offline(True)
    with page.expect_event("requestfailed", lambda request: "/receipt/" in request.url):
        later(parent)


def moment(seconds: int) -> datetime:
    """The server's time as a browser's clock takes it."""
    return datetime.fromtimestamp(seconds, UTC)


@contextmanager
def never_ending() -> Iterator[str]:
    """A server whose answers begin and never end; its address."""
    held: list[socket.socket] = []

    def answer() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return  # it is over
            held.append(connection)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\nc2sp.org/")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)
    for connection in held:
        connection.close()


def saved(parent: Parent, name: str) -> bytes:
    """What a button saves."""
    with parent.page.expect_download() as download:
        parent.page.get_by_role("link", name=name).locator("visible=true").first.click()
    return download.value.path().read_bytes()


def promise_of(parent: Parent) -> bytes:
    parent.page.get_by_text("Garder la promesse signée").click()
    return saved(parent, "Enregistrer la promesse (fichier)")


def is_shown(parent: Parent, heading: str) -> None:
    said = parent.page.get_by_role("heading", name=heading).locator("visible=true")
    expect(said).to_have_count(1)


def is_told(parent: Parent, heading: str) -> None:
    """This is said, in the page and to those who do not see it; and that the vote is recorded."""
    parent.sees(RECORDED)
    is_shown(parent, heading)
    expect(parent.page.locator("[data-live]")).to_have_text(heading)
    for wrong in ("n’est pas enregistré", "pas encore voté"):
        assert wrong not in parent.page.locator("main").inner_text()
