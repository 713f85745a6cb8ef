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
from protocol.journal_bodies import ClosingSigned
from protocol.journal_signatures import EntryStatement
from protocol.journal_state import JournalState, Phase
from protocol.merkle import LogPosition
from protocol.result import Result
from protocol.trustee_signatures import TrusteeSignature, verify_trustee_signature
from tally.archive_file import NewEntry
from tally.boards import is_served, member_names
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
    """The valid partial decryptions by owner, those of the board included, and the others.

    Attributes:
        signatures: of the closing, in version 2: by every owner in ``added``, in order (§19.4).
    """

    recorded: Mapping[int, PartialDecryption]
    added: Mapping[int, bytes]
    partials: Mapping[int, PartialDecryption]
    rejected: tuple[Rejected, ...]
    signatures: tuple[TrusteeSignature, ...] = ()


def gather_decryptions(
    board: Board, files: Files, closing: ClosingSigned | None = None
) -> Gathered:
    """Verify each file against the count of a board that was verified: §11.3, §19.4.

    Args:
        board: closed, of any version; nothing is read from disk.
        files: the members' messages, by the names under which people know them.
        closing: in an election of version 2, what the members sign: ``closing_of`` its journal.

    Raises:
        Refusal: the board has no encrypted tally, or has its result already; or it is of version
            2 and its journal is not at hand.
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
    if is_served(board.election) and closing is None:
        raise Refusal(
            "cette élection est sur un serveur : les parts se réunissent avec son journal",
            "donnez les parts au serveur de l'élection",
        )
    if closing is not None and not is_served(board.election):
        raise RuntimeError("only in version 2 do members sign the closing")
    recorded = {each.owner: each.partial for each in board.partial_decryptions}
    partials = dict(recorded)
    added: dict[int, _Part] = {}
    rejected: list[Rejected] = []
    for label, data in files.items():
        try:
            part = _read(board, data, closing)
        except _SetAside as fault:
            rejected.append(Rejected(label, fault.who, fault.reason))
            continue
        if part.owner not in partials:
            partials[part.owner], added[part.owner] = part.partial, part
    parts = [added[owner] for owner in sorted(added)]
    return Gathered(
        recorded,
        {part.owner: part.encoded for part in parts},
        partials,
        tuple(rejected),
        tuple(part.signed for part in parts if part.signed is not None),
    )


def closing_of(state: JournalState) -> ClosingSigned:
    """Return what members sign when they decrypt: the closing, and the journal with it: §19.4.

    Raises:
        Refusal: the journal does not tell of a closing, or of a cancellation after it.
    """
    if state.phase is Phase.CANCELLED:
        raise Refusal(
            "cette élection a été annulée : il n'y a rien à compter",
            "la page de l'élection dit pourquoi, et qui l'a décidé",
        )
    if state.closing is None:
        raise Refusal(
            "le journal ne dit pas encore que le vote est clos",
            "attendez la clôture, puis retéléchargez le dossier de l'élection",
        )
    return ClosingSigned.of(state.closing.body, state.closing.journal)


def combine(
    board: Board,
    gathered: Gathered,
    tie_break: TieBreak | None = None,
    journal: LogPosition | None = None,
) -> Result:
    """Return the result, or refuse and name the members whose part is missing: §11.4, §12.

    Args:
        board: that was verified.
        gathered: the parts.
        tie_break: where a tie decides a seat.
        journal: in version 2, as it is just before the entry ``tallied`` (§11.7).

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
            journal,
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


@dataclass(frozen=True, slots=True)
class _Part:
    owner: int
    encoded: bytes
    partial: PartialDecryption
    signed: TrusteeSignature | None = None


def _read(board: Board, data: bytes, closing: ClosingSigned | None) -> _Part:
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
    signed = _read_closing(board, message, closing, who)
    return _Part(message.owner, message.decryption, partial, signed)


def _read_closing(
    board: Board, message: DecryptionMessage, closing: ClosingSigned | None, who: str
) -> TrusteeSignature | None:
    # §17.4: who decrypts an election of version 2 has read its journal, and signs it so.
    signed = message.closing
    if (signed is None) != (closing is None):
        raise _SetAside(who, "elle est faite pour une élection d'une autre version")
    if signed is None or closing is None:
        return None
    if signed.body != closing:
        raise _SetAside(who, "elle signe une autre clôture ou un autre journal")
    signature = TrusteeSignature(message.owner, signed.signature)
    statement = EntryStatement(message.uuid, message.fingerprint, closing)
    certificate = board.trustees.threshold_parameters().certificates[message.owner - 1]
    try:
        verify_trustee_signature(certificate.verification_key, statement, signature)
    except ProtocolError as cause:
        raise _SetAside(
            who, f"sa signature de la clôture n'est pas valable {cite(cause)}"
        ) from cause
    return signature


def _read_bare(board: Board, data: bytes) -> _Part:
    # The format of Belenios does not say whose it is: the proofs do.
    tally = board.context.encrypted_tally
    try:
        partial = PartialDecryption.decode(data, tally, ignore_unknown=True)
    except ProtocolError as cause:
        raise _SetAside("", f"ce n'est pas une part du comptage {cite(cause)}") from cause
    owner = first_match(board.trustees.size, lambda index: _verify(board, index, partial))
    if owner is None:
        raise _SetAside("", "elle n'est valable pour aucun membre de cette élection")
    return _Part(owner, data, partial)


def _verify(board: Board, owner: int, partial: PartialDecryption) -> None:
    key = board.trustees.verification_key(owner)
    verify_partial_decryption(key, board.context, owner, partial, bound=board.is_preau)
