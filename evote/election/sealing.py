# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sealing: from what the school decided to the archive with its ``Setup``: §8, §10.

Everything is checked here, by the checks that a trustee's client and the verifier repeat: what is
sealed wrongly could not be opened.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from evote.election.config import ElectionConfig
from evote.errors import Refusal, Unreadable
from protocol.archive import ArchiveWriter
from protocol.archive_members import ArchiveHeader
from protocol.bindings import Ceremony, EvoteBinding, question_of_lists
from protocol.election import Election, make_election, verify_setup
from protocol.encoding import sha256_hex
from protocol.errors import ProtocolError
from protocol.events import EventKind
from protocol.first_message import FirstMessage
from protocol.group import Element
from protocol.public_credentials import PublicCredentials
from protocol.server_binding import ServerBinding
from protocol.setup_data import SetupData
from protocol.trustees import Trustees
from tally.assembly import assemble_ceremony
from tally.errors import cite
from tally.french import count
from tally.senders import Files
from tally.subjects import subject

QUESTION: Final = "Pour quelle liste votez-vous ?"


@dataclass(frozen=True, slots=True)
class SetUp:
    """What is sealed together: §8.2 to §8.5. ``trustees_bytes`` are hashed as they came.

    With ``server``, from its ``server.json``, the election is of version 2, held on that server.
    """

    uuid: str
    config: ElectionConfig
    electors: int
    roll_commitment: str
    credentials: PublicCredentials
    reserves: tuple[Element, ...]
    trustees_bytes: bytes
    ceremony: Ceremony
    server: ServerBinding | None = None


def read_ceremony(
    uuid: str, trustees_bytes: bytes, certificates: Files, signatures: Files
) -> Ceremony:
    """Return the ceremony, from the trustees' files, everything in it checked: §7.4, §7.12.

    Args:
        uuid: of the election.
        trustees_bytes: ``trustees.json``, the exact bytes that all signed.
        certificates: each ``certificate-*.json`` by its name, in any order.
        signatures: each ``ceremony-*.json`` by its name, in any order.

    Raises:
        Refusal: naming who is missing, or whose part does not hold.
        Unreadable: a file of another kind.
    """
    firsts: list[FirstMessage] = []
    for name, data in certificates.items():
        try:
            firsts.append(FirstMessage.decode(data))
        except ProtocolError as cause:
            raise Unreadable(
                f"« {name} » n'est pas un certificat {cite(cause)}",
                "donnez les fichiers certificate-*.json de tous les membres",
            ) from cause
    firsts.sort(key=lambda first: first.certificate.index)
    if [first.certificate.index for first in firsts] != list(range(1, len(firsts) + 1)):
        raise Refusal(
            "il manque un certificat, ou il y en a un deux fois",
            "donnez un fichier certificate-*.json par membre du bureau",
        )
    try:
        return assemble_ceremony(uuid, firsts, trustees_bytes, signatures)
    except ProtocolError as cause:
        raise Refusal(
            f"les clés du bureau ne sont pas en ordre {cite(cause)}",
            "donnez trustees.json tel que les membres l'ont signé",
        ) from cause


def seal_election(setup: SetUp, timestamp: int) -> bytes:
    """Return the archive of the election, up to its ``Setup``: docs/protocol.md §8.2, §10.3.

    Args:
        setup: everything that is sealed.
        timestamp: seconds since 1970-01-01 UTC, written in every header.

    Raises:
        Refusal: the parts do not fit one another.
    """
    _check_counts(setup)
    _check_witnesses(setup)
    try:
        trustees = Trustees.decode(setup.trustees_bytes)
        election = _make_election(setup, trustees)
        verify_setup(election, trustees, setup.trustees_bytes, setup.credentials)
    except ProtocolError as cause:
        raise Refusal(
            f"l'élection ne peut pas être scellée : {subject(cause)} {cite(cause)}",
            "vérifiez que tous les fichiers viennent de cette élection et de cette cérémonie",
        ) from cause
    return _write_archive(setup, election, timestamp)


def _check_counts(setup: SetUp) -> None:
    expected = len(setup.credentials) - len(setup.reserves)
    if setup.electors != expected:
        raise Refusal(
            f"la liste électorale compte {count(setup.electors, 'électeur')}, "
            f"et il y a des codes pour {expected}",
            "refaites les codes à partir de cette liste électorale : evote credentials make",
        )
    if any(key not in setup.credentials for key in setup.reserves):
        raise Refusal(
            "les codes de réserve ne sont pas ceux de cette liste de codes",
            "donnez les deux fichiers faits ensemble par evote credentials make",
        )


def _check_witnesses(setup: SetUp) -> None:
    witnesses, server = setup.config.witnesses, setup.server
    if witnesses is None:
        return
    if server is None:
        raise Refusal(
            "la configuration nomme des témoins, et cette élection se tient sans serveur",
            "donnez server.json avec --server, ou retirez « witnesses » de la configuration",
        )
    try:
        witnesses.verify(server)
    except ProtocolError as cause:
        raise Refusal(
            "un témoin a la clé ou le nom de ce serveur, qui ne peut pas être son propre témoin",
            "nommez des témoins que d'autres tiennent : une fédération, une autre école",
        ) from cause


def _make_election(setup: SetUp, trustees: Trustees) -> Election:
    config = setup.config
    evote = EvoteBinding(
        rehearsal=config.rehearsal,
        school=config.school,
        seats=config.seats,
        lists=config.lists,
        opens_at=config.opens_at,
        closes_at=config.closes_at,
        grace_seconds=config.grace_seconds,
        trustees_sha256=sha256_hex(setup.trustees_bytes),
        credentials_sha256=sha256_hex(setup.credentials.data),
        electors=setup.electors,
        reserves=setup.reserves,
        roll_commitment=setup.roll_commitment,
        ceremony=setup.ceremony,
        server=setup.server,
        witnesses=config.witnesses,
    )
    return make_election(
        uuid=setup.uuid,
        name=config.name,
        description=config.description,
        public_key=trustees.election_key(),
        questions=(question_of_lists(QUESTION, config.lists),),
        evote=evote,
    )


def _write_archive(setup: SetUp, election: Election, timestamp: int) -> bytes:
    parts: Sequence[bytes] = (election.data, setup.trustees_bytes, setup.credentials.data)
    stream = io.BytesIO()
    writer = ArchiveWriter.create(stream, ArchiveHeader(timestamp))
    writer.append(EventKind.SETUP, (*parts, SetupData.of(*parts).encode()))
    return stream.getvalue()
