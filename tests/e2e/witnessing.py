# SPDX-License-Identifier: AGPL-3.0-or-later
"""A witness in a process of its own, and requests to it."""

from __future__ import annotations

import http.client
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from audit.witness_key import WitnessKey, write_key
from tests.unit.audit.witnesses import LOG, OTHER_LOG, SIGNER

NAME = sha256(LOG.name.encode()).hexdigest()
PLACE = re.compile(r"http://\S+:(\d+)")
HOST, PATIENCE = "127.0.0.1", 20


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    kind: str
    body: bytes


def command(folder: Path, *more: object) -> list[str]:
    """A witness with its key in a folder and its memory in another."""
    key = folder / "secret"
    if not key.exists():
        write_key(WitnessKey(SIGNER.name, SIGNER.seed), key)
    own = ["--key", str(key), "--store", str(folder / "memory"), "--listen", f"{HOST}:0"]
    given = [str(word) for word in more] or ["--log", LOG.vkey, OTHER_LOG.vkey]
    return [sys.executable, "-m", "audit", "witness", "serve", *own, *given]


@contextmanager
def running(folder: Path, *more: object) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The process and its port; killed at the end, if it still runs."""
    with subprocess.Popen(
        command(folder, *more), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process, port_of(process)
        finally:
            process.kill()
            process.communicate()


def port_of(process: subprocess.Popen[str]) -> int:
    """The port that it says it listens on."""
    assert process.stdout is not None
    for line in process.stdout:
        found = PLACE.search(line)
        if found:
            return int(found[1])
    raise AssertionError(process.communicate())


def ask(port: int, method: str, path: str, body: bytes | None = None, **headers: str) -> Answered:
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return Answered(response.status, response.getheader("Content-Type") or "", response.read())
    finally:
        connection.close()


def add(port: int, body: bytes) -> Answered:
    return ask(port, "POST", "/add-checkpoint", body)


def last(port: int, name: str = NAME) -> Answered:
    return ask(port, "GET", f"/{name}/checkpoint")
