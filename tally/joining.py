# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a trustee joins our key ceremony: secrets made, a certificate sent. docs/protocol.md §7.4.

Values in, values out, as in ``trustee.py``, which has the steps after this one.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from protocol.ceremony import MAX_MEMBERS, MIN_MEMBERS, MIN_THRESHOLD, coefficient_commitment
from protocol.certificates import make_certificate
from protocol.dkg import coefficient_exponentials, generate_polynomial
from protocol.encoding import verify_uuid
from protocol.errors import ProtocolError
from protocol.first_message import make_first_message
from protocol.pki import derive_keys, generate_seed
from protocol.rng import Rng, system_rng
from tally.errors import Refusal, refuse
from tally.memory import Profile, Step, TrusteeMemory


def begin(
    *,
    uuid: str,
    size: int,
    threshold: int,
    index: int,
    name: str,
    role: str,
    rng: Rng = system_rng,
) -> tuple[TrusteeMemory, bytes]:
    """Make seed and coefficients; return the first message, already committed: §7.4, §7.11.

    Args:
        uuid: of the election.
        size: n, 3 to 100.
        threshold: t, at least 2 and more than half of n.
        index: our number, from 1.
        name: ours, a plain text (§2.2).
        role: ours, a plain text.
        rng: where the secrets come from.
    """
    _require_committee(size, threshold, index)
    _require_uuid(uuid)
    seed, coefficients = generate_seed(rng), generate_polynomial(threshold, rng)
    keys = derive_keys(seed)
    context = {"size": size, "threshold": threshold, "index": index}
    commitment = coefficient_commitment(
        uuid=uuid, exponentials=coefficient_exponentials(coefficients), **context
    )
    certificate = make_certificate(keys, rng=rng, **context)
    with _saying_what_a_name_may_be():
        message = make_first_message(
            keys,
            uuid=uuid,
            name=name,
            role=role,
            certificate=certificate,
            commitment=commitment,
            rng=rng,
        ).encode()
    memory = TrusteeMemory(
        step=Step.CERTIFICATE,
        profile=Profile.PREAU,
        uuid=uuid,
        index=index,
        size=size,
        threshold=threshold,
        name=name,
        seed=seed,
        coefficients=coefficients,
        certificates=(message.decode("utf-8"),),
    )
    return memory, message


def _require_committee(size: int, threshold: int, index: int) -> None:
    example = "par exemple --index 1 --of 3 --threshold 2"
    if not (
        MIN_MEMBERS <= size <= MAX_MEMBERS
        and MIN_THRESHOLD <= threshold <= size
        and 1 <= index <= size
    ):
        raise Refusal(
            f"il faut {MIN_MEMBERS} à {MAX_MEMBERS} membres, au moins {MIN_THRESHOLD} pour "
            "dépouiller, et un numéro parmi eux",
            example,
        )
    if 2 * threshold <= size:
        raise Refusal(
            f"il faut plus de la moitié des {size} membres pour dépouiller, donc au moins "
            f"{size // 2 + 1}",
            example,
        )


def _require_uuid(uuid: str) -> None:
    try:
        verify_uuid(uuid)
    except ProtocolError as cause:
        raise refuse(
            "l'identifiant de l'élection est mal recopié",
            cause,
            "l'organisateur le donne : 14 à 22 lettres et chiffres, sans O, I, l ni 0",
        ) from cause


@contextmanager
def _saying_what_a_name_may_be() -> Iterator[None]:
    try:
        yield
    except ProtocolError as cause:
        raise refuse(
            "le nom ou le rôle ne peut pas être écrit ainsi",
            cause,
            "de 1 à 200 signes, des lettres latines et des chiffres ordinaires ; ni espace double, "
            "au début ou à la fin, ni signe invisible",
        ) from cause
