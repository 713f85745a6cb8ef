# SPDX-License-Identifier: AGPL-3.0-or-later
"""A trustee's part in a ceremony of Belenios, file-compatible with its tool: docs/protocol.md §7.

Without our first messages, commitments and transcript: only what that format has. A carrier joins
the files of all (``evote-tally assemble``, or the peer's tool) and gives each trustee its own.
"""

from dataclasses import replace
from pathlib import Path

from protocol.ceremony import MAX_MEMBERS
from protocol.certificates import (
    Certificate,
    decode_certificates,
    find_own_index,
    make_certificate,
)
from protocol.dkg import generate_polynomial, make_polynomial_message
from protocol.encoding import encode_json, verify_uuid
from protocol.errors import ProtocolError
from protocol.pki import derive_keys, generate_seed
from protocol.rng import Rng, system_rng
from protocol.vinput import Vinput
from protocol.voutput import make_voutput, open_decryption_key
from tally.errors import Refusal, Unreadable, cite, refuse
from tally.files import read_file
from tally.memory import Profile, Step, TrusteeMemory
from tally.senders import blaming
from tally.steps import require_profile, require_step


def begin(
    *, uuid: str, size: int, threshold: int, index: int, rng: Rng = system_rng
) -> tuple[TrusteeMemory, bytes]:
    """Make a seed; return our certificate, one line of ``certs.jsons``: §7.1, §7.4."""
    if not (1 <= threshold <= size <= MAX_MEMBERS and 1 <= index <= size):
        raise Refusal(
            "ces trois nombres ne vont pas ensemble : --index, --of, --threshold",
            "par exemple --index 1 --of 3 --threshold 2",
        )
    try:
        verify_uuid(uuid, longest=None)
    except ProtocolError as cause:
        raise refuse(
            "l'identifiant de l'élection est mal recopié",
            cause,
            "demandez-le de nouveau à l'organisateur",
        ) from cause
    seed = generate_seed(rng)
    certificate = make_certificate(
        derive_keys(seed), size=size, threshold=threshold, index=index, rng=rng
    )
    line = encode_json(certificate.encode())
    memory = TrusteeMemory(
        step=Step.CERTIFICATE,
        profile=Profile.BELENIOS,
        uuid=uuid,
        index=index,
        size=size,
        threshold=threshold,
        name="",
        seed=seed,
        certificates=(line.decode("utf-8"),),
    )
    return memory, line + b"\n"


def deal(
    memory: TrusteeMemory, certificates: tuple[Certificate, ...], rng: Rng = system_rng
) -> tuple[TrusteeMemory, bytes]:
    """Check and keep all certificates; return our polynomial message, one line: §7.6."""
    require_profile(memory, Profile.BELENIOS)
    require_step(memory, Step.CERTIFICATE)
    keys = derive_keys(memory.seed)
    texts = _texts(certificates)
    with blaming(("",) * memory.size):
        index = find_own_index(keys, certificates)
        if index != memory.index or texts[index - 1] != memory.certificates[0]:
            raise Refusal(
                "votre propre certificat n'est plus celui que votre clé a produit",
                "quelqu'un l'a modifié, ou il vient d'une autre clé ; prévenez les autres membres",
            )
        polynomial = generate_polynomial(memory.threshold, rng)
        message = make_polynomial_message(keys, certificates, polynomial, rng).encode()
    dealt = replace(memory, step=Step.POLYNOMIAL, certificates=texts)
    return dealt, message + b"\n"


def receive_shares(
    memory: TrusteeMemory,
    certificates: tuple[Certificate, ...],
    vinput: Vinput,
    rng: Rng = system_rng,
) -> tuple[TrusteeMemory, bytes]:
    """Check every share in our vinput; return our voutput: §7.7, §7.8."""
    require_profile(memory, Profile.BELENIOS)
    require_step(memory, Step.POLYNOMIAL)
    if _texts(certificates) != memory.certificates:
        raise Refusal(
            "ces certificats ne sont pas ceux que votre clé a gardés à l'étape 2",
            "redonnez le fichier de l'étape 2 ; s'il a changé, prévenez les autres membres",
        )
    keys = derive_keys(memory.seed)
    with blaming(("",) * memory.size):
        voutput = make_voutput(keys, certificates, vinput, rng)
    received = replace(
        memory,
        step=Step.KEY,
        decryption_key=open_decryption_key(keys, voutput.private_key),
    )
    return received, voutput.encode() + b"\n"


def read_certs(path: Path | None) -> tuple[Certificate, ...]:
    """Read ``certs.jsons``: §7.4."""
    if path is None:
        raise Unreadable("il manque le fichier de tous les certificats", "ajoutez --certs FICHIER")
    try:
        return decode_certificates(read_file(path))
    except ProtocolError as cause:
        raise Unreadable(
            f"« {path} » n'est pas une liste de certificats {cite(cause)}",
            "donnez le fichier certs.jsons que l'organisateur a réuni, tel quel",
        ) from cause


def read_vinput(path: Path | None) -> Vinput:
    """Read our ``.vinput`` file: §7.7."""
    if path is None:
        raise Unreadable("il manque ce que l'organisateur vous a donné", "ajoutez --vinput FICHIER")
    try:
        return Vinput.decode(read_file(path))
    except ProtocolError as cause:
        raise Unreadable(
            f"« {path} » n'est pas un fichier .vinput {cite(cause)}",
            "donnez le fichier .vinput que l'organisateur a fait pour vous, tel quel",
        ) from cause


def _texts(certificates: tuple[Certificate, ...]) -> tuple[str, ...]:
    return tuple(encode_json(each.encode()).decode("utf-8") for each in certificates)
