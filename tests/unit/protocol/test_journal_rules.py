# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole journal beside its board, docs/protocol.md §18.4, §19.2 to §19.5."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from protocol.board import Board, read_board
from protocol.board_checks import verify_ballots, verify_board
from protocol.ceremony import Member
from protocol.credentials import public_credential
from protocol.errors import ProofError, ProtocolError
from protocol.events import EventKind
from protocol.group import GENERATOR
from protocol.journal import JournalEntry, decode_journal
from protocol.journal_bodies import (
    Body,
    Cancelled,
    Closed,
    ClosingSigned,
    EntryKind,
    Incident,
    Reissued,
    Suspended,
    Tallied,
)
from protocol.journal_rules import (
    TooFewWitnesses,
    board_position,
    verify_checkpoints,
    verify_journal,
)
from protocol.journal_state import JournalState, Phase
from protocol.merkle import LogPosition
from protocol.note_format import Note
from protocol.result import Result
from tests.simulator import SimulatedElection, Told, write_archive

OURS = SimulatedElection(server=True)

MOMENTS = {
    EventKind.SETUP: Phase.SEALED,
    EventKind.BALLOT: Phase.OPEN,
    EventKind.ENCRYPTED_TALLY: Phase.CLOSED,
    EventKind.PARTIAL_DECRYPTION: Phase.CLOSING_SIGNED,
    EventKind.RESULT: Phase.TALLIED,
}


def board_of(files: dict[str, bytes]) -> Board:
    (archive,) = (data for name, data in files.items() if name.endswith(".bel"))
    return read_board(io.BytesIO(archive))


@pytest.mark.parametrize(("until", "phase"), MOMENTS.items(), ids=lambda each: each.name)
def test_a_record_holds_at_every_moment(until: EventKind, phase: Phase) -> None:
    files = OURS.record(until)
    board = board_of(files)
    verify_board(board)
    state = verify_journal(board, decode_journal(files["journal.jsonl"]))
    assert state.phase is phase
    verify_checkpoints(
        board, state.position, files["board.checkpoint"], files["journal.checkpoint"]
    )


# ---------------------------------------------------------------- what the board shows

LOST = [public_credential(key) for key in OURS.private_credentials]
RICH = replace(
    OURS,
    voters=(0, 1, 2, 6),
    happenings=(
        (0, Incident("Les affiches sont posées")),
        (2, Reissued(LOST[3], 1)),
        (3, Incident("Une enfant a pleuré")),
        (5, Incident("Plus personne")),
    ),
)
LATEST = EventKind.PARTIAL_DECRYPTION
CANCELLED = Cancelled("a", (Member("Anne", "a"), Member("Bruno", "b")))

Retell = Callable[[list[Told]], object]
"""Changes what the journal tells."""


def judge(files: dict[str, bytes], entries: Sequence[JournalEntry] | None = None) -> JournalState:
    told = decode_journal(files["journal.jsonl"]) if entries is None else entries
    return verify_journal(board_of(files), told)


def retold(
    change: Retell, until: EventKind = LATEST
) -> tuple[dict[str, bytes], tuple[JournalEntry, ...]]:
    """Return a record, and its journal told otherwise, signed again where it must be."""
    told = RICH.told(until)
    change(told)
    kinds = [body.kind for _, _, body in told]
    if EntryKind.CLOSING_SIGNED in kinds and EntryKind.CLOSED in kinds:
        closed, signed = kinds.index(EntryKind.CLOSED), kinds.index(EntryKind.CLOSING_SIGNED)
        journal = LogPosition.of(each.encode() for each in RICH.write(told[: closed + 1]))
        body = told[closed][2]
        assert isinstance(body, Closed)
        told[signed] = (*told[signed][:2], ClosingSigned.of(body, journal))
    return RICH.record(until), RICH.write(told)


def test_a_rich_record_holds() -> None:
    assert judge(RICH.record()).phase is Phase.TALLIED
    assert judge(*retold(lambda _: None)).phase is Phase.CLOSING_SIGNED


def put(index: int, board: LogPosition | None = None, body: Body | None = None) -> Retell:
    def change(told: list[Told]) -> None:
        at, old_board, old_body = told[index]
        told[index] = (at, board or old_board, body or old_body)

    return change


def cut(*indexes: int) -> Retell:
    return lambda told: [told.pop(index) for index in sorted(indexes, reverse=True)]


OPENED, LAST_INCIDENT, CLOSED, SIGNED = 2, 5, 6, 7
WHOLE = LogPosition.of(event.encode() for event in RICH.events(LATEST))

UNTOLD: dict[str, tuple[Retell, str]] = {
    "no entry": (list.clear, "has no entry"),
    "another root": (put(LAST_INCIDENT, LogPosition(5, "a" * 64)), "the board as it was"),
    "another root of the set-up": (
        lambda told: [put(i, LogPosition(1, "a" * 64))(told) for i in range(3)],
        "the board as it was",
    ),
    "more events than there are": (
        lambda told: told.append((told[-1][0], LogPosition(10, "a" * 64), Incident("a"))),
        "more events than the board has",
    ),
    "no opening": (cut(*range(OPENED, SIGNED + 1)), "tells of no opening"),
    "no closing": (cut(CLOSED, SIGNED), "tells of no closing"),
    "an entry that saw the ballots end": (
        put(LAST_INCIDENT, RICH.board_position(6)),
        "fewer ballots than the board had",
    ),
    "another encrypted tally": (put(CLOSED, body=Closed(4, "a" * 64)), "another encrypted tally"),
    "a closing of fewer ballots": (
        lambda told: (
            put(LAST_INCIDENT, RICH.board_position(4))(told),
            put(CLOSED, RICH.board_position(6), Closed(3, RICH.closed.tally_event))(told),
            put(SIGNED, RICH.board_position(6))(told),
        ),
        "has not the ballots of the board",
    ),
    "a credential that is not listed": (
        put(3, body=Reissued(GENERATOR, 1)),
        "revoked credential is not listed",
    ),
    "a code that had voted": (put(3, body=Reissued(LOST[0], 1)), "height 1 is of a replaced code"),
    "a code that votes later": (put(3, body=Reissued(LOST[2], 1)), "height 3 is of a replaced"),
    "a reserve never activated": (cut(3), "height 4 is of a reserve not activated"),
    "a reserve revoked that voted": (put(3, body=Reissued(LOST[6], 1)), "of a replaced code"),
    "a reserve activated after it voted": (
        lambda told: told.insert(5, (told[5][0], RICH.board_position(5), told.pop(3)[2])),
        "height 4 is of a reserve not activated",
    ),
    "a cancellation, and a board that goes on": (
        lambda told: told.__setitem__(
            slice(CLOSED, None), [(told[-1][0], RICH.board_position(5), CANCELLED)]
        ),
        "tells of no closing",
    ),
}


@pytest.mark.parametrize(("change", "reason"), UNTOLD.values(), ids=UNTOLD)
def test_a_journal_that_the_board_belies_is_refused(change: Retell, reason: str) -> None:
    with pytest.raises(ProtocolError, match=reason):
        judge(*retold(change))


def test_a_reserve_votes_right_after_its_activation() -> None:
    def later(told: list[Told]) -> None:
        told.insert(4, (told[4][0], RICH.board_position(4), told.pop(3)[2]))

    assert judge(*retold(later)).reissued == ((LOST[3], 4),)


@pytest.mark.parametrize("body", [Suspended("Panne"), CANCELLED], ids=["suspended", "cancelled"])
def test_a_board_that_went_on_after_it_was_stopped_is_refused(body: Body) -> None:
    def stop(size: int) -> tuple[dict[str, bytes], tuple[JournalEntry, ...]]:
        def change(told: list[Told]) -> None:
            told[LAST_INCIDENT:] = [(told[-1][0], RICH.board_position(size), body)]

        return retold(change, EventKind.BALLOT)

    judge(*stop(5))
    with pytest.raises(ProtocolError, match="went on"):
        judge(*stop(4))


def test_a_signature_of_the_closing_by_too_few_is_refused() -> None:
    files = RICH.record(LATEST)
    *others, signed = decode_journal(files["journal.jsonl"])
    with pytest.raises(ProtocolError, match="1 trustees signed"):
        judge(files, (*others, replace(signed, signatures=signed.signatures[:1])))


# ---------------------------------------------------------------- the result


def test_a_result_that_is_not_told_is_refused() -> None:
    files = RICH.record()
    with pytest.raises(ProtocolError, match="the journal does not tell of it"):
        judge(files, decode_journal(files["journal.jsonl"])[:-1])


def test_an_entry_that_saw_the_result_too_early_is_refused() -> None:
    def change(told: list[Told]) -> None:
        told.insert(len(told) - 1, (told[-1][0], told[-1][1], Incident("a")))

    with pytest.raises(ProtocolError, match="saw the result before it was told"):
        judge(*retold(change, EventKind.RESULT))


def test_a_journal_other_than_the_result_names_is_refused() -> None:
    def change(told: list[Told]) -> None:
        told.insert(len(told) - 1, (told[-2][0], told[-2][1], Incident("a")))

    with pytest.raises(ProtocolError, match="does not name the journal as it was"):
        judge(*retold(change, EventKind.RESULT))


@pytest.mark.parametrize(
    ("board", "body"),
    [(None, Tallied("a" * 64)), (RICH.board_position(9), None)],
    ids=["another event", "before the result"],
)
def test_the_counting_names_the_result_at_the_end(
    board: LogPosition | None, body: Body | None
) -> None:
    with pytest.raises(ProtocolError, match="the result with which the board ends"):
        judge(*retold(put(-1, board, body), EventKind.RESULT))


def test_a_result_of_other_sign_ins_is_refused() -> None:
    files = RICH.record()
    board = board_of(files)
    assert board.result is not None
    assert board.result.evote is not None
    other = replace(board.result, evote=replace(board.result.evote, sign_ins=3))
    with pytest.raises(ProtocolError, match="the sign-ins of the closing"):
        verify_journal(replace(board, result=other), decode_journal(files["journal.jsonl"]))


def test_a_board_of_version_2_has_a_result_of_version_2() -> None:
    entries = OURS.entries()
    result = Result.decode(entries[-1][1][0], OURS.election.questions)
    assert result.evote is not None
    entries[-1] = (
        EventKind.RESULT,
        [replace(result, evote=replace(result.evote, journal=None)).encode()],
    )
    with pytest.raises(ProtocolError, match="another version"):
        read_board(io.BytesIO(write_archive(entries)))


# ---------------------------------------------------------------- checkpoints


@pytest.mark.parametrize("wrong", ["board.checkpoint", "journal.checkpoint"])
@pytest.mark.parametrize("size", [4, 6, None])
def test_a_checkpoint_of_another_moment_or_log_is_refused(wrong: str, size: int | None) -> None:
    files = OURS.record()
    log = wrong.removesuffix(".checkpoint")
    other = "journal" if log == "board" else "board"
    files[wrong] = (
        files[f"{other}.checkpoint"]
        if size is None
        else OURS.checkpoint(log, OURS.board_position(size), OURS.opens_at)
    )
    with pytest.raises(ProtocolError):
        verify_checkpoints(
            board_of(files),
            OURS.journal_position(),
            files["board.checkpoint"],
            files["journal.checkpoint"],
        )


@pytest.mark.parametrize("wrong", ["board.checkpoint", "journal.checkpoint"])
def test_a_checkpoint_of_as_many_other_entries_is_refused(wrong: str) -> None:
    files, log = OURS.record(), wrong.removesuffix(".checkpoint")
    position = OURS.board_position(10) if log == "board" else OURS.journal_position()
    files[wrong] = OURS.checkpoint(log, replace(position, root="a" * 64), OURS.opens_at)
    with pytest.raises(ProtocolError, match=f"not of this {log}"):
        verify_checkpoints(
            board_of(files),
            OURS.journal_position(),
            files["board.checkpoint"],
            files["journal.checkpoint"],
        )


@pytest.mark.parametrize("wrong", ["board.checkpoint", "journal.checkpoint"])
def test_a_checkpoint_without_stamp_is_refused(wrong: str) -> None:
    files, log = OURS.record(), wrong.removesuffix(".checkpoint")
    position = OURS.board_position(99) if log == "board" else OURS.journal_position()
    files[wrong] = OURS.checkpoint(log, position)
    with pytest.raises(ProtocolError, match=f"of the {log} has no stamp"):
        verify_checkpoints(
            board_of(files),
            OURS.journal_position(),
            files["board.checkpoint"],
            files["journal.checkpoint"],
        )


WITNESSED = SimulatedElection(server=True, witnesses=3, quorum=2)
ENDED, NOT_YET = EventKind.RESULT, EventKind.PARTIAL_DECRYPTION


def require_checkpoints(files: dict[str, bytes]) -> None:
    """Check the checkpoints of a record of the election with witnesses."""
    entries = [each.encode() for each in decode_journal(files["journal.jsonl"])]
    verify_checkpoints(
        board_of(files),
        LogPosition.of(entries),
        files["board.checkpoint"],
        files["journal.checkpoint"],
    )


@pytest.mark.parametrize(
    ("until", "cosigned"),
    [(ENDED, (1, 2, 3)), (ENDED, (1, 3)), (NOT_YET, (2,)), (NOT_YET, ()), (EventKind.SETUP, ())],
)
def test_the_quorum_co_signs_what_has_a_result(until: EventKind, cosigned: tuple[int, ...]) -> None:
    require_checkpoints(WITNESSED.record(until, cosigned=cosigned))


@pytest.mark.parametrize("log", ["board", "journal"])
def test_a_result_without_the_quorum_is_refused(log: str) -> None:
    files, few = WITNESSED.record(), WITNESSED.record(cosigned=(2,))
    name = f"{log}.checkpoint"
    with pytest.raises(TooFewWitnesses, match=f"too few witnesses co-signed the {log}") as refused:
        require_checkpoints(files | {name: few[name]})
    assert (refused.value.found, refused.value.quorum) == (1, 2)


def test_what_is_false_is_not_called_late() -> None:
    """Of a board that few have co-signed and a journal of another moment, the journal is told."""
    few, other = WITNESSED.record(cosigned=(2,)), WITNESSED.record(NOT_YET)
    name = "journal.checkpoint"
    with pytest.raises(ProofError, match="not of this journal") as refused:
        require_checkpoints(few | {name: other[name]})
    assert not isinstance(refused.value, TooFewWitnesses)


@pytest.mark.parametrize("log", ["board", "journal"])
@pytest.mark.parametrize("false", [1, 2, 3, 4], ids=["stamp", "first", "second", "third"])
def test_a_false_line_of_log_or_witness_is_refused(log: str, false: int) -> None:
    name = f"{log}.checkpoint"
    files = WITNESSED.record(NOT_YET)
    note = Note.decode(files[name])
    line = note.signatures[false]
    wrong = replace(line, rest=line.rest[:-1] + bytes([line.rest[-1] ^ 1]))
    lines = [wrong if each is line else each for each in note.signatures]
    files[name] = replace(note, signatures=tuple(lines)).encode()
    with pytest.raises(ProofError):
        require_checkpoints(files)


def test_the_position_of_a_board_is_that_of_its_events() -> None:
    assert board_position(board_of(OURS.record())) == OURS.board_position(10)


def test_an_election_of_version_1_has_no_checkpoints() -> None:
    board = read_board(io.BytesIO(SimulatedElection().archive()))
    with pytest.raises(ProtocolError, match="version 2"):
        verify_checkpoints(board, LogPosition(0, ""), b"", b"")


# ---------------------------------------------------------------- ballots of version 2


def test_there_are_no_more_ballots_than_electors() -> None:
    crowded = SimulatedElection(
        server=True, electors=3, voters=(0, 1, 2, 3), happenings=((1, Reissued(LOST[0], 1)),)
    )
    with pytest.raises(ProtocolError, match="more ballots than electors"):
        verify_ballots(board_of(crowded.record(EventKind.BALLOT)))


def test_reserves_vote_only_in_version_2() -> None:
    verify_ballots(board_of(RICH.record()))
    with pytest.raises(ProtocolError, match="is a reserve"):
        verify_ballots(board_of(replace(RICH, server=False, happenings=()).record()))
