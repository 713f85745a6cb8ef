# SPDX-License-Identifier: AGPL-3.0-or-later
"""One election of a backup: looked at, completed, and left in a state that is true."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection

from evote.backup.reading import OpenedBackup
from evote.database.elections import HeldElection, State
from evote.election.desk_messages import SignedInMessage
from evote.errors import Refusal
from evote.heads import HeadFile
from evote.keys import KeyUnavailable
from evote.lifecycle.rolls import WITH_ROLL, has_roll
from evote.lifecycle.story import move, read_story, tell
from evote.publishing.following import log_sizes
from evote.publishing.signed import server_of
from evote.restoring.comparing import Behind, compare
from evote.restoring.completing import complete
from evote.restoring.damaged_heads import require_true_roots
from evote.restoring.evidence import BroughtNote, Seen, seen_of
from evote.restoring.key_placing import RestoredKeys
from evote.restoring.knowing import Knowledge, weigh
from evote.restoring.marking import mark_sign_ins, missing_sign_ins
from evote.restoring.own_rows import own_rows
from evote.restoring.published import adopt_notes, drop_rows, of_heads
from evote.restoring.whole import require_roll, require_whole
from evote.roll.electors import read_salt
from protocol.journal_bodies import Suspended
from protocol.server_binding import BOARD, JOURNAL, ServerBinding
from tally.french import count


@dataclass(frozen=True, slots=True)
class Loaded:
    """An election as the backup has it.

    Attributes:
        held: its row.
        server: what was sealed of the server's keys.
        brought: how far it was published, by what was brought.
        seen: the same by whoever knows, the head file and the backup among them.
        known: who knows how far since the backup.
        behind: where the backup is shorter than that.
    """

    held: HeldElection
    server: ServerBinding
    brought: Seen
    seen: Seen
    known: Knowledge
    behind: tuple[Behind, ...]


@dataclass(frozen=True, slots=True)
class Restored:
    """One election as it was restored.

    Attributes:
        uuid: its number.
        state: the one that it has now.
        events: of its board now.
        entries: of its journal now.
        behind: where the backup was shorter than what was published.
        ballots: that came back from a record.
        marked: sign-ins that the desk's file marked.
        missing: ballots whose sign-ins the desk must still give.
        reissued: codes that were replaced since the backup, whose new letters do not work before
            the desk's file says which.
        roll_is_closed: whether the key that opens its roll is missing, or another one.
    """

    uuid: str
    state: State
    events: int
    entries: int
    behind: tuple[Behind, ...]
    ballots: int
    marked: int
    missing: int
    reissued: int
    roll_is_closed: bool = False


def load(
    connection: Connection,
    held: HeldElection,
    keys: RestoredKeys,
    heads: HeadFile,
    notes: Iterable[BroughtNote],
    backup: OpenedBackup,
) -> Loaded:
    """Look at an election whose rows were stored in this transaction.

    Args:
        connection: of the transaction.
        held: its row.
        keys: that the server will have.
        heads: what the head file here says.
        notes: that were brought.
        backup: where its rows come from.

    Raises:
        Refusal: its rows contradict each other or what was seen, or its keys are missing, or what
            the head file says of it is damaged.
    """
    require_whole(connection, held)
    server = server_of(connection, held)
    try:
        keys.of_logs(held.uuid, server)
    except KeyUnavailable as cause:
        raise _no_keys(held, "signe") from cause
    if held.state in WITH_ROLL:
        try:
            require_roll(connection, held, keys.of_roll(held.uuid))
        except KeyUnavailable as cause:
            raise _no_keys(held, "ouvre la liste électorale") from cause
    own, brought = own_rows(connection, held, server, backup.made_at), seen_of(server, notes)
    drop_rows(connection, held)
    lines = of_heads(server, heads.lines)
    require_true_roots(held.uuid, lines, brought.and_of(own))
    seen = brought.and_of(lines).and_of(own)
    behind = compare(connection, held, seen)
    known = weigh(server, own, brought, heads, backup.number)
    return Loaded(held, server, brought, seen, known, behind)


def finish(
    connection: Connection,
    loaded: Loaded,
    record: Path | None,
    sign_ins: SignedInMessage | None,
    keys: RestoredKeys,
    now: int,
) -> Restored:
    """Complete an election, mark its sign-ins or suspend it, and say what is published of it.

    Raises:
        Refusal: the record or the desk's file is not good for it, or it is still too short.
    """
    held, ballots, marked, reissued = loaded.held, 0, 0, 0
    if loaded.behind and record is not None:
        done = complete(connection, held, record)
        held, ballots, reissued = done.held, done.ballots, done.reissued
        if still := compare(connection, held, loaded.seen):
            raise too_short({held.uuid: still})
    if sign_ins is not None:
        marked, reissued = _mark(connection, held, sign_ins, keys, now), 0
    missing = missing_sign_ins(connection, held)
    if missing and held.state is State.OPEN:
        held = _suspend(connection, held, missing, now)
    adopt_notes(connection, held, loaded.seen)
    sizes = log_sizes(connection, held)
    return Restored(
        held.uuid,
        held.state,
        sizes[BOARD].size,
        sizes[JOURNAL].size,
        loaded.behind,
        ballots,
        marked,
        missing,
        reissued,
        not _opens_roll(connection, held, keys),
    )


def too_short(behind: dict[str, tuple[Behind, ...]]) -> Refusal:
    """Return the refusal of a restore that would take these elections back in time."""
    parts = [
        f"élection {uuid} : {' ; '.join(map(str, each))}" for uuid, each in sorted(behind.items())
    ]
    advice = (
        "ce qui manque se reprend d'un dossier public plus récent, ou de celui d'une surveillance "
        ": --complete DOSSIER"
    )
    lost = [uuid for uuid, of in behind.items() if not all(each.promised for each in of)]
    if lost:
        named = " ".join(f"--without {uuid}" for uuid in sorted(lost))
        advice += (
            f" ; s'il n'existe plus nulle part, ce vote ne peut pas continuer : {named} rétablit "
            "tout le reste, et il est à refaire"
        )
    if any(each.promised for of in behind.values() for each in of):
        advice += (
            " ; un bulletin promis n'a peut-être jamais été publié : si personne n'a de dossier "
            "plus récent, recommencez sans cette promesse, gardez-la, et notez un incident"
        )
    return Refusal(
        f"cette sauvegarde est plus ancienne que ce qui a été publié : {' ; '.join(parts)}", advice
    )


def _mark(
    connection: Connection,
    held: HeldElection,
    message: SignedInMessage,
    keys: RestoredKeys,
    now: int,
) -> int:
    try:
        key = keys.of_roll(held.uuid)
    except KeyUnavailable as cause:
        raise _no_keys(held, "ouvre la liste électorale") from cause
    return mark_sign_ins(connection, held, key, message, now)


def _opens_roll(connection: Connection, held: HeldElection, keys: RestoredKeys) -> bool:
    if has_roll(connection, held):
        try:
            read_salt(connection, held, keys.of_roll(held.uuid))
        except KeyUnavailable:
            return False
    return True


def _suspend(connection: Connection, held: HeldElection, missing: int, now: int) -> HeldElection:
    ballots = count(missing, "bulletin")
    reason = f"Serveur rétabli après une panne : les émargements de {ballots} manquent encore"
    story = tell(connection, read_story(connection, held), now, Suspended(reason))
    move(connection, story, State.SUSPENDED)
    return replace(held, state=State.SUSPENDED)


def _no_keys(held: HeldElection, what: str) -> Refusal:
    return Refusal(
        f"la clé qui {what} de l'élection {held.uuid} manque dans cette sauvegarde, ou n'est pas "
        "celle qui a été scellée",
        "mettez-en la copie dans le dossier des clés, puis recommencez",
    )
