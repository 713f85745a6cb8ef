# SPDX-License-Identifier: AGPL-3.0-or-later
"""A trustee's part in our key ceremony, once it has begun (``joining.py``): docs/protocol.md §7.

Values in, values out: no file, no screen. Each function takes what the trustee remembers and the
files of all members, checks everything in them, and returns what it then remembers and sends. A
step out of order or repeated is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from protocol.ceremony import (
    sign_transcript,
    verify_coefficient_commitment,
    verify_commitments,
)
from protocol.dkg import (
    DealtExponentials,
    PolynomialMessage,
    decode_exponentials,
    make_polynomial_message,
)
from protocol.first_message import FirstMessage, verify_first_messages
from protocol.pki import derive_keys
from protocol.rng import Rng, system_rng
from protocol.secret import Secret
from protocol.trustees import ThresholdParameters, Trustees, gather_threshold_parameters
from protocol.vinput import make_vinput
from protocol.voutput import Voutput, make_voutput, open_decryption_key
from tally.assembly import make_transcript
from tally.errors import Refusal
from tally.memory import Profile, Step, TrusteeMemory
from tally.messages import CeremonySignature
from tally.read_aloud import words_of_transcript
from tally.senders import Files, blaming, collect, find_key_signer, find_signer
from tally.steps import require_profile, require_step

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SignedCeremony:
    """What ends the ceremony: the trustees' exact bytes, our signature, words to read aloud."""

    trustees: bytes
    signature: CeremonySignature
    read_aloud: str


def deal(memory: TrusteeMemory, files: Files, rng: Rng = system_rng) -> tuple[TrusteeMemory, bytes]:
    """Check and keep the certificates of all; return our polynomial, dealt to all: §7.6."""
    require_profile(memory, Profile.PREAU)
    require_step(memory, Step.CERTIFICATE)
    firsts = collect(
        files,
        ("",) * memory.size,
        expected="un certificat (étape 1)",
        decode=FirstMessage.decode,
        sender=lambda label, message: _first_sender(memory, label, message),
    )
    names = [first.name for first in firsts]
    with blaming(names):
        verify_first_messages(memory.uuid, firsts)
    require_unchanged(firsts[memory.index - 1].encode(), memory.certificates[0])
    coefficients = _known(memory.coefficients)
    certificates = [first.certificate for first in firsts]
    message = make_polynomial_message(
        derive_keys(memory.seed), certificates, coefficients, rng
    ).encode()
    dealt = replace(
        memory,
        step=Step.POLYNOMIAL,
        certificates=tuple(first.encode().decode("utf-8") for first in firsts),
        polynomials=(message.decode("utf-8"),),
    )
    return dealt, message


def receive_shares(
    memory: TrusteeMemory, files: Files, rng: Rng = system_rng
) -> tuple[TrusteeMemory, bytes]:
    """Check what all dealt, commitments and shares; return our public key: §7.7, §7.8, §7.11.

    The coefficients are forgotten: from here on the decryption key is the secret.
    """
    require_profile(memory, Profile.PREAU)
    require_step(memory, Step.POLYNOMIAL)
    firsts = _first_messages(memory)
    names = [first.name for first in firsts]
    certificates = [first.certificate for first in firsts]
    messages = collect(
        files,
        names,
        expected="un fichier de l'étape 2 (polynomial)",
        decode=PolynomialMessage.decode,
        sender=lambda _label, message: find_signer(certificates, message.coefexps),
    )
    require_unchanged(messages[memory.index - 1].encode(), memory.polynomials[0])
    keys = derive_keys(memory.seed)
    with blaming(names):
        vinput = make_vinput(certificates, messages, memory.index)
        for first, message in zip(firsts, messages, strict=True):
            _verify_commitment(memory, first, message)
        voutput = make_voutput(keys, certificates, vinput, rng)
    received = replace(
        memory,
        step=Step.KEY,
        coefficients=None,
        polynomials=tuple(
            DealtExponentials.of(message).encode().decode("utf-8") for message in messages
        ),
        decryption_key=open_decryption_key(keys, voutput.private_key),
        voutput=voutput.encode().decode("utf-8"),
    )
    return received, voutput.encode()


def sign_ceremony(
    memory: TrusteeMemory, files: Files, rng: Rng = system_rng
) -> tuple[TrusteeMemory, SignedCeremony]:
    """Check the keys of all, build the trustees object, sign the transcript: §7.9, §7.12."""
    require_profile(memory, Profile.PREAU)
    require_step(memory, Step.KEY)
    if memory.trustees is not None:
        raise Refusal(
            "vous avez déjà signé la cérémonie avec cette clé",
            "l'étape suivante est « evote-tally check-setup », quand l'élection est prête",
        )
    if memory.voutput is None:
        raise Refusal(
            "cette clé vient d'une copie sur papier : sa cérémonie est déjà finie",
            "l'étape suivante est « evote-tally check-setup »",
        )
    firsts = _first_messages(memory)
    names = [first.name for first in firsts]
    certificates = [first.certificate for first in firsts]
    voutputs = collect(
        files,
        names,
        expected="un fichier de l'étape 3 (key)",
        decode=Voutput.decode,
        sender=lambda _label, voutput: find_key_signer(certificates, voutput),
    )
    require_unchanged(voutputs[memory.index - 1].encode(), memory.voutput)
    with blaming(names):
        parameters = _gather(memory, firsts, voutputs)
    trustees = Trustees((parameters,)).encode()
    transcript = make_transcript(memory.uuid, firsts, trustees)
    proof = sign_transcript(derive_keys(memory.seed), transcript, memory.index, rng)
    digest = transcript.trustees_sha256
    signature = CeremonySignature(memory.uuid, memory.index, digest, proof)
    signed = replace(memory, certificates=(), polynomials=(), voutput=None, trustees=digest)
    return signed, SignedCeremony(trustees, signature, words_of_transcript(transcript))


def require_unchanged(sent: bytes, remembered: str) -> None:
    """Refuse a file of ours that is not the one we sent."""
    if sent.decode("utf-8") != remembered:
        raise Refusal(
            "votre propre fichier n'est plus celui que votre clé a produit",
            "quelqu'un l'a modifié, ou il vient d'une autre clé ; prévenez les autres membres",
        )


def _first_messages(memory: TrusteeMemory) -> list[FirstMessage]:
    return [FirstMessage.decode(text.encode("utf-8")) for text in memory.certificates]


def _first_sender(memory: TrusteeMemory, label: str, message: FirstMessage) -> int:
    certificate = message.certificate
    if message.uuid != memory.uuid:
        raise Refusal(
            f"« {label} » est le certificat d'une autre élection ({message.uuid})",
            f"donnez les certificats de l'élection {memory.uuid}",
        )
    if (certificate.size, certificate.threshold) != (memory.size, memory.threshold):
        raise Refusal(
            f"« {label} » annonce {certificate.threshold} membres nécessaires sur "
            f"{certificate.size}, et votre clé {memory.threshold} sur {memory.size}",
            "mettez-vous d'accord et recommencez la cérémonie",
        )
    return certificate.index


def _verify_commitment(
    memory: TrusteeMemory, first: FirstMessage, message: PolynomialMessage
) -> None:
    verify_coefficient_commitment(
        first.commitment,
        uuid=memory.uuid,
        size=memory.size,
        threshold=memory.threshold,
        index=first.certificate.index,
        exponentials=decode_exponentials(message.coefexps, memory.threshold),
    )


def _gather(
    memory: TrusteeMemory, firsts: Sequence[FirstMessage], voutputs: Sequence[Voutput]
) -> ThresholdParameters:
    dealt = [DealtExponentials.decode(text.encode("utf-8")) for text in memory.polynomials]
    certificates = [first.certificate for first in firsts]
    parameters = gather_threshold_parameters(certificates, dealt, voutputs)
    verify_commitments(memory.uuid, parameters, [first.commitment for first in firsts])
    return parameters


def _known(secret: Secret[T] | None) -> Secret[T]:
    if secret is None:
        raise RuntimeError("a step needs a secret that an earlier step must have made")
    return secret
