# SPDX-License-Identifier: AGPL-3.0-or-later
"""One trustee's part in the count, proved twice: docs/protocol.md §11.3.

The peer's proof (§6.5) and ours (§6.6), which binds the factor to this place of this box, stand
beside each other in one object.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from protocol.certificates import MAX_TRUSTEES
from protocol.counting import EncryptedTally
from protocol.datum import EVOTE, decode_datum, hash_text, require_canonical, rows
from protocol.elgamal import Ciphertext
from protocol.encoding import Fields, JsonValue, encode_json
from protocol.errors import MalformedError, ProofError
from protocol.group import Element, Scalar, generator_power
from protocol.proofs.bound import BoundStatement, prove_bound, verify_bound
from protocol.proofs.decryption import (
    DecryptionStatement,
    prove_decryption,
    verify_decryption,
)
from protocol.proofs.proof import Proof
from protocol.rng import Rng, system_rng
from protocol.secret import Secret

VERSION: Final = 1

T = TypeVar("T")
Factors = tuple[tuple[Element, ...], ...]
Proofs = tuple[tuple[Proof, ...], ...]


@dataclass(frozen=True, slots=True)
class CountContext:
    """The count that is decrypted: φ, the hash of the ``EncryptedTally`` event, the tally: §6.6."""

    fingerprint: str
    tally_event: str
    encrypted_tally: EncryptedTally

    def statement(
        self, trustee: int, question: int, choice: int, public_key: Element, factor: Element
    ) -> BoundStatement:
        """Return what is proved of one factor; question and choice from 0: §6.5, §6.6."""
        alpha = self.encrypted_tally.ciphertexts[question][choice].alpha
        decryption = DecryptionStatement(self.fingerprint, public_key, alpha, factor)
        return BoundStatement(decryption, self.tally_event, trustee, question, choice)


@dataclass(frozen=True, slots=True)
class PartialDecryption:
    """Factors ``D = alpha^x`` and their proofs, in the shape of the encrypted tally: §11.3.

    ``bound_proofs`` stand in our elections alone.
    """

    factors: Factors
    proofs: Proofs
    bound_proofs: Proofs | None = None

    @classmethod
    def decode(
        cls, data: bytes, tally: EncryptedTally, *, ignore_unknown: bool = False
    ) -> "PartialDecryption":
        """Read a partial decryption of the exact shape of the tally; nothing is verified: §11.3."""
        value = decode_datum(data, ignore_unknown=ignore_unknown)
        fields = Fields(value, where="partial decryption", section="11.3")
        factors = fields.raw("decryption_factors")
        proofs = fields.raw("decryption_proofs")
        partial = cls(
            _decode_table(factors, tally, lambda item: Element.decode(item, allow_identity=True)),
            _decode_table(
                proofs, tally, lambda item: Proof.decode(item, ignore_unknown=ignore_unknown)
            ),
            _decode_evote(fields, tally) if fields.has(EVOTE) else None,
        )
        fields.finish(ignore_unknown=ignore_unknown)
        if not ignore_unknown:
            require_canonical(partial.encode(), data, where="a partial decryption")
        return partial

    def encode(self) -> bytes:
        """Return the canonical bytes, members in the order of §11.3."""
        members: dict[str, JsonValue] = {
            "decryption_factors": [[each.encode() for each in row] for row in self.factors],
            "decryption_proofs": _encode_proofs(self.proofs),
        }
        if self.bound_proofs is not None:
            bound = _encode_proofs(self.bound_proofs)
            members[EVOTE] = {"version": VERSION, "bound_proofs": bound}
        return encode_json(members)


def _decode_evote(fields: Fields, tally: EncryptedTally) -> Proofs:
    evote = fields.object(EVOTE)
    evote.integer("version", VERSION, VERSION)
    proofs = _decode_table(evote.raw("bound_proofs"), tally, Proof.decode)
    evote.finish()
    return proofs


def _decode_table(
    value: JsonValue, tally: EncryptedTally, decode: Callable[[JsonValue], T]
) -> tuple[tuple[T, ...], ...]:
    table = rows(value, where="partial decryption", section="11.3")
    _require_shape(table, tally)
    return tuple(tuple(decode(item) for item in row) for row in table)


def _require_shape(table: Sequence[Sequence[object]], tally: EncryptedTally) -> None:
    if list(map(len, table)) != list(map(len, tally.ciphertexts)):
        raise MalformedError(
            "a partial decryption has not the shape of the encrypted tally", section="11.3"
        )


def _encode_proofs(proofs: Proofs) -> JsonValue:
    return [[proof.encode() for proof in row] for row in proofs]


def make_partial_decryption(
    key: Secret[Scalar], context: CountContext, trustee: int, rng: Rng = system_rng
) -> PartialDecryption:
    """Decrypt our part of a count that we have verified, with both proofs: §11.3.

    Args:
        key: our decryption key.
        context: the count.
        trustee: our number, from 1.
        rng: asked for the nonces.
    """
    public_key = generator_power(key.reveal())
    cells = tuple(
        tuple(
            _prove_cell(key, context.statement(trustee, i, j, public_key, factor), rng)
            for j, factor in enumerate(row)
        )
        for i, row in enumerate(_factors(key, context.encrypted_tally.ciphertexts))
    )
    return PartialDecryption(
        factors=tuple(tuple(factor for factor, _, _ in row) for row in cells),
        proofs=tuple(tuple(proof for _, proof, _ in row) for row in cells),
        bound_proofs=tuple(tuple(bound for _, _, bound in row) for row in cells),
    )


def _factors(key: Secret[Scalar], table: Sequence[Sequence[Ciphertext]]) -> Factors:
    return tuple(tuple(each.alpha ** key.reveal() for each in row) for row in table)


def _prove_cell(
    key: Secret[Scalar], statement: BoundStatement, rng: Rng
) -> tuple[Element, Proof, Proof]:
    proof = prove_decryption(statement.decryption, key, rng)
    return statement.decryption.factor, proof, prove_bound(statement, key, rng)


def verify_partial_decryption(
    public_key: Element,
    context: CountContext,
    trustee: int,
    partial: PartialDecryption,
    *,
    bound: bool = True,
) -> None:
    """Check every proof of a partial decryption: §6.5 and, if ``bound``, §6.6 (§11.3).

    Args:
        public_key: of this trustee.
        context: the count.
        trustee: its number, from 1.
        partial: in the shape of the tally.
        bound: whether bound proofs must be there, as in our elections; if not they must be absent.

    Raises:
        MalformedError: another shape than that of the tally.
        ProofError: any proof does not hold, or bound proofs are missing.
    """
    if bound != (partial.bound_proofs is not None):
        raise ProofError("bound proofs are missing, or stand in another profile", section="11.3")
    for table in (partial.factors, partial.proofs, partial.bound_proofs):
        if table is not None:
            _require_shape(table, context.encrypted_tally)
    for i, row in enumerate(partial.factors):
        for j, factor in enumerate(row):
            statement = context.statement(trustee, i, j, public_key, factor)
            verify_decryption(statement.decryption, partial.proofs[i][j])
            if partial.bound_proofs is not None:
                verify_bound(statement, partial.bound_proofs[i][j])


@dataclass(frozen=True, slots=True)
class OwnedPayload:
    """The payload of a ``PartialDecryption`` event: whose, and the hash of which: §11.3."""

    owner: int
    payload: str

    @classmethod
    def decode(cls, data: bytes, *, ignore_unknown: bool = False) -> "OwnedPayload":
        """Read ``{"owner":i,"payload":hash}``: §11.3."""
        value = decode_datum(data, ignore_unknown=ignore_unknown)
        fields = Fields(value, where="owned payload", section="11.3")
        owned = cls(fields.integer("owner", 1, MAX_TRUSTEES), hash_text(fields, "payload"))
        fields.finish(ignore_unknown=ignore_unknown)
        if not ignore_unknown:
            require_canonical(owned.encode(), data, where="an owned payload")
        return owned

    def encode(self) -> bytes:
        """Return the canonical bytes, members in the order of §11.3."""
        return encode_json({"owner": self.owner, "payload": self.payload})
