# SPDX-License-Identifier: AGPL-3.0-or-later
"""`make serve` as somebody does who tries it: read what is printed, vote with a link, stop it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser.parent import reads

ROOT = Path(__file__).resolve().parents[3]
LETTER = re.compile(r"lien de la lettre +: (\S+)\n +chiffres secrets +: (\S+)")


@contextmanager
def make_serve(folder: Path) -> Iterator[str]:
    """Run `make serve`; give what it printed until it listened, and end it with Ctrl-C."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
    process = subprocess.Popen(
        ["make", "serve", f"PORT={port}", f"SERVED={folder}"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if "Ctrl-C" in line:
            break
    try:
        yield said
    finally:
        os.killpg(process.pid, signal.SIGINT)
        _, complained = process.communicate(timeout=30)
    assert "Traceback" not in complained
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"http://127.0.0.1:{port}/healthz")


def test_a_parent_votes_in_the_ready_made_school(phone: Page, tmp_path: Path) -> None:
    with make_serve(tmp_path / "school") as said:
        letters = LETTER.findall(said)
        assert len(set(letters)) == 3, said
        link, digits = letters[1]
        page = said.split()[said.split().index("l'élection") + 2]
        transport = httpx2.HTTPTransport(retries=10)
        with httpx2.Client(transport=transport, timeout=20) as client:
            assert "Vote ouvert" in client.get(page).text
        phone.goto(link)
        phone.get_by_role("button", name="Commencer").click()
        phone.get_by_label("Tapez les chiffres").fill(digits)
        phone.get_by_role("button", name="Continuer").click()
        phone.get_by_role("radio").first.check()
        for press in ("Relire mon choix", "Fermer l’enveloppe", "Déposer mon bulletin"):
            phone.get_by_role("button", name=press).click()
        expect(phone.get_by_role("heading", name="Votre vote est enregistré")).to_be_visible()
        phone.get_by_role("link", name="Voir mon bulletin dans l’urne").click()
        reads(phone, "Ce bulletin est dans l’urne")
        phone.goto(link)
        phone.get_by_role("button", name="Commencer").click()
        phone.get_by_label("Tapez les chiffres").fill(digits)
        phone.get_by_role("button", name="Continuer").click()
        expect(phone.get_by_role("heading", name="Ce code a déjà servi à voter")).to_be_visible()
