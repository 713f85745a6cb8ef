# SPDX-License-Identifier: AGPL-3.0-or-later
"""How many ballots a second are accepted: PIN judged, proofs verified, committed, acknowledged.

Over HTTP, from the real `evote serve`, by 8 parents at a time who share its processors; on SQLite
and on PostgreSQL. Afterwards the board must verify, with every acknowledged ballot on it.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

from bench.measures import Measured, Row
from bench.polling import OpenVote, host_vote, prepare_vote, write_record
from bench.run import note
from bench.serving import processor_seconds, serving
from protocol.sending import padding_for
from setup.postgresql import find_postgresql
from tests.db.postgresql import running_server

CLIENTS: Final = 8
VOTERS: Final = 600
WARM_UP: Final = 40  # parents who vote before the clock starts
GOAL: Final = 150
USUAL_WORKERS: Final = 2


@dataclass(frozen=True, slots=True)
class Place:
    """A database, with what of its own processor time counts; ``root`` of a server apart."""

    name: str
    url: str
    folder: Path
    keys: Path
    root: int | None


def accepting(workers: Sequence[int] = (1, 2, 3), voters: int = VOTERS) -> Measured:
    """Ballots accepted a second by so many workers, on both databases."""
    note("making ballots to cast")
    vote = prepare_vote(WARM_UP + voters)
    rows: list[Row] = []
    figures: dict[str, object] = {}
    for kind in ("SQLite", "PostgreSQL"):
        if kind == "PostgreSQL" and find_postgresql() is None:
            rows.append(Row("accept ballots, PostgreSQL", "not measured: no PostgreSQL here"))
            continue
        for count in workers:
            note(f"casting on {kind}, {count} worker(s)")
            figure = measure(kind, vote, count)
            rows.append(_row(kind, count, figure))
            figures[f"{kind}, {count} worker(s)"] = figure
    note("")
    return Measured(tuple(rows), figures)


def _row(kind: str, workers: int, figure: dict[str, float]) -> Row:
    mine, others = figure["server ms"] + figure["database ms"], figure["clients ms"]
    value = (
        f"{figure['a second']:.0f}/s, p50 {figure['p50 ms']:.0f}, p95 {figure['p95 ms']:.0f} ms; "
        f"{mine:.1f} ms of processor each, the parents {others:.1f}"
    )
    goal = f"{GOAL}/s" if workers == USUAL_WORKERS else ""
    return Row(f"accept ballots, {kind}, {workers} worker(s)", value, goal=goal)


def measure(kind: str, vote: OpenVote, workers: int, warm_up: int = WARM_UP) -> dict[str, float]:
    """Let everybody vote on a new server, all but the first parents by the clock.

    Raises:
        RuntimeError: a ballot was not recorded, or the board is not what was acknowledged.
    """
    with tempfile.TemporaryDirectory(prefix="preau-bench-") as folder:
        keys = Path(folder) / "keys"
        keys.mkdir(mode=0o700)
        with _place(kind, Path(folder)) as place:
            pins = host_vote(place.url, keys, vote)
            with serving(place.url, keys, workers) as (port, server):
                parents = [requests_of(port, vote, i, pin) for i, pin in enumerate(pins)]
                let_vote(port, parents[:warm_up])
                before = processor_seconds(server), _database_seconds(place)
                seen = let_vote(port, parents[warm_up:])
                after = processor_seconds(server), _database_seconds(place)
            require_true(place, vote, len(parents))
    voted = len(parents) - warm_up
    used = [1000 * (late - early) / voted for early, late in zip(before, after, strict=True)]
    return _figures(seen, voted, *used)


def _figures(seen: dict[str, Any], voted: int, server: float, database: float) -> dict[str, float]:
    whole = [a + b for a, b in zip(seen["pre_checks"], seen["casts"], strict=True)]
    figures = {"a second": voted / seen["seconds"], "server ms": server, "database ms": database}
    figures["clients ms"] = 1000 * seen["cpu"] / voted
    for name, times in (("", seen["casts"]), ("pre-check ", seen["pre_checks"]), ("both ", whole)):
        cuts = quantiles(times, n=20)
        figures |= {f"{name}p50 ms": 1000 * cuts[9], f"{name}p95 ms": 1000 * cuts[18]}
    return {name: round(value, 3) for name, value in figures.items()}


@contextlib.contextmanager
def _place(kind: str, folder: Path) -> Iterator[Place]:
    if kind == "SQLite":
        (folder / "data").mkdir()
        yield Place(
            kind, f"sqlite:///{folder / 'data' / 'preau.db'}", folder, folder / "keys", None
        )
        return
    with running_server() as server:
        server.execute("CREATE DATABASE preau")
        root = int((server.data / "postmaster.pid").read_text().split()[0])
        yield Place(kind, server.url("preau"), folder, folder / "keys", root)


def _database_seconds(place: Place) -> float:
    return 0 if place.root is None else processor_seconds(place.root)


def requests_of(port: int, vote: OpenVote, place: int, pin: str) -> tuple[str, str]:
    """The pre-check and the cast of an elector, from 0, as the booth sends them."""
    number, ballot = vote.voters[place][0], vote.voters[place][1].decode()
    who = {"sign_in_number": number, "pin": pin}
    path, padding = f"/api/elections/{vote.uuid}", padding_for(vote.context, pin, ballot)
    return (
        _post(port, f"{path}/pre-check", who),
        _post(port, f"{path}/cast", {**who, "ballot": ballot, "padding": padding}),
    )


def _post(port: int, path: str, body: dict[str, str]) -> str:
    text = json.dumps(body)
    lines = (
        f"POST {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Accept-Encoding: gzip, deflate, br",
        "Content-Type: application/json",
        f"Content-Length: {len(text)}",
        f"Origin: http://127.0.0.1:{port}",
        "Sec-Fetch-Site: same-origin",
    )
    return "\r\n".join((*lines, "", text))


def let_vote(port: int, parents: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Let these parents vote, 8 at a time; return what they saw.

    Raises:
        RuntimeError: not every ballot was recorded.
    """
    order = json.dumps({"port": port, "clients": CLIENTS, "parents": parents})
    done = subprocess.run(
        (sys.executable, "-m", "bench.parents"),
        input=order,
        capture_output=True,
        text=True,
        check=True,
    )
    seen: dict[str, Any] = json.loads(done.stdout)
    if seen["outcomes"] != {"recorded": len(parents)}:
        raise RuntimeError(f"not every ballot was recorded: {seen['outcomes']}")
    return seen


def require_true(place: Place, vote: OpenVote, acknowledged: int) -> None:
    """Every acknowledged ballot is on the board, once, and the verifier accepts the board."""
    folder = place.folder / "record"
    if (counts := write_record(place.url, place.keys, folder, vote)) != (
        acknowledged,
        acknowledged,
    ):
        raise RuntimeError(f"{acknowledged} acknowledged, but ballots and sign-ins are {counts}")
    command = (sys.executable, "-m", "audit", "verify", folder, "--json")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    verdict = json.loads(done.stdout)
    if (verdict["verdict"], verdict["ballots"]) != ("valid", acknowledged):
        raise RuntimeError(f"the verifier refuses the board: {done.stdout[:500]}")
