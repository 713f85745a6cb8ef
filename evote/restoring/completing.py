# SPDX-License-Identifier: AGPL-3.0-or-later
"""The events and entries that a backup lacks come back from a record that others have kept.

The verifier has accepted the record, with the backup as its earlier state, before anything of it is
taken. What the journal tells is put in force as it was: hours, booth, replaced codes, state.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final

from sqlalchemy import Connection, insert

from evote.board.appending import NewBallot, append_ballot, append_event
from evote.board.export import recorded_archive
from evote.board.journal import store_entry
from evote.database.board_tables import RevokedRow
from evote.database.elections import HeldElection
from evote.election.box import read_proper_ballot
from evote.errors import Refusal
from evote.lifecycle.in_force import STATES, put_in_force
from evote.lifecycle.story import Story, read_story
from evote.verdict import Verdict, ask_verifier
from protocol.archive import read_archive
from protocol.archive_entries import Entry
from protocol.ballot import BallotContext
from protocol.events import EventKind, Head
from protocol.journal import JournalEntry, decode_journal
from protocol.journal_bodies import Opened, Reissued
from protocol.setup_signatures import SetupSignatures
from tally.record_files import JOURNAL, opened_files

_WITNESSES: Final = "C32"  # of the catalogue: docs/protocol.md §16


@dataclass(frozen=True, slots=True)
class Completed:
    """What came back: the election as it is then, and how many ballots, and codes replaced."""

    held: HeldElection
    ballots: int
    reissued: int


def complete(connection: Connection, held: HeldElection, record: Path) -> Completed:
    """Append what the record has and this election lacks, within the caller's transaction.

    Raises:
        Refusal: the verifier does not accept the record, or not after what is here.
        Unreadable: it is no record.
    """
    _verify(connection, held, record)
    with opened_files(record) as files:
        if JOURNAL not in files.others:
            raise _refused(record, "il n'a pas de journal")
        story = read_story(connection, held)
        ballots, held = _append_events(connection, story, files.archive)
        entries = decode_journal(files.others[JOURNAL])[story.told.journal_size :]
    story = story.at(held)
    for entry in entries:
        story = _append_entry(connection, story, entry)
    reissued = sum(isinstance(entry.body, Reissued) for entry in entries)
    return Completed(_put_in_force(connection, story), ballots, reissued)


def _verify(connection: Connection, held: HeldElection, record: Path) -> None:
    with tempfile.NamedTemporaryFile(suffix=".bel") as earlier:
        for chunk in recorded_archive(connection, held):
            earlier.write(chunk)
        earlier.flush()
        verdict = ask_verifier(record, quiet=True, since=Path(earlier.name))
    if verdict.valid or is_for_witnesses_alone(verdict):
        return
    if not verdict.judged:
        raise Refusal(
            f"le vérificateur n'a pas pu juger « {record} » : ce n'est pas un refus de ce dossier",
            f"demandez-lui ce qui l'arrête : evote-audit verify {record}",
        )
    raise _refused(record, ", ".join(verdict.failed))


def is_for_witnesses_alone(verdict: Verdict) -> bool:
    """Tell whether all that a record lacks are lines of witnesses, who may still co-sign: C32.

    Everything that comes back from it is signed by the election's own keys.
    """
    return verdict.judged and [each.partition(" ")[0] for each in verdict.failed] == [_WITNESSES]


def _refused(record: Path, why: str) -> Refusal:
    return Refusal(
        f"le vérificateur n'accepte pas « {record} » comme suite de cette sauvegarde : {why}",
        "donnez le dossier complet le plus récent, d'une surveillance ou téléchargé avant la panne",
    )


def _append_events(
    connection: Connection, story: Story, archive: BinaryIO
) -> tuple[int, HeldElection]:
    held, ballots = story.held, 0
    here = 0 if held.head is None else held.head.height + 1
    for entry in _entries_from(archive, here):
        if entry.event.kind is EventKind.BALLOT:
            ballot = _new_ballot(entry, story.sealed.context)
            event = append_ballot(connection, held, ballot)
            ballots += 1
        else:
            event = append_event(connection, held, entry.event.kind, entry.data)
        if event != entry.event:
            raise RuntimeError("an event was not appended as it was")
        held = replace(held, head=Head.of(event))
    return ballots, held


def _entries_from(archive: BinaryIO, height: int) -> Iterator[Entry]:
    # Those before are what is here: the verifier has compared the bytes.
    archive.seek(0)
    for entry in read_archive(archive).entries():
        if entry.event.height >= height:
            yield entry


def _new_ballot(entry: Entry, context: BallotContext) -> NewBallot:
    proper = read_proper_ballot(entry.data[-1], context)
    return NewBallot(
        proper.data,
        proper.credential.encode(),
        tuple(alpha.encode() for alpha in proper.alphas),
        proper.tracker,
    )


def _append_entry(connection: Connection, story: Story, entry: JournalEntry) -> Story:
    told, held = story.told.after(entry), story.held
    store_entry(connection, held, entry)
    body = entry.body
    if isinstance(body, Reissued):
        row = {"credential": body.revoked.encode(), "height": entry.board.size}
        connection.execute(insert(RevokedRow), {**held.place, **row})
    elif isinstance(body, Opened):
        setup = SetupSignatures(held.uuid, told.setup_event, body.setup_signatures)
        held = replace(held, setup_signatures=setup.encode())
    return replace(story, told=told, held=held)


def _put_in_force(connection: Connection, story: Story) -> HeldElection:
    told = story.told
    if told.phase is None:
        raise RuntimeError("a journal that the verifier accepted has begun")
    held = replace(story.held, state=STATES[told.phase])
    return put_in_force(connection, held, told.hours, told.booth)
