# SPDX-License-Identifier: AGPL-3.0-or-later
"""The trustees object and the key ceremony's public part: docs/protocol.md §7.4 to §7.10.

Decoding takes the shapes; ``threshold_faults`` and ``single_faults`` check every signature, proof
and product.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from audit.arithmetic import (
    Q,
    element_text,
    multiply,
    power,
    product,
    read_element,
)
from audit.proofs import Proof, decode_proof, holds_key, holds_message
from audit.strict_json import (
    decode_datum,
    encode,
    read_integer,
    read_list,
    read_object,
    read_text,
)
from audit.words import Malformed, Text

MAX_TRUSTEES = 1000


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed message (§7.2)."""

    message: str
    signature: Proof


@dataclass(frozen=True, slots=True)
class Single:
    """A mandatory trustee (§7.10)."""

    key: bytes
    pok: Proof


@dataclass(frozen=True, slots=True)
class Member:
    """One trustee of a threshold item: its three messages, decoded (§7.4, §7.6, §7.8)."""

    certificate: Signed
    verification: bytes
    encryption: bytes
    exponents: tuple[bytes, ...]
    exponents_signed: Signed
    exponents_signature: Proof
    key: Single
    key_signature: Proof


@dataclass(frozen=True, slots=True)
class Pedersen:
    """A threshold item: t of its members decrypt (§7.9)."""

    threshold: int
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Trustees:
    """The whole object, in order (§7.10)."""

    items: tuple[Single | Pedersen, ...]

    def keys(self) -> list[bytes]:
        """The public key of every trustee; trustee i is at i - 1."""
        return [
            single.key
            for item in self.items
            for single in ([item] if isinstance(item, Single) else [m.key for m in item.members])
        ]

    def election_key(self) -> bytes:
        """The key y = Π Single keys · Π A_{i,0} (§7.10)."""
        return product(
            key
            for item in self.items
            for key in (
                [item.key]
                if isinstance(item, Single)
                else [member.exponents[0] for member in item.members]
            )
        )


def decode_trustees(data: bytes, *, strict: bool) -> Trustees:
    """The trustees object (§7.10), shapes and points checked, nothing verified yet."""
    items = read_list(decode_datum(data, canonical=strict), "trustees")
    decoded: list[Single | Pedersen] = []
    for item in items:
        kind, body = read_list(item, "trustee", 2)
        if kind == "Single":
            decoded.append(_single(body, strict=strict))
        elif kind == "Pedersen":
            decoded.append(_pedersen(body, strict=strict))
        else:
            raise Malformed("une clé d'un genre inconnu (§7.10)", "unknown trustee kind (§7.10)")
    trustees = Trustees(tuple(decoded))
    if not 1 <= len(trustees.keys()) <= MAX_TRUSTEES:
        raise Malformed("aucune clé du bureau, ou trop", "no trustee, or too many")
    return trustees


def _single(value: Any, *, strict: bool, signed: bool = False) -> Single:  # noqa: ANN401
    spec = "pok public_key" + (" signature" if signed else "") + ("" if strict else " name?")
    fields = read_object(value, spec, strict=strict)
    return Single(read_element(fields["public_key"]), decode_proof(fields["pok"], strict=strict))


def _signed(value: Any, *, strict: bool) -> Signed:  # noqa: ANN401
    fields = read_object(value, "message signature", strict=strict)
    message = read_text(fields["message"], "message")
    return Signed(message, decode_proof(fields["signature"], strict=strict))


def _pedersen(value: Any, *, strict: bool) -> Pedersen:  # noqa: ANN401
    """Threshold parameters: n of everything, exactly t exponentials each (§7.6, §7.9)."""
    spec = "threshold certs coefexps signatures verification_keys"
    fields = read_object(value, spec, strict=strict)
    certs = read_list(fields["certs"], "certs")
    n = len(certs)
    threshold = read_integer(fields["threshold"], "threshold", 1, min(n, MAX_TRUSTEES))
    rows = [read_list(fields[name], name, n) for name in spec.split()[1:]]
    members = tuple(
        _member(row, (n, threshold, index), strict=strict)
        for index, row in enumerate(zip(*rows, strict=True), 1)
    )
    for keys in ([m.verification for m in members], [m.encryption for m in members]):
        if len(set(keys)) != n:
            raise Malformed(
                "deux certificats ont la même clé (§7.4)", "two certificates share a key (§7.4)"
            )
    return Pedersen(threshold, members)


def _member(row: tuple[Any, ...], place: tuple[int, int, int], *, strict: bool) -> Member:
    """The four values of one trustee; its certificate must say n, t and its place (§7.4)."""
    n, threshold, index = place
    certificate = _signed(row[0], strict=strict)
    stated = _message(certificate, "context verification encryption", strict=strict)
    context = read_object(stated["context"], "group size threshold index", strict=strict)
    wanted = {"group": "Ed25519", "size": n, "threshold": threshold, "index": index}
    found = {name: context[name] for name in wanted}
    if found != wanted or any(isinstance(value, bool) for value in found.values()):
        raise Malformed(
            f"le certificat {index} dit autre chose que sa place (§7.4)",
            f"certificate {index} states another place (§7.4)",
        )
    signed = _signed(row[1], strict=strict)
    exponents = read_list(
        _message(signed, "coefexps", strict=strict)["coefexps"], "coefexps", threshold
    )
    key = read_object(
        row[3], "pok public_key signature" + ("" if strict else " name?"), strict=strict
    )
    return Member(
        certificate=certificate,
        verification=read_element(stated["verification"]),
        encryption=read_element(stated["encryption"]),
        exponents=tuple(read_element(exponent) for exponent in exponents),
        exponents_signed=signed,
        exponents_signature=decode_proof(row[2], strict=strict),
        key=_single(key, strict=strict, signed=True),
        key_signature=decode_proof(key["signature"], strict=strict),
    )


def _message(signed: Signed, spec: str, *, strict: bool) -> dict[str, Any]:
    value = decode_datum(signed.message.encode("utf-8"), canonical=strict)
    return read_object(value, spec, strict=strict)


def faults_of(trustees: Trustees) -> Iterator[Text]:
    """Everything about the trustees that does not hold, each with the trustee's number."""
    number = 0
    for item in trustees.items:
        if isinstance(item, Single):
            number += 1
            if not holds_key(item.key, item.pok):
                yield _of(number, "preuve de clé fausse (§6.1)", "key proof fails (§6.1)")
        else:
            yield from _threshold_faults(item, number)
            number += len(item.members)


def _threshold_faults(item: Pedersen, before: int) -> Iterator[Text]:
    columns = [product(column) for column in zip(*(m.exponents for m in item.members), strict=True)]
    certs = [_rewritten(member.certificate) for member in item.members]
    for index, member in enumerate(item.members, 1):
        place, vk = before + index, member.verification
        if not holds_message(vk, member.certificate.message, member.certificate.signature):
            yield _of(place, "certificat mal signé (§7.4)", "certificate signature fails (§7.4)")
        signed = member.exponents_signed
        if not holds_message(vk, signed.message, signed.signature):
            yield _of(place, "exponentielles mal signées (§7.6)", "exponentials' signature (§7.6)")
        exponents = [element_text(point) for point in member.exponents]
        text = encode({"certs": certs, "coefexps": exponents}).decode()
        if not holds_message(vk, f"certs_sig|{text}", member.exponents_signature):
            yield _of(place, "certificats mal signés (§7.6)", "certificates' signature (§7.6)")
        key = member.key.key
        if key != _evaluated(columns, index):
            yield _of(place, "sa clé ne suit pas des polynômes (§7.8)", "key not as dealt (§7.8)")
        if not holds_key(key, member.key.pok):
            yield _of(place, "preuve de clé fausse (§6.1)", "key proof fails (§6.1)")
        if not holds_message(vk, element_text(key), member.key_signature):
            yield _of(place, "clé mal signée (§7.8)", "key signature fails (§7.8)")


def _rewritten(signed: Signed) -> dict[str, Any]:
    """A certificate with its two members only (§7.6)."""
    proof = signed.signature
    scalars = {"challenge": str(proof.challenge), "response": str(proof.response)}
    return {"message": signed.message, "signature": scalars}


def _evaluated(columns: list[bytes], index: int) -> bytes:
    """X_j = Π_k (Π_i A_{i,k})^(j^k) (§7.8)."""
    total, exponent = columns[0], 1
    for column in columns[1:]:
        exponent = exponent * index % Q
        total = multiply(total, power(column, exponent))
    return total


def _of(number: int, fr: str, en: str) -> Text:
    return Text(fr, en).at(Text(f"membre du bureau n° {number}", f"trustee {number}"))
