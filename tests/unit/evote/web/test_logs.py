# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checkpoints, tiles, entries, parts and receipts as others' tools ask for them: §18.8, §20.2."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from protocol.cosignatures import verify_seen
from protocol.journal import decode_journal
from protocol.merkle import LogPosition, leaf_hash, node_hash
from protocol.notes import Checkpoint
from protocol.receipts import Receipt
from protocol.server_binding import BOARD, JOURNAL
from tests.simulator import UUID
from tests.site import Site

ARCHIVE, LINES = f"/e/{UUID}/archive", f"/e/{UUID}/journal.jsonl"


@pytest.fixture
def voted(site: Site) -> Site:
    for elector in range(3):
        site.vote(elector)
    return site


def checkpoint(client: TestClient, site: Site, log: str) -> Checkpoint:
    answer = client.get(f"/{UUID}/{log}/checkpoint")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    server = site.school.election.bindings.server
    assert server is not None
    key = server.board_key if log == BOARD else server.journal_key
    seen = verify_seen(answer.content, key)
    assert seen.stamped_at == site.clock.time
    assert key.name.endswith(f"/{UUID}/{log}")  # the prefix of these very addresses
    return seen.checkpoint


def bundled(data: bytes) -> Iterator[bytes]:
    """The entries of a tile of entries, each after its length."""
    while data:
        end = 2 + int.from_bytes(data[:2], "big")
        yield data[2:end]
        data = data[end:]


@pytest.mark.parametrize("log", [BOARD, JOURNAL])
def test_a_tool_of_others_rebuilds_the_tree_from_tiles_and_from_entries(
    client: TestClient, voted: Site, log: str
) -> None:
    seen = checkpoint(client, voted, log)
    assert seen.size == {BOARD: 4, JOURNAL: 2}[log]
    tile = client.get(f"/{UUID}/{log}/tile/0/000.p/{seen.size}")
    entries = client.get(f"/{UUID}/{log}/tile/entries/000.p/{seen.size}")
    for answer in (tile, entries):
        assert answer.headers["content-type"] == "application/octet-stream"
        assert "immutable" in answer.headers["cache-control"]
    leaves = [tile.content[i : i + 32] for i in range(0, len(tile.content), 32)]
    assert [leaf_hash(entry) for entry in bundled(entries.content)] == leaves
    assert LogPosition.of(bundled(entries.content)) == seen.position
    if log == BOARD:
        pairs = node_hash(leaves[0], leaves[1]), node_hash(leaves[2], leaves[3])
        assert node_hash(*pairs) == seen.root


def test_what_is_not_there_is_not_found(client: TestClient, voted: Site) -> None:
    assert voted.school.counts() == (3, 3)
    absent = (
        *("0/000", "0/000.p/5", "0/000.p/0", "0/000.p/04", "0/000.p/256", "0/001.p/1", "1/000.p/1"),
        *("0/0", "0/x000/000.p/1", "00/000.p/1", "64/000.p/1", "-1/000.p/1", "0/000.p", "0/000p/1"),
        *("entries/000.p/5", "entries/000", "entries/", "data/000.p/1", "0/000.p/1/", "0/٠٠٠.p/1"),
    )
    for path in absent:
        answer = client.get(f"/{UUID}/board/tile/{path}")
        assert answer.status_code == 404, path
        assert "immutable" not in answer.headers.get("cache-control", ""), path
    for path in (f"/{UUID}/ballots/checkpoint", "/AnotherVote123/board/checkpoint", f"/{UUID}/x"):
        assert client.get(path).status_code == 404, path


def part(client: TestClient, path: str, asked: str) -> Response:
    return client.get(path, headers={"Range": asked, "Accept-Encoding": "gzip"})


@pytest.mark.parametrize("path", [ARCHIVE, LINES])
def test_a_part_is_what_the_whole_has_there(client: TestClient, voted: Site, path: str) -> None:
    assert voted.school.counts() == (3, 3)
    whole = client.get(path)
    data, length = whole.content, len(whole.content)
    assert whole.headers["accept-ranges"] == "bytes"
    starts = [0, 1, 511, 512, 1024, length // 3, length // 2, length - 512, length - 1]
    for start in [each for each in starts if 0 <= each < length]:
        for end in (start, start + 1, start + 700, length - 1, length, 10**18 - 1):
            answer = part(client, path, f"bytes={start}-{end}")
            last = min(end, length - 1)
            assert (answer.status_code, answer.content) == (206, data[start : last + 1])
            assert answer.headers["content-range"] == f"bytes {start}-{last}/{length}"
            assert answer.headers["content-length"] == str(last + 1 - start)
            assert "content-encoding" not in answer.headers
        answer = part(client, path, f"bytes={start}-")
        assert (answer.status_code, answer.content) == (206, data[start:])


@pytest.mark.parametrize("path", [ARCHIVE, LINES])
def test_beyond_the_end_there_is_nothing(client: TestClient, site: Site, path: str) -> None:
    length = len(client.get(path).content)
    for asked in (f"bytes={length}-", f"bytes={length}-{length + 5}", "bytes=5-4"):
        answer = part(client, path, asked)
        assert answer.status_code == 416
        assert answer.headers["content-range"] == f"bytes */{length}"
        assert answer.content == b""
    assert site.school.counts() == (0, 0)


@pytest.mark.parametrize(
    "asked", ["bytes=-5", "bytes=0-1,3-4", "bytes=", "lines=0-1", "bytes=a-", "bytes=0-1 "]
)
def test_another_range_gets_the_whole(client: TestClient, asked: str) -> None:
    answer = part(client, ARCHIVE, asked)
    assert (answer.status_code, answer.content) == (200, client.get(ARCHIVE).content)


def test_a_part_of_a_version_that_nobody_keeps_is_the_whole(client: TestClient) -> None:
    headers = {"Range": "bytes=600-", "If-Range": '"some version"'}
    answer = client.get(ARCHIVE, headers=headers)
    assert (answer.status_code, answer.content) == (200, client.get(ARCHIVE).content)


def test_who_has_the_beginning_reads_only_what_follows(client: TestClient, site: Site) -> None:
    kept = {path: client.get(path).content for path in (ARCHIVE, LINES)}
    site.vote(0)
    site.close_and_count()
    for path, before in kept.items():
        answer = part(client, path, f"bytes={len(before)}-")
        assert answer.status_code == 206
        assert before + answer.content == client.get(path).content
    entries = decode_journal(client.get(LINES).content)
    assert [each.kind.value for each in entries][-1] == "tallied"


def test_a_receipt_shows_that_the_ballot_is_published(client: TestClient, voted: Site) -> None:
    server = voted.school.election.bindings.server
    assert server is not None
    for elector in range(3):
        ballot = voted.school.election.cast(elector, 0)
        answer = client.get(f"/e/{UUID}/receipt/{ballot.tracker()}")
        assert answer.headers["cache-control"] == "no-store"
        name = f'attachment; filename="{ballot.tracker()}.tlog-proof"'
        assert answer.headers["content-disposition"] == name
        receipt = Receipt.decode(answer.content)
        assert receipt.verify() == checkpoint(client, voted, BOARD)
        assert (receipt.tracker, receipt.key) == (ballot.tracker(), server.board_key)
        assert json.loads(receipt.event.encode())["height"] == 1 + elector
        typed = ballot.tracker().lower().replace("-", "")
        assert client.get(f"/e/{UUID}/receipt/{typed}").content == answer.content
    for wrong in ("0000-0000-0000-0000", "short", "0000-0000-0000-0000-0"):
        answer = client.get(f"/e/{UUID}/receipt/{wrong}")
        assert (answer.status_code, answer.headers["preau-receipt"]) == (404, "none")
    for missing in (f"/e/{UUID}/receipts", "/e/ABCDEFGHJKLMNPQ/receipt/0000-0000-0000-0000"):
        assert "preau-receipt" not in client.get(missing).headers


def test_who_asks_for_a_receipt_is_not_logged(
    client: TestClient, voted: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "evote.web")
    tracker = voted.school.election.cast(0, 0).tracker()
    assert client.get(f"/e/{UUID}/receipt/{tracker}").status_code == 200
    assert client.get(f"/e/{UUID}/receipt/0000-0000-0000-0000").status_code == 404
    assert not caplog.records
    client.get(f"/e/{UUID}")
    assert caplog.records
