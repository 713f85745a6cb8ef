# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why nothing is answered is said in words, not by the name of a fault."""

from __future__ import annotations

import errno
import socket
import ssl

import pytest

from audit.watching.address import read_address
from audit.watching.agents import PLAIN
from audit.watching.reasons import why_silent
from audit.watching.site import Away, HttpSite
from tests.watching.board import UUID

SAID: dict[str, tuple[OSError | UnicodeError, str]] = {
    "no such name": (socket.gaierror(-2, "Name or service not known"), "pas connu"),
    "a certificate": (ssl.SSLCertVerificationError(1, "expired"), "son certificat n'est pas"),
    "TLS": (ssl.SSLError(1, "wrong version"), "la liaison chiffrée échoue"),
    "refused": (ConnectionRefusedError(errno.ECONNREFUSED, "x"), "il refuse la connexion"),
    "reset": (ConnectionResetError(errno.ECONNRESET, "x"), "il coupe la connexion"),
    "slow": (TimeoutError("x"), "il ne répond pas à temps"),
    "no way": (OSError(errno.EHOSTUNREACH, "x"), "le réseau n'y mène pas"),
    "no name": (UnicodeError("x"), "ce nom ne peut pas être celui d'un site"),
}


@pytest.mark.parametrize("phrase", SAID)
def test_it_is_said_in_words(phrase: str) -> None:
    error, words = SAID[phrase]
    said = why_silent(error)
    assert words in said.fr
    for name in ("gaierror", "Error", "SSL"):
        assert name not in said.fr + said.en


def test_what_nobody_foresaw_is_named() -> None:
    assert why_silent(OSError(errno.EMFILE, "x")).fr == "il ne répond pas (OSError)"


def test_a_server_that_is_stopped_is_said_to_be() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    site = HttpSite(read_address(f"http://127.0.0.1:{port}/e/{UUID}"))
    with pytest.raises(Away) as away, site.get("/x", PLAIN):
        pass
    assert "il refuse la connexion" in away.value.text.fr
    assert not away.value.answered
