# SPDX-License-Identifier: AGPL-3.0-or-later
"""The logs as other people's tools read them, and what a watcher downloads: docs/protocol.md §18.8.

Checkpoints, tiles and entries of C2SP tlog-tiles, whose prefix is the log's origin; the archive and
the journal from where a reader had come to; receipts. Nothing shows more than the last step.
"""

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from evote.board.export import published_archive
from evote.board.journal import journal_bytes
from evote.board.receipts import receipt_of
from evote.board.tiles import Tile, tile_of_entries, tile_of_hashes
from evote.web.ranges import answer_part
from evote.web.services import Served, Services, Uuid
from evote.web.trackers import read_tracker
from protocol.receipts import SUFFIX

router = APIRouter(include_in_schema=False)
BYTES: Final = "application/octet-stream"
TEXT: Final = "text/plain; charset=utf-8"
JSON_LINES: Final = "application/jsonl; charset=utf-8"
NEWEST: Final = {"Cache-Control": "no-store"}
# With it the booth tells a 404 of ours from one of a filter on the way: §18.8.
NO_RECEIPT: Final = {"Preau-Receipt": "none"}
FOR_EVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}

Log = Literal["board", "journal"]
Place = Annotated[str, Path(max_length=40)]
Level = Annotated[str, Path(pattern="^(0|[1-9][0-9]?)$")]


@router.get("/{uuid}/{log}/checkpoint")
def checkpoint(uuid: Uuid, log: Log, services: Served) -> Response:
    """Give the last published checkpoint of a log: §18.3, §18.6."""
    note = services.published(services.held(uuid)).log(log).note
    return Response(note, media_type=TEXT, headers=NEWEST)


@router.get("/{uuid}/{log}/tile/entries/{place:path}")
def entries(uuid: Uuid, log: Log, place: Place, services: Served) -> Response:
    """Give up to 256 entries of a log, each after its length."""
    held, tile = services.held(uuid), _tile(place)
    size = services.published(held).log(log).size
    with services.database.read() as connection:
        return _for_ever(tile_of_entries(connection, held, log, size, tile))


@router.get("/{uuid}/{log}/tile/{level}/{place:path}")
def hashes(uuid: Uuid, log: Log, level: Level, place: Place, services: Served) -> Response:
    """Give up to 256 hashes of a level of a log's tree."""
    held, tile = services.held(uuid), _tile(place)
    size = services.published(held).log(log).size
    with services.database.read() as connection:
        return _for_ever(tile_of_hashes(connection, held, log, size, int(level), tile))


@router.get("/e/{uuid}/archive")
def archive(uuid: Uuid, request: Request, services: Served) -> Response:
    """Send the archive as it is published, or what follows a part of it: §10.3."""
    held = services.held(uuid)
    with services.database.read() as connection:
        published = published_archive(connection, held)

    def part(start: int, end: int) -> Iterator[bytes]:
        return published.part(services.database, start, end)

    headers = {"Content-Disposition": f'attachment; filename="{uuid}.bel"'}
    return answer_part(request, published.length, part, BYTES, headers)


@router.get("/e/{uuid}/journal.jsonl")
def journal(uuid: Uuid, request: Request, services: Served) -> Response:
    """Send the journal as it is published, or what follows a part of it: §19.1."""
    held = services.held(uuid)
    size = services.published(held).journal.size
    with services.database.read() as connection:
        data = journal_bytes(connection, held, size)

    def part(start: int, end: int) -> Iterator[bytes]:
        yield data[start:end]

    return answer_part(request, len(data), part, JSON_LINES, {})


@router.get("/e/{uuid}/receipt/{tracker}")
def receipt(uuid: Uuid, tracker: Annotated[str, Path(max_length=80)], services: Served) -> Response:
    """Give the receipt of a published ballot: §20.2.

    Raises:
        HTTPException: 404: no ballot that is published has this tracker.
    """
    wanted = read_tracker(tracker)
    made = None if wanted is None else _receipt(services, uuid, wanted)
    if made is None:
        raise HTTPException(404, headers=NO_RECEIPT)
    name = f'attachment; filename="{wanted}{SUFFIX}"'
    return Response(made, media_type=TEXT, headers={**NEWEST, "Content-Disposition": name})


def _receipt(services: Services, uuid: str, tracker: str) -> bytes | None:
    held, server = services.held(uuid), services.sealed(uuid).evote.server
    if server is None:
        raise RuntimeError("an election on a server names its keys")
    with services.database.read() as connection:
        found = receipt_of(connection, held, server.board_key, tracker)
    return None if found is None else found.encode()


def _tile(place: str) -> Tile:
    tile = Tile.decode(place)
    if tile is None:
        raise HTTPException(404)
    return tile


def _for_ever(data: bytes | None) -> Response:
    if data is None:
        raise HTTPException(404)
    return Response(data, media_type=BYTES, headers=FOR_EVER)
