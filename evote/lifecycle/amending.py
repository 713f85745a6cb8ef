# SPDX-License-Identifier: AGPL-3.0-or-later
"""Changing hours or booth of a sealed election: t members sign first, in public: §19.3, §19.4.

The server prepares what is to be signed and takes the signatures in; it cannot amend alone.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from evote.board.hours import require_hours
from evote.board.listing import setup_bytes
from evote.clock import Clock
from evote.database.connection import Database
from evote.database.elections import HeldElection, State
from evote.errors import Refusal, Unreadable
from evote.lifecycle.in_force import put_in_force
from evote.lifecycle.states import NotNow, locked, require_reason
from evote.lifecycle.story import Story, read_story, tell
from evote.lifecycle.voting import MINUTE
from protocol.blame import TrusteeFault
from protocol.ceremony import Member
from protocol.errors import ProtocolError
from protocol.journal_bodies import Amendment, BoothReplaced, HoursChanged
from protocol.server_binding import BoothFile
from protocol.trustee_signatures import TrusteeSignature, verify_enough_signatures
from protocol.trustees import Trustees
from tally.amendments import AmendmentMessage, AmendmentSignatureMessage
from tally.errors import cite
from tally.french import count
from tally.senders import Files, call_member

BEFORE_CLOSING: Final = frozenset({State.SEALED, State.OPEN, State.SUSPENDED})
_WHAT: Final = "on ne change les heures ou la page de vote qu'entre le scellement et la fermeture"


@dataclass(frozen=True, slots=True)
class NewHours:
    """Hours that are asked for; None keeps those in force. Seconds since 1970 UTC."""

    opens_at: int | None = None
    closes_at: int | None = None
    grace_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Amended:
    """The amendment that is in force now, and the names of those who signed it."""

    body: Amendment
    signed: tuple[str, ...]


def prepare_hours(
    database: Database, uuid: str, asked: NewHours, reason: str, clock: Clock
) -> AmendmentMessage:
    """Return the change of hours that members are asked to sign: §17.4.

    Raises:
        NotNow: it is too late for an amendment.
        Refusal: hours that cannot be.
    """
    with database.write() as connection:
        story = _story(connection, uuid, clock())
        in_force = story.told.hours
        opens_at = in_force.opens_at if asked.opens_at is None else asked.opens_at
        closes_at = in_force.closes_at if asked.closes_at is None else asked.closes_at
        grace = in_force.grace_seconds if asked.grace_seconds is None else asked.grace_seconds
        number = story.told.amendments + 1
        body = HoursChanged(number, opens_at, closes_at, grace, require_reason(reason))
        _check_hours(story.held, body, clock())
    return AmendmentMessage(uuid, story.sealed.fingerprint, body)


def prepare_booth(
    database: Database, uuid: str, booth: tuple[BoothFile, ...], reason: str, clock: Clock
) -> AmendmentMessage:
    """Return the change of the booth's files that members are asked to sign: §17.4."""
    with database.write() as connection:
        story = _story(connection, uuid, clock())
        if story.told.booth == booth:
            raise Refusal(
                "ce serveur a déjà la page de vote qui est en vigueur",
                "il n'y a rien à faire signer",
            )
        body = BoothReplaced(story.told.amendments + 1, booth, require_reason(reason))
    return AmendmentMessage(uuid, story.sealed.fingerprint, body)


def take_amendment(database: Database, uuid: str, files: Files, clock: Clock) -> Amended:
    """Put an amendment in force that at least t members have signed: §19.4.

    Raises:
        NotNow: it is too late, or another amendment came first.
        Refusal: not one and the same amendment of this election, or too few signatures.
        Unreadable: a file of another kind.
    """
    messages = {label: _read(label, data) for label, data in files.items()}
    amendment = _same(uuid, messages)
    with database.write() as connection:
        story = _story(connection, uuid, clock())
        if amendment.fingerprint != story.sealed.fingerprint:
            raise Refusal(
                "ce changement a été signé pour une autre élection que celle-ci",
                "faites signer celui que evote election amend prépare sur ce serveur",
            )
        signed = {each.signed.trustee: each.signed for each in messages.values()}
        signatures = tuple(signed[index] for index in sorted(signed))
        members = _verify(connection, story, amendment, signatures)
        body = amendment.body
        if isinstance(body, HoursChanged):
            _check_hours(story.held, body, clock())
        told = tell(connection, story, clock(), body, signatures).told
        put_in_force(connection, story.held, told.hours, told.booth)
    return Amended(body, tuple(members[index - 1].name for index in sorted(signed)))


def _story(connection: Connection, uuid: str, now: int) -> Story:
    held = locked(connection, uuid, BEFORE_CLOSING, _WHAT)
    require_hours(connection, held)
    if now // MINUTE >= held.closes_at // MINUTE:
        raise NotNow(
            "l'heure de fermeture est passée : plus rien ne peut être changé",
            "pour voter à nouveau : evote election cancel, puis une nouvelle élection",
        )
    return read_story(connection, held)


def _check_hours(held: HeldElection, body: HoursChanged, now: int) -> None:
    if body.opens_at >= body.closes_at:
        raise Refusal("la fermeture ne vient pas après l'ouverture", "corrigez les heures")
    if held.state is not State.SEALED and body.opens_at != held.opens_at:
        raise Refusal(
            "l'heure d'ouverture ne change plus une fois le vote ouvert", "changez la fermeture"
        )
    if body.closes_at // MINUTE <= now // MINUTE:
        raise Refusal(
            "la nouvelle fermeture est déjà passée",
            "on n'arrête pas un vote après coup : donnez une heure à venir",
        )
    same = (held.opens_at, held.closes_at, held.grace_seconds)
    if (body.opens_at, body.closes_at, body.grace_seconds) == same:
        raise Refusal("ce sont déjà les heures en vigueur", "donnez --opens-at, --closes-at…")


def _read(label: str, data: bytes) -> AmendmentSignatureMessage:
    try:
        return AmendmentSignatureMessage.decode(data)
    except ProtocolError as cause:
        raise Unreadable(
            f"« {label} » n'est pas la signature d'un changement {cite(cause)}",
            "donnez les fichiers que les membres ont faits : evote-tally sign-amendment",
        ) from cause


def _same(uuid: str, messages: dict[str, AmendmentSignatureMessage]) -> AmendmentMessage:
    amendments = {each.amendment.encode(): each.amendment for each in messages.values()}
    if len(amendments) != 1:
        raise Refusal(
            "ces membres n'ont pas tous signé le même changement",
            "donnez les signatures d'un seul et même fichier amendment.json",
        )
    (amendment,) = amendments.values()
    if amendment.uuid != uuid:
        raise Refusal(
            f"ce changement est celui de l'élection {amendment.uuid}",
            "donnez les signatures faites pour cette élection",
        )
    return amendment


def _verify(
    connection: Connection,
    story: Story,
    amendment: AmendmentMessage,
    signatures: tuple[TrusteeSignature, ...],
) -> tuple[Member, ...]:
    trustees = Trustees.decode(setup_bytes(connection, story.held)[1])
    members = () if story.sealed.evote is None else story.sealed.evote.ceremony.members
    names = [member.name for member in members]
    parameters = trustees.threshold_parameters()
    if len(signatures) < parameters.threshold:
        raise Refusal(
            f"{count(len(signatures), 'signature')}, il en faut {parameters.threshold}",
            "demandez les autres aux membres du bureau",
        )
    try:
        verify_enough_signatures(parameters, amendment.statement, signatures)
    except TrusteeFault as fault:
        who = call_member(fault.trustee, names)
        raise Refusal(
            f"la signature de {who} ne vaut rien {cite(fault)}", "redemandez-la"
        ) from fault
    except ProtocolError as cause:
        raise Refusal(f"ces signatures ne valent rien {cite(cause)}", "redemandez-les") from cause
    return members
