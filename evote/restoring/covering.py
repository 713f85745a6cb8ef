# SPDX-License-Identifier: AGPL-3.0-or-later
"""No election is passed over: neither one that began after the backup, nor one of its drafts.

The head file and whatever was brought name logs; each of them must be of an election that the
backup has, sealed, or that a person leaves out by its number: docs/adr/0016.
"""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection, select

from evote.database.common_tables import ElectionRow
from evote.database.elections import HeldElection, State
from evote.errors import Refusal
from evote.heads import HeadFile, HeadLine
from evote.restoring.brought import Brought
from evote.restoring.damaged_heads import require_true_names
from evote.restoring.evidence import BroughtNote
from evote.restoring.key_placing import RestoredKeys
from evote.restoring.leaving_out import drop_election, left_out
from evote.restoring.one_election import Loaded
from evote.restoring.published import HEADS_HERE
from evote.restoring.standing import Rests, options, require_seen
from evote.restoring.strangers import strange_notes
from evote.restoring.whole import find_restored
from protocol.server_binding import uuid_of_key


def account_for_all(
    connection: Connection,
    loaded: Collection[Loaded],
    keys: RestoredKeys,
    heads: HeadFile,
    brought: Brought,
) -> Rests:
    """Leave out what a person leaves out; return who says of all the rest how far it was.

    Args:
        connection: of the transaction in which the rows were stored.
        loaded: the sealed elections of the backup.
        keys: that the server will have.
        heads: what the head file says.
        brought: what comes from outside.

    Raises:
        Refusal: an election is named that the backup has not, or nobody knows how far one was
            published after the backup, or the head file is damaged; nothing was changed but in
            this transaction.
    """
    every, servers = _drafts(connection), [each.server for each in loaded]
    require_true_names(servers, heads.lines.keys())
    strange = strange_notes(servers, every, brought.notes, heads.lines, brought.host)
    named = _named(heads.lines, {*brought.notes} - {*strange})
    _require_covered(loaded, every, named, brought.without)
    drafts = [each for each in every if each.uuid not in brought.without]
    _require_known(loaded, drafts, brought)
    known = {uuid_of_key(origin) for origin, _ in named}
    out = left_out(loaded, every, known, brought.without, brought.records, brought.seen)
    for uuid in brought.without:
        keys.leave_out(uuid)
    for held in (*(each.held for each in loaded), *every):
        if held.uuid in brought.without:
            drop_election(connection, held)
    kept = [each for each in loaded if each.held.uuid not in brought.without]
    standings = require_seen(connection, kept, drafts, keys, brought.unseen)
    strangers = tuple(dict.fromkeys(each.source for each in strange))
    return Rests(standings, heads.written, strangers, out)


def _drafts(connection: Connection) -> list[HeldElection]:
    query = select(ElectionRow.uuid).where(ElectionRow.state == State.DRAFT.value)
    uuids = list(connection.scalars(query.order_by(ElectionRow.uuid)))
    return [find_restored(connection, uuid) for uuid in uuids]


def _named(
    lines: Mapping[str, HeadLine], notes: Iterable[BroughtNote]
) -> tuple[tuple[str, str], ...]:
    """Return every log that anything names, and where it does."""
    heads = [(origin, HEADS_HERE) for origin in lines]
    return (*heads, *((note.origin, note.source) for note in notes))


def _require_covered(
    loaded: Iterable[Loaded],
    drafts: Iterable[HeldElection],
    named: Iterable[tuple[str, str]],
    without: Collection[str],
) -> None:
    """Refuse a backup that is older than an election of which something was published."""
    own = {key.name for each in loaded for key in (each.server.board_key, each.server.journal_key)}
    told = {
        uuid_of_key(origin): f"{uuid_of_key(origin)} (« {source} » parle de {origin})"
        for origin, source in named
        if origin not in own and uuid_of_key(origin) not in without
    }
    if not told:
        return
    of_drafts = {each.uuid for each in drafts}
    said = [
        f"{words} : {', '.join(told[uuid] for uuid in uuids)}"
        for words, uuids in (
            ("cette sauvegarde n'a pas cette élection", sorted({*told} - of_drafts)),
            (
                "cette sauvegarde n'a qu'en brouillon une élection déjà publiée",
                sorted({*told} & of_drafts),
            ),
        )
        if uuids
    ]
    raise Refusal(
        " ; ".join(said),
        "la sauvegarde est plus ancienne que cette élection, ou d'un autre serveur : donnez-en une "
        "plus récente. S'il n'y en a pas, son dossier public ne suffit pas à la rétablir, car il "
        "n'a ni la liste électorale ni les codes secrets : il reste vérifiable, et ce vote se "
        f"refait sous un autre numéro. Pour rétablir tout le reste : {options('without', told)}",
    )


def _require_known(
    loaded: Iterable[Loaded], drafts: Iterable[HeldElection], brought: Brought
) -> None:
    sealed = {each.held.uuid for each in loaded}
    here = sealed | {each.uuid for each in drafts}
    strange = ({*brought.records, *brought.sign_ins} - sealed) | ({*brought.unseen} - here)
    if strange:
        raise Refusal(
            f"cette sauvegarde n'a pas cette élection : {', '.join(sorted(strange))}",
            "elle est plus ancienne que cette élection, ou d'un autre serveur",
        )
