# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a browser does with the server, without one: pages and files fetched, requests posted.

A request without an answer is sent again, as the booth does: docs/adr/0010 says why that is safe.
"""

import http.client
import json
import shutil
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from evote.demo.parallel import rest
from evote.errors import Refusal

PATIENCE_SECONDS: Final = 60
HEALTH_SECONDS: Final = 2
PAUSES: Final = (0.0, 0.2, 1.0, 3.0)
_UNAVAILABLE: Final = 503


class ServerGone(Exception):
    """Nobody answers at the server's address any more."""


class Visitor:
    """One client with one connection, which stays open between requests."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(
            urlsplit(url).netloc, timeout=PATIENCE_SECONDS
        )

    def get(self, path: str) -> bytes:
        """Return what the server has at this path.

        Raises:
            ServerGone: nobody answers.
            Refusal: it has nothing there, or cannot answer now.
        """
        status, data = self._ask("GET", path, None)
        if status != http.client.OK:
            raise _not_given(path, status)
        return data

    def post(self, path: str, message: dict[str, str]) -> dict[str, Any]:
        """Return the answer to a message.

        Raises:
            ServerGone: nobody answers.
            Refusal: the server cannot record anything now.
        """
        _, data = self._ask("POST", path, json.dumps(message).encode("ascii"))
        answer: dict[str, Any] = json.loads(data)
        return answer

    def download(self, path: str, file: Path) -> None:
        """Write what the server has at this path to a new file, however long it is."""
        try:
            self._connection.request("GET", path)
            with self._connection.getresponse() as answer, file.open("xb") as target:
                if answer.status != http.client.OK:
                    raise _not_given(path, answer.status)
                shutil.copyfileobj(answer, target)
        except (ConnectionError, TimeoutError, http.client.HTTPException) as cause:
            raise ServerGone from cause
        finally:
            self._connection.close()

    def _ask(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        answered = False
        for pause in PAUSES:
            if not rest(pause):
                break
            try:
                status, data = self._once(method, path, body)
            except (OSError, http.client.HTTPException):
                self._connection.close()
                continue
            if status != _UNAVAILABLE:
                return status, data
            answered = True
        if answered:
            raise Refusal(
                "le serveur ne peut rien enregistrer en ce moment",
                "faites de la place sur le disque, puis recommencez",
            )
        raise ServerGone

    def _once(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        headers = {} if body is None else {"Content-Type": "application/json"}
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read()


def _not_given(path: str, status: int) -> Refusal:
    return Refusal(
        f"le serveur n'a pas donné {path} (réponse {status})", "recommencez la démonstration"
    )


def is_healthy(url: str) -> bool:
    """Tell whether a server answers at this address that it and its database work."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=HEALTH_SECONDS)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
