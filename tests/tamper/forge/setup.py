# SPDX-License-Identifier: AGPL-3.0-or-later
"""Key ceremony, election object and credential list of a forged election: §7, §8.

Places: `verification i`, `encryption i` (points), `certificate i` (what is signed), `certs` (the
signed ones), `exponential i.k` (a point), `exponentials i` (their texts), `coefexps` (signed),
`decryption key i` (a point), `verification keys`, `threshold parameters`, `trustees`,
`committed i` (parts), `commitment i`, `ceremony i` (parts), `ceremony`, `credential c` (a point),
`credentials`, `public key`, `evote`, `election`, `setup data`, `setup i` (parts),
`setup signers`, `setup signatures`. What is changed after the election was made, behind its back:
`published trustees`, `published credentials`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.tamper.forge.curve import GENERATOR, Point, product
from tests.tamper.forge.logs import verifier_keys
from tests.tamper.forge.proofs import prove_key, sign_labelled, sign_message
from tests.tamper.forge.texts import Json, canonical, h256, hash_hex

if TYPE_CHECKING:
    from tests.tamper.forge.remake import Forge

BOOTH = (
    {"path": "/booth/app.js", "sha256": hash_hex(b"app")},
    {"path": "/booth/index.html", "sha256": hash_hex(b"index")},
)


def forge_setup(forge: Forge) -> None:
    """The `Setup` event and its data."""
    forge.trustees_bytes = forge.datum("trustees", make_trustees(forge))
    credentials = forge.datum("credentials", make_credentials(forge))
    forge.public_key = forge.touched("public key", election_key(forge))
    forge.election_bytes = forge.datum("election", make_election(forge, credentials))
    trustees = published(forge, "trustees", forge.trustees_bytes)
    credentials = published(forge, "credentials", credentials)
    setup_data = {
        "election": hash_hex(forge.election_bytes),
        "trustees": hash_hex(trustees),
        "credentials": hash_hex(credentials),
    }
    data = (forge.election_bytes, trustees, credentials)
    forge.append("Setup", *data, forge.datum("setup data", setup_data))


def published(forge: Forge, what: str, data: bytes) -> bytes:
    """What the archive has, which may be other than what the election was made with."""
    place = f"published {what}"
    return forge.datum(place, json.loads(data)) if place in forge.touch else data


# ------------------------------------------------------------------ §7


def make_trustees(forge: Forge) -> Json:
    singles = [["Single", single_key(forge, x)] for x in forge.world.singles]
    if not forge.world.trustees:
        return singles
    return [*singles, ["Pedersen", threshold_parameters(forge)]]


def single_key(forge: Forge, secret: int) -> Json:
    wire = (GENERATOR**secret).wire
    return {"pok": prove_key(secret, wire, forge.dice), "public_key": wire}


def threshold_parameters(forge: Forge) -> Json:
    world = forge.world
    indices = range(1, len(world.trustees) + 1)
    certs = forge.touched("certs", [certificate(forge, i) for i in indices])
    texts = [
        forge.touched(f"exponentials {i}", [point.wire for point in exponentials(forge, i)])
        for i in indices
    ]
    coefexps = [signed(forge, i, {"coefexps": texts[i - 1]}) for i in indices]
    signatures = [
        sign(
            forge, i, "certs_sig|" + canonical({"certs": certs, "coefexps": texts[i - 1]}).decode()
        )
        for i in indices
    ]
    parameters = {
        "threshold": world.threshold,
        "certs": certs,
        "coefexps": forge.touched("coefexps", coefexps),
        "signatures": signatures,
        "verification_keys": forge.touched(
            "verification keys", [verification_key(forge, i) for i in indices]
        ),
    }
    return forge.touched("threshold parameters", parameters)


def sign(forge: Forge, index: int, message: str) -> Json:
    secret = forge.world.trustees[index - 1].signing
    return sign_message(secret, message, forge.dice, forge.clear)


def signed(forge: Forge, index: int, value: Json) -> Json:
    """A signed message whose text is the canonical JSON of a value: §7.2."""
    message = canonical(value).decode()
    return {"message": message, "signature": sign(forge, index, message)}


def certificate(forge: Forge, index: int) -> Json:
    """§7.4."""
    trustee = forge.world.trustees[index - 1]
    context = {
        "group": "Ed25519",
        "size": len(forge.world.trustees),
        "threshold": forge.world.threshold,
        "index": index,
    }
    value = {
        "context": context,
        "verification": signing_key(forge, index).wire,
        "encryption": forge.touched(f"encryption {index}", GENERATOR**trustee.decryption).wire,
    }
    return signed(forge, index, forge.touched(f"certificate {index}", value))


def signing_key(forge: Forge, index: int) -> Point:
    point = GENERATOR ** forge.world.trustees[index - 1].signing
    changed: Point = forge.touched(f"verification {index}", point)
    return changed


def exponentials(forge: Forge, index: int) -> list[Point]:
    """§7.6."""
    coefficients = forge.world.trustees[index - 1].coefficients
    return [
        forge.touched(f"exponential {index}.{k}", GENERATOR**a) for k, a in enumerate(coefficients)
    ]


def verification_key(forge: Forge, index: int) -> Json:
    """§7.8."""
    share = forge.world.share(index)
    wire = forge.touched(f"decryption key {index}", GENERATOR**share).wire
    return {
        "pok": prove_key(share, wire, forge.dice, forge.clear),
        "public_key": wire,
        "signature": sign(forge, index, wire),
    }


def election_key(forge: Forge) -> Point:
    """§7.10."""
    world = forge.world
    singles = [GENERATOR**x for x in world.singles]
    return product(
        [*singles, *(exponentials(forge, i)[0] for i in range(1, len(world.trustees) + 1))]
    )


def make_ceremony(forge: Forge) -> Json:
    """§7.11, §7.12."""
    world = forge.world
    n, t = str(len(world.trustees)), str(world.threshold)
    commitments = []
    for i in range(1, len(world.trustees) + 1):
        parts = [world.uuid, n, t, str(i), *(point.wire for point in exponentials(forge, i))]
        parts = forge.touched(f"committed {i}", parts)
        value = h256("evote/v1/coefficients", *parts)
        commitments.append(forge.touched(f"commitment {i}", value))
    people = [
        part
        for trustee, commitment in zip(world.trustees, commitments, strict=True)
        for part in (trustee.name, trustee.role, commitment)
    ]
    transcript = [world.uuid, n, t, *people, hash_hex(forge.trustees_bytes)]
    signatures = []
    for i, trustee in enumerate(world.trustees, 1):
        parts = forge.touched(f"ceremony {i}", [*transcript, str(i)])
        wire = signing_key(forge, i).wire
        signatures.append(
            sign_labelled(
                "evote/v1/ceremony", trustee.signing, wire, parts, forge.dice, forge.clear
            )
        )
    members = [{"name": person.name, "role": person.role} for person in world.trustees]
    ceremony = {"members": members, "commitments": commitments, "signatures": signatures}
    return forge.touched("ceremony", ceremony)


def setup_signatures(forge: Forge) -> Json:
    """§7.13."""
    signers = forge.touched("setup signers", list(range(1, forge.world.threshold + 1)))
    signatures = []
    for i in signers:
        parts = [forge.world.uuid, forge.fingerprint, forge.heads[0], str(i)]
        parts = forge.touched(f"setup {i}", parts)
        secret = forge.world.trustees[i - 1].signing
        wire = signing_key(forge, i).wire
        signature = sign_labelled("evote/v1/setup", secret, wire, parts, forge.dice, forge.clear)
        signatures.append({"trustee": i, "signature": signature})
    return forge.touched("setup signatures", signatures)


# ------------------------------------------------------------------ §8


def public_credential(forge: Forge, secret: int) -> str:
    """A public credential as the list and the ballots have it."""
    place = forge.world.credentials.index(secret)
    point: Point = forge.touched(f"credential {place}", GENERATOR**secret)
    return point.wire


def make_credentials(forge: Forge) -> Json:
    """§8.4."""
    world = forge.world
    if world.preau:
        return [public_credential(forge, x) for x in world.credentials]
    weights = world.weights or (1,) * len(world.voters)
    return [
        public_credential(forge, x) + (f",{weight}" if weight != 1 else "")
        for x, weight in zip(world.voters, weights, strict=True)
    ]


def make_election(forge: Forge, credentials: bytes) -> Json:
    """§8.2."""
    world = forge.world
    questions: list[Json] = [
        {
            "answers": list(question.answers),
            **({"blank": True} if question.blank else {}),
            "min": question.minimum,
            "max": question.maximum,
            "question": question.text,
        }
        for question in world.questions
    ]
    election = {
        "version": 1,
        "description": "",
        "name": "École des Tilleuls",
        "group": "Ed25519",
        "public_key": forge.key.wire,
        "questions": questions,
        "uuid": world.uuid,
    }
    if world.preau:
        election["evote"] = forge.touched("evote", make_evote(forge, credentials))
    return election


def make_evote(forge: Forge, credentials: bytes) -> Json:
    """§8.3."""
    world = forge.world
    reserves = [x for x in world.credentials if x in world.reserves]
    value = {
        "version": 1,
        "rehearsal": False,
        "school": {"name": "École des Tilleuls", "uai": "0350001A", "kind": "ecole"},
        "seats": world.seats,
        "rule": "largest-remainder",
        "lists": [{"label": label, "candidates": list(names)} for label, names in world.lists],
        "opens_at": 1791500000,
        "closes_at": 1791600000,
        "grace_seconds": 600,
        "trustees_sha256": hash_hex(forge.trustees_bytes),
        "credentials_sha256": hash_hex(credentials),
        "electors": len(world.voters),
        "reserves": [public_credential(forge, x) for x in reserves],
        "roll_commitment": hash_hex(b"roll"),
        "ceremony": make_ceremony(forge),
    }
    if world.served:
        value |= {"version": 2, "booth": list(BOOTH), **verifier_keys(world.uuid)}
    return value
