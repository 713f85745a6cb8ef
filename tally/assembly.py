# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is assembled from the trustees' files, by each of them or the organiser: §7.12, §7.13.

docs/protocol.md §8.3 gives the ceremony its place in the election, §17.1 the set-up signatures
theirs in the record.
"""

from collections.abc import Sequence

from protocol.bindings import Ceremony
from protocol.ceremony import (
    Member,
    SetupStatement,
    Transcript,
    verify_commitments,
    verify_transcript,
)
from protocol.encoding import sha256_hex
from protocol.first_message import FirstMessage, verify_first_messages
from protocol.setup_signatures import SetupSignatures
from protocol.trustee_signatures import TrusteeSignature, verify_enough_signatures
from protocol.trustees import Trustees, verify_trustees
from tally.errors import Refusal
from tally.french import count
from tally.messages import CeremonySignature, SetupSignatureMessage
from tally.senders import Files, blaming, collect


def make_transcript(uuid: str, firsts: Sequence[FirstMessage], trustees: bytes) -> Transcript:
    """Return what every trustee signs at the end of the ceremony: §7.12."""
    return Transcript(
        uuid=uuid,
        threshold=firsts[0].certificate.threshold,
        members=tuple(Member(first.name, first.role) for first in firsts),
        commitments=tuple(first.commitment for first in firsts),
        trustees_sha256=sha256_hex(trustees),
    )


def assemble_ceremony(
    uuid: str, firsts: Sequence[FirstMessage], trustees: bytes, files: Files
) -> Ceremony:
    """Return the ceremony of ``election.evote``, everything in it checked: §7.12, §8.3.

    Args:
        uuid: of the election.
        firsts: the certificates of all, in order.
        trustees: the exact bytes that all of them built.
        files: the content of every ``ceremony-i.json``, by name.

    Raises:
        Refusal: naming who is missing, or whose signature or part does not hold.
    """
    names = [first.name for first in firsts]
    parameters = Trustees.decode(trustees).threshold_parameters()
    transcript = make_transcript(uuid, firsts, trustees)
    signed = collect(
        files,
        names,
        expected="une signature de la cérémonie (étape 4)",
        decode=CeremonySignature.decode,
        sender=lambda label, message: _ceremony_sender(transcript, label, message),
    )
    signatures = tuple(message.signature for message in signed)
    with blaming(names):
        verify_first_messages(uuid, firsts)
        verify_trustees(Trustees((parameters,)))
        verify_commitments(uuid, parameters, transcript.commitments)
        verify_transcript(parameters.certificates, transcript, signatures)
    return Ceremony(transcript.members, transcript.commitments, signatures)


def assemble_setup_signatures(
    trustees: Trustees, statement: SetupStatement, files: Files, names: Sequence[str]
) -> SetupSignatures:
    """Return the record's file of set-up signatures, at least t and all checked: §7.13, §17.1.

    Raises:
        Refusal: another set-up, an invalid signature, or too few.
    """
    parameters = trustees.threshold_parameters()
    found: dict[int, TrusteeSignature] = {}
    for label, data in files.items():
        with blaming(names):
            message = SetupSignatureMessage.decode(data)
        signed = (message.uuid, message.fingerprint, message.setup_event)
        if signed != (statement.uuid, statement.fingerprint, statement.setup_event):
            raise Refusal(
                f"« {label} » signe une autre élection que celle-ci",
                "demandez à ce membre de signer l'archive que vous allez ouvrir : "
                "evote-tally check-setup",
            )
        found[message.trustee] = TrusteeSignature(message.trustee, message.signature)
    if len(found) < parameters.threshold:
        raise Refusal(
            f"{count(len(found), 'signature')} d'ouverture, il en faut {parameters.threshold}",
            "demandez aux autres membres leur fichier setup-signature-*.json",
        )
    signatures = tuple(found[index] for index in sorted(found))
    with blaming(names):
        verify_enough_signatures(parameters, statement, signatures)
    return SetupSignatures(statement.uuid, statement.setup_event, signatures)


def _ceremony_sender(transcript: Transcript, label: str, message: CeremonySignature) -> int:
    if message.uuid != transcript.uuid:
        raise Refusal(
            f"« {label} » est la signature d'une autre élection ({message.uuid})",
            f"donnez les fichiers ceremony-*.json de l'élection {transcript.uuid}",
        )
    if message.trustees_sha256 != transcript.trustees_sha256:
        raise Refusal(
            f"« {label} » signe d'autres clés réunies que les vôtres",
            "les membres n'ont pas reçu les mêmes fichiers ; recommencez la cérémonie",
        )
    return message.trustee
