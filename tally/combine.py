# SPDX-License-Identifier: AGPL-3.0-or-later
"""Joining the members' partial decryptions: who is invalid, who is missing: docs/protocol.md §11.4.

One bad file never blocks the count: it is set aside and its sender named.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from protocol.board import Board
from protocol.combination import ThresholdNotMet
from protocol.decryption import (
    OwnedPayload,
    PartialDecryption,
    verify_partial_decryption,
)
from protocol.encoding import sha256_hex
from protocol.errors import ProtocolError
from protocol.events import BoardState, EventKind
from protocol.result import Result
from tally.archive_file import NewEntry
from tally.boards import member_names
from tally.count import TieBreak, count_result
from tally.errors import Refusal, cite, refuse
from tally.french import count
from tally.messages import PART, DecryptionMessage, name_kind
from tally.senders import Files, call_member, first_match


@dataclass(frozen=True, slots=True)
class Rejected:
    """A file that was set aside, whose it claims to be in this election, if anyone's, and why."""

    label: str
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """The valid partial decryptions by owner, those of the board included, and the others."""

    recorded: Mapping[int, PartialDecryption]
    added: Mapping[int, bytes]
    partials: Mapping[int, PartialDecryption]
    rejected: tuple[Rejected, ...]


def gather_decryptions(board: Board, files: Files) -> Gathered:
    """Verify each file against the count of a board that was verified: §11.3.

    Raises:
        Refusal: the board has no encrypted tally, or has its result already.
    """
    if board.state is BoardState.TALLIED:
        raise Refusal(
            "le résultat est déjà dans cette archive",
            "il n'y a plus rien à réunir : faites-la vérifier par evote-audit verify",
        )
    if board.tally is None:
        raise Refusal(
            "cette archive n'a pas encore de total chiffré : le vote n'est pas clos",
            "attendez que l'organisateur close le vote (evote election close)",
        )
    recorded = {each.owner: each.partial for each in board.partial_decryptions}
    partials = dict(recorded)
    added: dict[int, bytes] = {}
    rejected: list[Rejected] = []
    for label, data in files.items():
        try:
            owner, encoded, partial = _read(board, data)
        except _SetAside as fault:
            rejected.append(Rejected(label, fault.who, fault.reason))
            continue
        if owner not in partials:
            partials[owner], added[owner] = partial, encoded
    return Gathered(recorded, dict(sorted(added.items())), partials, tuple(rejected))


def combine(board: Board, gathered: Gathered, tie_break: TieBreak | None = None) -> Result:
    """Return the result, or refuse and name the members whose part is missing: §11.4, §12.

    Raises:
        Refusal: fewer valid partial decryptions than needed, or a tie that nothing settles.
    """
    tally = board.require_tally()
    factors = {owner: partial.factors for owner, partial in gathered.partials.items()}
    names = member_names(board)
    try:
        return count_result(
            board.election,
            board.trustees,
            tally.encrypted_tally,
            tally.sized.total_weight,
            board.ballot_count,
            factors,
            tie_break,
        )
    except ThresholdNotMet as cause:
        missing = ", ".join(call_member(owner, names) for owner in cause.missing)
        own = "la sienne" if not gathered.rejected else "une part faite pour cette urne"
        raise Refusal(
            f"il y a {count(len(cause.have), 'part valable')}, il en faut {cause.need}",
            f"demandez {own} à l'un de : {missing}",
        ) from cause
    except ProtocolError as cause:
        raise refuse("les parts ne donnent pas de résultat", cause, _IMPOSSIBLE) from cause


def new_entries(gathered: Gathered, result: Result) -> list[NewEntry]:
    """Return what is added to the board: the new partial decryptions, then the result: §10.2."""
    entries: list[NewEntry] = []
    for owner, data in gathered.added.items():
        owned = OwnedPayload(owner, sha256_hex(data)).encode()
        entries.append((EventKind.PARTIAL_DECRYPTION, [data, owned]))
    entries.append((EventKind.RESULT, [result.encode()]))
    return entries


_IMPOSSIBLE = "gardez tous ces fichiers et prévenez les autres membres du bureau"


class _SetAside(Exception):
    def __init__(self, who: str, reason: str) -> None:
        super().__init__(reason)
        self.who = who
        self.reason = reason


def _read(board: Board, data: bytes) -> tuple[int, bytes, PartialDecryption]:
    if not board.is_preau:
        return _read_bare(board, data.removesuffix(b"\n"))
    try:
        message = DecryptionMessage.decode(data)
    except ProtocolError as cause:
        kind = name_kind(data) or "un fichier d'un autre genre"
        if kind == PART:
            raise _SetAside("", f"cette part du comptage est abîmée {cite(cause)}") from cause
        raise _SetAside("", f"ce n'est pas une part du comptage, c'est {kind}") from cause
    if (message.uuid, message.fingerprint) != (board.election.uuid, board.election.fingerprint):
        # Whose it is in that other election, nobody here knows: no member of this one is blamed.
        raise _SetAside("", f"elle est faite pour une autre élection ({message.uuid})")
    if message.owner > board.trustees.size:
        members = board.trustees.size
        raise _SetAside("", f"elle se dit du n° {message.owner}, et il y a {members} membres")
    who = call_member(message.owner, member_names(board))
    if message.tally_event != board.context.tally_event:
        raise _SetAside(who, "elle est faite pour un autre total")
    try:
        partial = PartialDecryption.decode(message.decryption, board.context.encrypted_tally)
        _verify(board, message.owner, partial)
    except ProtocolError as cause:
        raise _SetAside(who, f"elle n'est pas valable {cite(cause)}") from cause
    return message.owner, message.decryption, partial


def _read_bare(board: Board, data: bytes) -> tuple[int, bytes, PartialDecryption]:
    # The format of Belenios does not say whose it is: the proofs do.
    tally = board.context.encrypted_tally
    try:
        partial = PartialDecryption.decode(data, tally, ignore_unknown=True)
    except ProtocolError as cause:
        raise _SetAside("", f"ce n'est pas une part du comptage {cite(cause)}") from cause
    owner = first_match(board.trustees.size, lambda index: _verify(board, index, partial))
    if owner is None:
        raise _SetAside("", "elle n'est valable pour aucun membre de cette élection")
    return owner, data, partial


def _verify(board: Board, owner: int, partial: PartialDecryption) -> None:
    key = board.trustees.verification_key(owner)
    verify_partial_decryption(key, board.context, owner, partial, bound=board.is_preau)
