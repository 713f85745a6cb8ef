# SPDX-License-Identifier: AGPL-3.0-or-later
"""A torn end is set aside, and nothing else is ever cut from an archive: docs/protocol.md §10.2."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from protocol.events import EventKind
from tally.archive_file import append_entries, create_archive, read_head
from tally.errors import Refusal, Unreadable
from tally.torn_tail import set_aside_torn_tail
from tests.simulator import HEADER, SimulatedElection

ELECTION = SimulatedElection()
ENTRIES = ELECTION.entries()
OPEN = ELECTION.archive(EventKind.BALLOT)  # the set-up and four ballots
LAST = len(OPEN) - 512 - 512  # the header of the last event
NEXT = [(EventKind.BALLOT, [ELECTION.cast(4, 0).encode()])]


def ballot_offset(number: int) -> int:
    """Return where the content of a ballot, from 0, starts."""
    return OPEN.index(ELECTION.ballots[number].encode())


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "a.bel"


def torn_tails() -> dict[str, bytes]:
    path_less = ELECTION.archive(EventKind.BALLOT)
    whole = SimulatedElection(votes=(0, 1, None, 0, 0)).archive(EventKind.BALLOT)
    group = whole[len(path_less) :]
    data = len(group) - 1024
    return {
        "one byte": group[:1],
        "inside the first header": group[:511],
        "a header alone": group[:512],
        "inside a datum": group[:2000],
        "inside the padding": group[: data - 1],
        "whole data": group[:data],
        "inside the event's header": group[: data + 100],
        "inside the event": group[: data + 600],
        "all but a byte": group[:-1],
        "a newline of an editor": b"\n",
        "zeros of a lost extent": bytes(3000),
        "a block of zeros": bytes(512),
    }


@pytest.mark.parametrize("tail", torn_tails().values(), ids=torn_tails())
def test_a_torn_tail_is_set_aside_and_its_bytes_are_kept(archive: Path, tail: bytes) -> None:
    archive.write_bytes(OPEN + tail)
    assert read_head(archive) == ELECTION.head(EventKind.BALLOT)
    torn = set_aside_torn_tail(archive)
    assert torn is not None
    assert (torn.size, torn.path.name) == (len(tail), "a.bel.cut-1")
    assert torn.path.read_bytes() == tail
    assert stat.S_IMODE(torn.path.stat().st_mode) == 0o600
    assert archive.read_bytes() == OPEN
    assert set_aside_torn_tail(archive) is None


def test_what_was_set_aside_before_is_not_replaced(archive: Path) -> None:
    for number in (1, 2):
        archive.write_bytes(OPEN + bytes(number))
        torn = set_aside_torn_tail(archive)
        assert torn is not None
        assert torn.path.name == f"a.bel.cut-{number}"
    assert (archive.parent / "a.bel.cut-1").read_bytes() == bytes(1)


def flipped(at: int) -> bytes:
    data = bytearray(OPEN)
    data[at] ^= 1
    return bytes(data)


DAMAGED = {
    "a ballot": flipped(ballot_offset(1) + 30),
    "a ballot, and a newline at the end": flipped(ballot_offset(0) + 30) + b"\n",
    "a ballot, and a torn tail": flipped(ballot_offset(0) + 30) + torn_tails()["inside a datum"],
    "a ballot's header": flipped(ballot_offset(1) - 512 + 70) + b"\n",
    "the size of a ballot": flipped(ballot_offset(1) - 512 + 126) + b"\n",
    "the last ballot": flipped(ballot_offset(3) + 30) + b"\n",
    "the last event": flipped(LAST + 512 + 5),
    "the last event's header": flipped(LAST + 5),
    "the last event's padding": flipped(len(OPEN) - 1),
    "a ballot cut out": OPEN[: ballot_offset(1) - 512] + OPEN[ballot_offset(2) - 512 :] + b"\n",
    "a block lost": OPEN[: ballot_offset(2)] + OPEN[ballot_offset(2) + 512 :],
    "half the archive zeroed": OPEN[: len(OPEN) // 2] + bytes(len(OPEN) - len(OPEN) // 2),
    "something else added": OPEN + b"x" * 600,
    "an event too early": OPEN + OPEN[LAST:] + b"\n",
}
# In these, the last event is whole: whoever only adds does not read what stands before it.
UNSEEN_BY_WRITERS = {"a ballot", "a block lost"}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_damaged_is_never_cut(archive: Path, name: str) -> None:
    archive.write_bytes(DAMAGED[name])
    with pytest.raises(Refusal, match="abîmée ou modifiée"):
        set_aside_torn_tail(archive)
    if name not in UNSEEN_BY_WRITERS:
        with pytest.raises(Refusal, match="abîmée ou modifiée"):
            append_entries(archive, NEXT)
    assert archive.read_bytes() == DAMAGED[name]
    assert [each.name for each in archive.parent.iterdir()] == ["a.bel"]


def test_a_size_that_swallows_the_rest_is_not_taken_for_a_torn_tail(archive: Path) -> None:
    # A header that could be ours, and claims more than there is, before a whole ballot.
    other = archive.parent / "other.bel"
    create_archive(other, HEADER, [*ENTRIES[:1], (EventKind.BALLOT, [b"[" + b" " * 2**16 + b"]"])])
    header = other.read_bytes()[ballot_offset(0) - 512 : ballot_offset(0)]
    assert header[124:135] == b"%011o" % (2**16 + 2)
    data = OPEN[: ballot_offset(1) - 512] + header + OPEN[ballot_offset(1) :]
    archive.write_bytes(data)
    with pytest.raises(Refusal, match="abîmée ou modifiée"):
        set_aside_torn_tail(archive)
    assert archive.read_bytes() == data


@pytest.mark.parametrize("kind", list(EventKind)[2:])
def test_nothing_is_mended_once_the_vote_is_closed(archive: Path, kind: EventKind) -> None:
    archive.write_bytes(ELECTION.archive(kind) + b"\n")
    with pytest.raises(Refusal, match="alors que le vote est clos"):
        set_aside_torn_tail(archive)
    assert archive.read_bytes() == ELECTION.archive(kind) + b"\n"


@pytest.mark.parametrize("content", [b"", b"BELENIOS", bytes(4096), OPEN[:700], OPEN[:5000]])
def test_what_has_no_whole_event_is_no_archive(archive: Path, content: bytes) -> None:
    archive.write_bytes(content)
    with pytest.raises(Unreadable, match="n'est pas l'archive"):
        set_aside_torn_tail(archive)
    assert archive.read_bytes() == content


def test_the_archive_is_cut_only_once_the_bytes_are_safe(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object, **_options: object) -> None:
        raise Unreadable("le disque est plein", "faites de la place")

    archive.write_bytes(OPEN + b"\n")
    monkeypatch.setattr("tally.torn_tail.write_file", full)
    with pytest.raises(Unreadable):
        set_aside_torn_tail(archive)
    assert archive.read_bytes() == OPEN + b"\n"
