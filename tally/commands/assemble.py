# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote-tally assemble``: what the carrier of a ceremony of Belenios does between steps: §7.

Public files only; the members' own steps check all of it again.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from protocol.certificates import Certificate, encode_certificates, verify_certificates
from protocol.datum import decode_file
from protocol.dkg import PolynomialMessage, decode_polynomials, encode_polynomials
from protocol.errors import ProtocolError
from protocol.trustees import Trustees, encode_threshold_file, make_threshold_parameters
from protocol.vinput import make_vinput
from protocol.voutput import Voutput
from tally.console import Subparsers, add_command, add_out, read_messages, tell_next
from tally.errors import Unreadable, cite
from tally.files import NewFile, read_file, write_files
from tally.peer_ceremony import read_certs
from tally.senders import Files, blaming, collect, find_key_signer, find_signer

T = TypeVar("T")


def add(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "assemble",
        run,
        summary="cérémonie de Belenios : réunir les fichiers entre deux étapes (organisateur)",
        text="Réunit les fichiers publics d'une cérémonie menée avec l'outil de Belenios :\n"
        "  certs      certificate-*.json → certs.jsons\n"
        "  vinputs    certs.jsons, polynomial-*.json → polynomials.jsons, vinput-*.json\n"
        "  threshold  certs.jsons, polynomials.jsons, key-*.json → threshold.json, trustees.json",
        example="assemble vinputs --certs certs.jsons polynomial-*.json",
    )
    parser.add_argument("what", metavar="QUOI", choices=sorted(_STEPS), help="voir ci-dessus")
    parser.add_argument("messages", metavar="FICHIER", type=Path, nargs="+", help="de tous")
    parser.add_argument("--certs", metavar="FICHIER", type=Path, help="certs.jsons")
    parser.add_argument("--polynomials", metavar="FICHIER", type=Path, help="polynomials.jsons")
    add_out(parser)


def run(arguments: argparse.Namespace) -> int:
    """Assemble one step."""
    files = read_messages(arguments.messages)
    named = _STEPS[arguments.what](arguments, files)
    outputs = [NewFile(arguments.out / name, data) for name, data in named.items()]
    write_files(outputs)
    tell_next([file.path for file in outputs])
    return 0


def _assemble_certs(_arguments: argparse.Namespace, files: Files) -> dict[str, bytes]:
    sizes = {label: _decode(label, data).size for label, data in files.items()}
    certificates = collect(
        files,
        ("",) * max(sizes.values()),
        expected="un certificat",
        decode=lambda data: Certificate.decode(decode_file(data)),
        sender=lambda _label, certificate: certificate.index,
    )
    with blaming(()):
        verify_certificates(certificates)
    return {"certs.jsons": encode_certificates(certificates)}


def _assemble_vinputs(arguments: argparse.Namespace, files: Files) -> dict[str, bytes]:
    certificates = read_certs(arguments.certs)
    messages = collect(
        files,
        ("",) * len(certificates),
        expected="un fichier de l'étape 2 (polynomial)",
        decode=PolynomialMessage.decode,
        sender=lambda _label, message: find_signer(certificates, message.coefexps),
    )
    outputs = {"polynomials.jsons": encode_polynomials(messages)}
    with blaming(()):
        for index in range(1, len(certificates) + 1):
            vinput = make_vinput(certificates, messages, index).encode()
            outputs[f"vinput-{index}.json"] = vinput + b"\n"
    return outputs


def _assemble_threshold(arguments: argparse.Namespace, files: Files) -> dict[str, bytes]:
    certificates = read_certs(arguments.certs)
    messages = _read(arguments.polynomials, "--polynomials", decode_polynomials)
    voutputs = collect(
        files,
        ("",) * len(certificates),
        expected="un fichier de l'étape 3 (key)",
        decode=Voutput.decode,
        sender=lambda _label, voutput: find_key_signer(certificates, voutput),
    )
    with blaming(()):
        parameters = make_threshold_parameters(certificates, messages, voutputs)
    return {
        "threshold.json": encode_threshold_file(parameters),
        "trustees.json": Trustees((parameters,)).encode(),
    }


_STEPS = {
    "certs": _assemble_certs,
    "vinputs": _assemble_vinputs,
    "threshold": _assemble_threshold,
}


def _decode(label: str, data: bytes) -> Certificate:
    try:
        return Certificate.decode(decode_file(data))
    except ProtocolError as cause:
        raise Unreadable(
            f"« {label} » n'est pas un certificat {cite(cause)}",
            "donnez le fichier de l'étape 1 de chaque membre",
        ) from cause


def _read(path: Path | None, option: str, decode: Callable[[bytes], T]) -> T:
    if path is None:
        raise Unreadable("il manque un fichier", f"ajoutez {option} FICHIER")
    try:
        return decode(read_file(path))
    except ProtocolError as cause:
        raise Unreadable(
            f"« {path} » n'est pas lisible {cite(cause)}",
            "donnez le fichier d'un membre, tel que son programme l'a écrit",
        ) from cause
