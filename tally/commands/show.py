# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote-tally show``: what a key file says in clear, or, opened, how far it has come: §7.14."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from protocol.certificates import MAX_TRUSTEES
from protocol.encoding import Fields, verify_uuid
from protocol.errors import ProtocolError
from tally.console import Subparsers, add_command, add_keyfile, open_key, tell
from tally.errors import Unreadable
from tally.keyfile import read_public_header
from tally.memory import Profile, Step, TrusteeMemory
from tally.messages import fingerprint_text
from tally.sealing import KEPT_COPY, Members
from tally.steps import is_ceremony_over, next_step

_CLEAR: Final = {
    "certificate": "étape 1 faite (certificat)",
    "polynomial": "étape 2 faite (parts données)",
    "key": "étape 3 faite (clé de comptage fabriquée), et peut-être l'étape 4 (signature)",
    "sealed": "étape 5 faite (liée à l'élection), et peut-être l'étape 6 (part du comptage)",
}
_SIGNED: Final = "étape 4 faite (cérémonie signée)"
_COUNTED: Final = "étape 6 faite (part du comptage)"


def add(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "show",
        run,
        summary="dire ce qu'est un fichier de clé, et à quelle étape il en est",
        text="Dit de quelle élection et de quel membre est un fichier de clé, et à quelle étape\n"
        "il en est. Ne demande pas la phrase secrète, sauf avec --open, et ne montre rien\n"
        "de secret.",
        example="show secret-1.key",
    )
    add_keyfile(parser)
    parser.add_argument(
        "--open",
        action="store_true",
        help="ouvre la clé (phrase secrète) pour dire l'étape exacte et la suivante",
    )


def run(arguments: argparse.Namespace) -> int:
    """Show the header, or what the opened key file knows."""
    path: Path = arguments.keyfile
    try:
        lines = list(_describe(read_public_header(path)))
    except ProtocolError as cause:
        raise Unreadable("l'en-tête de la clé secrète est abîmé ou modifié", KEPT_COPY) from cause
    if arguments.open:
        memory, _ = open_key(arguments)
        tell(*lines[:2], f"État      : {_state(memory)}", *lines[3:])
        tell(f"Suite     : {next_step(memory)}")
    else:
        tell(*lines, "Ceci est écrit en clair : seule votre phrase secrète prouve que c'est vrai.")
        tell(f"L'étape exacte et la suivante : evote-tally show {path} --open")
    return 0


def _describe(header: Members) -> Iterator[str]:
    fields = Fields(header, where="header", section="7.14")
    uuid, index = fields.text("uuid"), fields.integer("index", 1, MAX_TRUSTEES)
    verify_uuid(uuid, longest=None)
    yield f"Élection  : {uuid}"
    yield f"Membre    : n° {index}"
    step = fields.text("step")
    if step not in _CLEAR:
        raise fields.error("has an unknown step")
    yield f"État      : {_CLEAR[step]}"
    if fields.has("fingerprint"):
        yield f"Empreinte : {fingerprint_text(fields)}"
    fields.finish()


def _state(memory: TrusteeMemory) -> str:
    if memory.tally_event is not None:
        return _COUNTED
    if is_ceremony_over(memory) and memory.profile is Profile.PREAU:
        return _SIGNED
    exact = _CLEAR[memory.step.value].partition(", et peut-être")[0]
    return exact if memory.step is not Step.SEALED else f"{exact}, prête pour le comptage"
