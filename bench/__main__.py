# SPDX-License-Identifier: AGPL-3.0-or-later
"""`make bench`: one table on the screen, every figure in build/bench.json."""

from __future__ import annotations

import argparse
import compileall
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.archives import FEWEST, archive_of, show_progress
from bench.booth import booth
from bench.casting import accepting
from bench.machine import BUSY, describe_machine, load
from bench.measures import Measured, Row, ballots_made, ceremony, memory, verification
from setup.fetch_peer import PeerError, fetch_peer

ROOT = Path(__file__).resolve().parent.parent
SMALL = ROOT / "tests" / "vectors" / "peer" / "six-lists-300"
FEW, MANY, LARGE = 300, 3_000, 100_000
HEADINGS = Row("measured", "ours", "belenios-tool", "ratio", "goal")


def main() -> int:
    """Measure, show, keep."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--large", type=int, nargs="?", const=LARGE, metavar="N", help="with N ballots (100,000)"
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds, to see that it runs")
    parser.add_argument("--json", type=Path, default=ROOT / "build" / "bench.json")
    arguments = parser.parse_args()
    if arguments.large is not None and arguments.large < FEWEST:
        parser.error(f"--large: {FEWEST} ballots or more")
    try:
        peer = fetch_peer()
    except PeerError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    # As installing does: else a Python that may write no bytecode compiles audit/ at every run.
    compileall.compile_dir(ROOT / "audit", quiet=1)
    machine = describe_machine()
    results = measure(peer, quick=arguments.quick)
    if arguments.large:
        archive = archive_of(arguments.large, show_progress)
        results["large"] = memory(archive, arguments.large)
    machine["load at the end"] = load()
    show(machine, [row for result in results.values() for row in result.rows])
    figures = {name: result.figures for name, result in results.items()}
    arguments.json.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"version": 1, "machine": machine, "figures": figures}, indent=1)
    arguments.json.write_text(f"{text}\n", encoding="utf-8")
    print(f"\nevery figure: {arguments.json}")
    return 0


def measure(peer: Path, *, quick: bool) -> dict[str, Measured]:
    """All that does not depend on the large archive. Goals: by how many processors."""
    many = archive_of(MANY, show_progress)
    few = next(SMALL.glob("*.bel"))
    return {
        "300": verification(peer, few, FEW, 1 if quick else 5, {1: 1.5, 2: 2.3}),
        "3000": verification(peer, many, MANY, 1 if quick else 3, {1: 1.5, 2: 2.8}),
        "ballots": ballots_made(many, 1 if quick else 5),
        "ceremony": ceremony(1 if quick else 5),
        "casting": accepting((2,), 100) if quick else accepting(),
        "booth": booth(2 if quick else 10),
    }


def show(machine: dict[str, str | int | float | None], rows: Sequence[Row]) -> None:
    """Print the machine and one table, its columns aligned."""
    print("; ".join(f"{name} {value}" for name, value in machine.items()))
    busy = machine["load"]
    if isinstance(busy, float) and busy > BUSY:
        print("The machine was busy before this began: take no figure from this table.")
    print("Medians. The peer uses one core; a ratio is its time by the clock over ours.\n")
    table = [(row.what, row.value, row.peer, row.ratio, row.goal) for row in (HEADINGS, *rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print("  ".join(cells).rstrip())


if __name__ == "__main__":
    sys.exit(main())
