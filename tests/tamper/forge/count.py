# SPDX-License-Identifier: AGPL-3.0-or-later
"""The count of a forged election: §11, §12.

Places, for owner o, question i and choice j: `considered` (`Posted` ballots), `counted` (the last
of each credential), `weights` (theirs), `tally points`, `tally`, `sized`, `owners` (who decrypts),
`secret o`, `factor o.i.j` (a point), `decryption hash o` (the text before `|A,B`), `bound o.i.j`
(the statement's parts), `partial o`, `owned o`, `decryptions` (all, as pairs of bytes), `votes`,
`result evote`, `result`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.tamper.forge.curve import GENERATOR, IDENTITY, Point, Q
from tests.tamper.forge.logs import position
from tests.tamper.forge.proofs import prove_power
from tests.tamper.forge.seats import encode_seats
from tests.tamper.forge.setup import setup_signatures
from tests.tamper.forge.texts import Json, h512, h_q, hash_hex

if TYPE_CHECKING:
    from tests.tamper.forge.remake import Forge

Rows = list[list[tuple[Point, Point]]]
SEARCHED = range(-8, 64)


def forge_count(forge: Forge) -> None:
    """Everything after `EndBallots`, as far as the forge goes."""
    rows, weight = multiply_ballots(forge)
    rows = forge.touched("tally points", rows)
    tally_event = append_tally(forge, rows, weight)
    forge.tell("closing")
    if forge.until == "EncryptedTally":
        return
    factors = append_decryptions(forge, rows, tally_event)
    forge.tell("decrypted")
    if forge.until == "Result":
        append_result(forge, rows, factors)
        forge.tell("result")


def multiply_ballots(forge: Forge) -> tuple[Rows, int]:
    """§11.1, §11.2."""
    considered = forge.touched("considered", list(forge.ballots))
    counted = forge.touched("counted", list({b.credential: b for b in considered}.values()))
    weights = [weight_of(forge, ballot.credential) for ballot in counted]
    weights = forge.touched("weights", weights)
    rows: Rows = [
        [(IDENTITY, IDENTITY)] * (len(question.answers) + question.blank)
        for question in forge.world.questions
    ]
    for ballot, weight in zip(counted, weights, strict=True):
        for row, pairs in zip(rows, ballot.points, strict=False):
            for k, (alpha, beta) in enumerate(pairs[: len(row)]):
                row[k] = (row[k][0] * alpha**weight, row[k][1] * beta**weight)
    forge.tallied = len(counted)
    return rows, sum(weights)


def weight_of(forge: Forge, wire: str) -> int:
    world = forge.world
    if world.preau or not world.weights:
        return 1
    by_wire = {(GENERATOR**x).wire: w for x, w in zip(world.voters, world.weights, strict=True)}
    return by_wire.get(wire, 1)


def append_tally(forge: Forge, rows: Rows, weight: int) -> str:
    """§11.2."""
    value = [[{"alpha": a.wire, "beta": b.wire} for a, b in row] for row in rows]
    tally = forge.datum("tally", value)
    sized: dict[str, Json] = {
        "num_tallied": forge.tallied,
        "total_weight": weight,
        "encrypted_tally": hash_hex(tally),
    }
    if forge.world.preau:
        sized["evote"] = {"version": 1, "setup_signatures": setup_signatures(forge)}
    return forge.append("EncryptedTally", tally, forge.datum("sized", sized))


def append_decryptions(forge: Forge, rows: Rows, tally_event: str) -> dict[int, list[list[Point]]]:
    """§11.3."""
    factors = {}
    pairs = []
    for owner in forge.touched("owners", list(forge.world.decrypting)):
        partial, factors[owner] = decrypt(forge, rows, tally_event, owner)
        partial_bytes = forge.datum(f"partial {owner}", partial)
        owned = {"owner": owner, "payload": hash_hex(partial_bytes)}
        pairs.append((partial_bytes, forge.datum(f"owned {owner}", owned)))
    for partial_bytes, owned_bytes in forge.touched("decryptions", pairs):
        forge.append("PartialDecryption", partial_bytes, owned_bytes)
        forge.publish()
    return factors


def decrypt(
    forge: Forge, rows: Rows, tally_event: str, owner: int
) -> tuple[Json, list[list[Point]]]:
    secret = forge.touched(f"secret {owner}", forge.world.secret_of(owner))
    wire = (GENERATOR**secret).wire
    factors = []
    proofs, bound = [], []
    for i, row in enumerate(rows):
        clean = [alpha**secret for alpha, _ in row]
        dirty = [forge.touched(f"factor {owner}.{i}.{j}", d) for j, d in enumerate(clean)]
        factors.append(dirty)
        proofs.append([decryption_proof(forge, owner, secret, wire, a) for a, _ in row])
        places = [(i, j, wire, tally_event) for j in range(len(row))]
        bound.append(
            [
                bound_proof(forge, owner, secret, place, alpha, factor)
                for place, (alpha, _), factor in zip(places, row, dirty, strict=True)
            ]
        )
    value: dict[str, Json] = {
        "decryption_factors": [[point.wire for point in row] for row in factors],
        "decryption_proofs": proofs,
    }
    if forge.world.preau:
        value["evote"] = {"version": 1, "bound_proofs": bound}
    return value, factors


def decryption_proof(forge: Forge, owner: int, secret: int, wire: str, alpha: Point) -> Json:
    """§6.5."""
    prefix = forge.touched(f"decryption hash {owner}", f"decrypt|{forge.fingerprint}|{wire}")
    return prove_power(
        secret, [GENERATOR, alpha], lambda a, b: h_q(f"{prefix}|{a},{b}"), forge.dice, forge.clear
    )


def bound_proof(
    forge: Forge,
    owner: int,
    secret: int,
    place: tuple[int, int, str, str],
    alpha: Point,
    factor: Point,
) -> Json:
    """§6.6."""
    i, j, wire, tally_event = place
    statement = {
        "fingerprint": forge.fingerprint,
        "tally event": tally_event,
        "trustee": str(owner),
        "question": str(i),
        "choice": str(j),
        "generator": GENERATOR.wire,
        "key": wire,
        "alpha": alpha.wire,
        "factor": factor.wire,
    }
    statement = forge.touched(f"bound {owner}.{i}.{j}", statement)
    return prove_power(
        secret,
        [GENERATOR, alpha],
        lambda a, b: h512("evote/v1/bound-decryption", *statement.values(), a, b),
        forge.dice,
        forge.clear,
    )


def append_result(forge: Forge, rows: Rows, factors: dict[int, list[list[Point]]]) -> None:
    """§11.4 to §11.7."""
    votes = []
    for i, row in enumerate(rows):
        by_owner = [{o: f[i][j] for o, f in factors.items()} for j in range(len(row))]
        votes.append(
            [small_log(b / combine(forge, d)) for (_, b), d in zip(row, by_owner, strict=True)]
        )
    votes = forge.touched("votes", votes)
    result: dict[str, Json] = {"result": votes}
    if forge.world.preau:
        evote = {
            "version": 1,
            "sign_ins": len(forge.ballots),
            "seats": encode_seats(forge.world.lists, votes[0][1:], forge.world.seats),
        }
        if forge.world.served:
            evote |= {"version": 2, "journal": position(forge.lines)}
        result["evote"] = forge.touched("result evote", evote)
    forge.append("Result", forge.datum("result", result))


def combine(forge: Forge, factors: dict[int, Point]) -> Point:
    """§11.4."""
    singles = len(forge.world.singles)
    total = IDENTITY
    for owner in range(1, singles + 1):
        total = total * factors.get(owner, IDENTITY)
    present = sorted(o - singles for o in factors if o > singles)[: forge.world.threshold]
    for i in present:
        exponent = 1
        for k in present:
            if k != i:
                exponent = exponent * k * pow(k - i, -1, Q) % Q
        total = total * factors[i + singles] ** exponent
    return total


def small_log(point: Point) -> int:
    """The exponent, negative ones too; 0 where the search finds none."""
    return next((m for m in SEARCHED if GENERATOR**m == point), 0)
