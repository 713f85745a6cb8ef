# SPDX-License-Identifier: AGPL-3.0-or-later
"""A few lines that read the peer's archives, so that these tests rest on no code of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from protocol.ballot import BallotContext
from protocol.encoding import decode_json, sha256_base64
from protocol.group import Element
from protocol.questions import decode_questions

PEER = Path(__file__).parents[2] / "vectors" / "peer"
ARCHIVES = sorted(path for path in PEER.glob("*/*.bel"))


def members(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of each member of a tar without end blocks."""
    data, place = archive.read_bytes(), 0
    while place < len(data):
        header = data[place : place + 512]
        size = int(header[124:135], 8)
        yield header[:100].rstrip(b"\0").decode(), data[place + 512 : place + 512 + size]
        place += 512 + -(-size // 512) * 512


def read(archive: Path) -> tuple[BallotContext, list[str], list[bytes]]:
    """Return what ballots are verified against, the public credentials and the ballots."""
    data = {name[:64]: content for name, content in members(archive)}
    events: list[dict[str, Any]] = [
        json.loads(content) for name, content in members(archive) if name.endswith(".event.json")
    ]
    setup = json.loads(data[events[0]["payload"]])
    election = data[setup["election"]]
    value: Any = decode_json(election)
    context = BallotContext(
        value["uuid"],
        sha256_base64(election),
        Element.decode(value["public_key"]),
        decode_questions(value["questions"], ignore_unknown=True),
    )
    ballots = [data[event["payload"]] for event in events if event["type"] == "Ballot"]
    return context, json.loads(data[setup["credentials"]]), ballots
