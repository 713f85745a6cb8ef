# SPDX-License-Identifier: AGPL-3.0-or-later
"""Evidence of misbehaviour, as a file that others can check: docs/protocol.md §21.

``write_evidence`` is for whoever watched a server, ``judge_evidence`` for whoever is shown the
file. The first calls the second: what does not hold is never written. What each kind says and must
show is in ``evidence_kinds.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audit.binding import decode_binding
from audit.election import Election, decode_election
from audit.evidence_kinds import KINDS
from audit.evidence_parts import Accused, Held
from audit.strict_json import decode, encode, read_integer, read_object, read_text
from audit.words import Malformed, Text, Unreadable, Unsupported, shown

MAX_EVIDENCE = 2**22
VERSION = 1
_HEAD = "evote_evidence election kind"
_NO_EVIDENCE = Text(
    "ce fichier n'est pas une preuve faite par un observateur",
    "this file is no evidence made by a watcher",
)
_GIVE = Text(
    "donnez le fichier tel que « evote-audit watch » l'a écrit",
    "give the file as evote-audit watch wrote it",
)


@dataclass(frozen=True, slots=True)
class Judged:
    """Evidence that holds.

    Args:
        election: the one it speaks about; whose election it is, its fingerprint tells.
        kind: of §21.
        held: what it shows, and whether it convicts or rests on somebody's word.
    """

    election: Election
    kind: str
    held: Held


def write_evidence(election: bytes, kind: str, members: Mapping[str, Any]) -> bytes:
    """The file of one piece of evidence, which holds (§21).

    Args:
        election: the exact bytes of the election object, of version 2.
        kind: one of ``KINDS``, whose members are named there, in order.
        members: by name: notes as texts, hashes as hexadecimal texts, proofs as lists of these.
            ``fork_proof`` of ``evidence_kinds`` makes that of a ``fork``.

    Raises:
        Malformed: it does not hold, and so shows nothing.
    """
    value: dict[str, Any] = {
        "evote_evidence": VERSION,
        "election": election.decode("utf-8"),
        "kind": kind,
    }
    names = KINDS[kind].members.split()
    if sorted(names) != sorted(members):
        raise RuntimeError(f"members of {kind}: {' '.join(names)}")
    data = encode(value | {name: members[name] for name in names})
    judge_evidence(data)
    return data


def judge_evidence(data: bytes) -> Judged:
    """What a file of evidence shows (§21), once everything in it holds.

    Raises:
        Unreadable: it is something else. Unsupported: evidence or an election of another version.
        Malformed: evidence that shows nothing.
    """
    value = _evidence(data)
    if encode(value) != data:
        raise Malformed("l'écriture n'est pas canonique (§2.2)", "not in canonical form (§2.2)")
    kind = KINDS.get(read_text(value.get("kind"), "kind"))
    if kind is None:
        name = shown(str(value["kind"]))
        raise Malformed(f"genre « {name} » inconnu (§21)", f"unknown kind “{name}” (§21)")
    fields = read_object(value, f"{_HEAD} {kind.members}", strict=True)
    accused = _accused(read_text(fields["election"], "election"))
    return Judged(accused.election, value["kind"], kind.judge(accused, fields))


def _evidence(data: bytes) -> dict[str, Any]:
    """An object that says it is evidence of version 1; nothing in it is believed yet."""
    if len(data) > MAX_EVIDENCE:
        raise Unreadable(*_NO_EVIDENCE, _GIVE)
    try:
        value = decode(data)
    except Malformed as refusal:
        raise Unreadable(*_NO_EVIDENCE, _GIVE) from refusal
    if not isinstance(value, dict) or "evote_evidence" not in value:
        raise Unreadable(*_NO_EVIDENCE, _GIVE)
    version = value["evote_evidence"]
    if type(version) is int and version > VERSION:
        raise Unsupported(
            f"preuve de version {version}, non prise en charge",
            f"evidence of version {version}, not supported",
        )
    read_integer(version, "evote_evidence", VERSION, VERSION)
    return value


def _accused(text: str) -> Accused:
    """The election in the file and its server, whose keys the evidence is judged by."""
    data = text.encode("utf-8")
    election, evote = decode_election(data, strict=True)
    binding = None if evote is None else decode_binding(evote, election.uuid)
    if binding is None or binding.server is None:
        raise Malformed(
            "son élection n'est pas tenue sur un serveur (§21)",
            "its election is not held on a server (§21)",
        )
    return Accused(election, binding.server, binding)
