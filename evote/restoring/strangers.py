# SPDX-License-Identifier: AGPL-3.0-or-later
"""Notes of logs that are of no sealed election of the backup: of a draft, or of another server.

Whoever brings a witness's folder brings notes of several servers. They say nothing of this one, and
are told and left aside, unless the head file names that log. A note of a draft's log is one of this
server only if the draft's own key signed it. What anybody gave a watcher as a promise, and no key
of the backup signed, is left aside too: it may stop no restore.
"""

from collections.abc import Iterable, Mapping

from evote.database.elections import HeldElection
from evote.heads import HeadLine
from evote.restoring.evidence import BroughtNote, is_signed, require_signed
from protocol.errors import ProtocolError
from protocol.notes import VerifierKey
from protocol.server_binding import ServerBinding, decode_server_file


def strange_notes(
    servers: Iterable[ServerBinding],
    drafts: Iterable[HeldElection],
    notes: Iterable[BroughtNote],
    lines: Mapping[str, HeadLine],
    host: str,
) -> tuple[BroughtNote, ...]:
    """Return the notes that are of another server, or of nobody's.

    Args:
        servers: of the sealed elections of the backup.
        drafts: of the backup.
        notes: that were brought.
        lines: of the head file.
        host: of this server's address.

    Raises:
        Refusal: a note names the log of a draft, and the draft's key did not sign it.
    """
    own = {key.name: key for each in servers for key in _keys(each)}
    of_drafts = {key.name: key for each in drafts for key in _keys_of_draft(each)}
    hosts = {host, *map(_host, [*own, *of_drafts, *lines])}
    strange = []
    for note in notes:
        if note.entrusted:
            key = own.get(note.origin) or of_drafts.get(note.origin)
            if key is None or not is_signed(note, key):
                strange.append(note)
        elif note.origin in of_drafts:
            require_signed(note, of_drafts[note.origin])
        elif note.origin not in own and _host(note.origin) not in hosts:
            strange.append(note)
    return tuple(strange)


def _keys(server: ServerBinding) -> tuple[VerifierKey, ...]:
    return server.board_key, server.journal_key


def _keys_of_draft(draft: HeldElection) -> tuple[VerifierKey, ...]:
    if draft.server is None:
        return ()
    try:
        return _keys(decode_server_file(draft.server)[1])
    except ProtocolError:  # it can be hosted by nobody
        return ()


def _host(origin: str) -> str:
    return origin.rpartition("/")[0].rpartition("/")[0]
