# SPDX-License-Identifier: AGPL-3.0-or-later
"""The booth's bytes are the sealed ones, and its headers or its address do otherwise: §8.3."""

from __future__ import annotations

import re
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from audit.watching.address import read_address
from audit.watching.agents import DESKTOP, PHONE, Agent
from audit.watching.booth_headers import FORBIDDEN, POLICY, TYPES
from audit.watching.site import UNREADABLE, Away, Headers, HttpSite
from evote.web.security import BOOTH_POLICY
from tests.watching.board import BOOTH, UUID, TestBoard, headers_of
from tests.watching.http_board import Answering, send_headers, send_move, serving
from tests.watching.watched import Watched

PAGE, PROGRAM = "/booth/index.html", "/booth/app.js"
PROTOCOL = Path(__file__).parents[2] / "docs" / "protocol.md"
Change = Callable[[Headers], Headers]


def added(name: str, value: str) -> Change:
    return lambda headers: (*headers, (name, value))


def without(name: str) -> Change:
    return lambda headers: tuple(each for each in headers if each[0].lower() != name)


def other(name: str, value: str) -> Change:
    return lambda headers: (*without(name)(headers), (name, value))


def section() -> str:
    """§8.3 of the protocol."""
    return PROTOCOL.read_text("utf-8").partition("### 8.3 ")[2].partition("### 8.4 ")[0]


def test_server_verifier_and_protocol_have_one_policy() -> None:
    assert re.findall(r"(?m)^    (default-src .*)$", section()) == [POLICY]
    assert POLICY == BOOTH_POLICY


def test_the_protocol_names_what_the_watcher_refuses() -> None:
    named = section().partition("none of these headers:")[2].partition("\n")[0]
    assert {name.lower() for name in re.findall("`([A-Za-z-]+)`", named)} == FORBIDDEN
    for ending, kind in TYPES.items():
        assert f"`{kind}` for a path that ends in `{ending}`" in section()


CHANGES: dict[str, tuple[str, Change]] = {
    **{f"{name} added": (PAGE, added(name.title(), "x")) for name in sorted(FORBIDDEN)},
    "Refresh of a program": (PROGRAM, added("Refresh", "0; url=https://voleur.example/")),
    "a line that is no header": (PAGE, lambda headers: (*headers, UNREADABLE)),
    "no type": (PAGE, without("content-type")),
    "two types": (PAGE, added("Content-Type", "text/html; charset=utf-8")),
    "a page as text": (PAGE, other("content-type", "text/plain; charset=utf-8")),
    "a page in another alphabet": (PAGE, other("content-type", "text/html; charset=utf-7")),
    "a program as a page": (PROGRAM, other("content-type", "text/html; charset=utf-8")),
    "no policy": (PAGE, without("content-security-policy")),
    "a weaker policy": (
        PAGE,
        other("content-security-policy", POLICY.replace("script-src 'self'", "script-src *")),
    ),
    "a second policy": (PAGE, added("Content-Security-Policy", "report-uri https://x.example/")),
    "a policy and more in one line": (
        PAGE,
        other("content-security-policy", f"{POLICY}, report-uri https://x.example/"),
    ),
}


@pytest.mark.parametrize("phrase", CHANGES)
def test_what_a_header_does_is_an_alarm_at_once(
    phrase: str, board: TestBoard, watched: Watched
) -> None:
    path, change = CHANGES[phrase]

    def headers(asked: str, agent: Agent) -> Headers:
        honest = headers_of(asked)
        return change(honest) if asked == path and agent is PHONE else honest

    board.headers = headers
    board.pass_time()
    (alarm,) = watched.round()
    assert (alarm.kind, alarm.evidence) == ("booth-changed", None)
    assert path in alarm.sentence.fr
    assert "Android" in alarm.sentence.fr
    board.pass_time()
    assert watched.round() == []  # said once


def test_what_an_honest_proxy_adds_is_none(board: TestBoard, watched: Watched) -> None:
    more = (
        ("Via", "1.1 academie"),
        ("Age", "3"),
        ("X-Request-Id", "7"),
        ("Expect-CT", "max-age=0"),
        ("ETag", '"1"'),
        ("Content-Type", "Text/HTML;charset=UTF-8"),
    )
    board.headers = lambda path, agent: (
        *without("content-type")(headers_of(path)),
        *(
            more
            if path == PAGE
            else (*more[:-1], ("Content-Type", "text/javascript;charset=utf-8"))
        ),
    )
    board.pass_time()
    assert watched.round() == []
    assert watched.troubles == []


def test_an_error_page_that_sends_elsewhere_is_an_alarm(board: TestBoard, watched: Watched) -> None:
    def view(board: TestBoard, path: str, agent: Agent) -> bytes | None:
        if path in BOOTH and agent is DESKTOP:
            raise Away("503", "503", status=503, headers=(("Refresh", "0; url=/voleur"),))
        return None

    board.view = view
    board.pass_time()
    assert [alarm.kind for alarm in watched.round()] == ["booth-changed"]


@pytest.mark.parametrize("status", [201, 203, 206, 300, 302, 399])
def test_a_page_at_another_address_or_with_another_success_is_an_alarm(
    status: int, board: TestBoard, watched: Watched
) -> None:
    def view(board: TestBoard, path: str, agent: Agent) -> bytes | None:
        if path in BOOTH:
            raise Away("non", "no", status=status)
        return None

    board.view = view
    board.pass_time()
    (alarm,) = watched.round()
    assert alarm.kind == "booth-changed"
    assert "donne une autre page ou y renvoie" in alarm.sentence.fr


def test_a_file_that_is_had_after_a_move_is_an_alarm(board: TestBoard, watched: Watched) -> None:
    board.moves = {PAGE}
    board.pass_time()
    (alarm,) = watched.round()
    assert "y renvoie" in alarm.sentence.fr


# ------------------------------------------------------------------ on a real socket

DROPPED = "/booth/nothing"


def moved(location: str) -> Answering:
    def answer(handler: BaseHTTPRequestHandler) -> bool:
        if handler.path == DROPPED:
            handler.close_connection = True
            return True
        if handler.path != PAGE:
            return False
        send_move(handler, location)
        return True

    return answer


def hidden(handler: BaseHTTPRequestHandler) -> bool:
    """After a line that is none, which browsers pass over."""
    if handler.path != PAGE:
        return False
    handler.send_response(200)
    send_headers(handler)
    handler.send_header("Content-Length", str(len(BOOTH[PAGE])))
    handler.flush_headers()
    handler.wfile.write(b"nothing\r\nRefresh: 0; url=/\r\n\r\n")
    handler.wfile.write(BOOTH[PAGE])
    return True


def refreshed(handler: BaseHTTPRequestHandler) -> bool:
    if handler.path != PAGE:
        return False
    handler.send_response(200)
    send_headers(handler)
    handler.send_header("Content-Length", str(len(BOOTH[PAGE])))
    handler.send_header("Refresh", "0; url=https://voleur.example/")
    handler.end_headers()
    handler.wfile.write(BOOTH[PAGE])
    return True


ANSWERS = {
    "sent on within the site": (moved(f"{PAGE}?again"), "y renvoie"),
    "sent to another site": (moved("https://voleur.example/"), "y renvoie"),
    "sent where only a browser can go": (moved("/booth/évil"), "y renvoie"),
    "sent where no address is": (moved("/booth/a b"), "y renvoie"),
    "sent to what hangs up": (moved(DROPPED), "y renvoie"),
    "sent in a circle": (moved(PAGE), "y renvoie"),
    "refreshed": (refreshed, "porte l'en-tête « refresh »"),
    "a header behind what is none": (hidden, "porte un en-tête illisible"),
}


@pytest.mark.parametrize("phrase", ANSWERS)
def test_a_real_answer_that_leads_elsewhere_is_an_alarm(
    phrase: str, board: TestBoard, tmp_path: Path
) -> None:
    instead, said = ANSWERS[phrase]
    with serving(board, instead) as host:
        site = HttpSite(read_address(f"http://{host}/e/{UUID}"))
        watched = Watched(board, tmp_path / "store", site=site)
        alarms = watched.round()
        watched.close()
    assert {alarm.kind for alarm in alarms} == {"booth-changed"}
    assert any(said in alarm.sentence.fr for alarm in alarms)
