# SPDX-License-Identifier: AGPL-3.0-or-later
"""A peer's election as its servers set it up: docs/protocol.md §7.10, §8.2, §8.4, §8.5, §10.3.

The tool alone never writes these members. So its files are changed before the first event, and the
archive is begun here; every later event is the tool's own.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from protocol.archive import ArchiveWriter
from protocol.archive_members import ArchiveHeader
from protocol.encoding import decode_json, encode_json, sha256_hex
from protocol.events import EventKind
from protocol.pki import derive_keys, generate_seed, sign_message
from tests.interop.peer import PeerElection

TIMESTAMP = 1791504000
SETUP_FILES = ("election.json", "trustees.json", "public_creds.json")


def change(election: PeerElection, name: str, edit: Callable[[Any], None]) -> None:
    """Change the value of one of the election's files, which are then canonical."""
    value = decode_json((election.folder / name).read_bytes())
    edit(value)
    election.save(name, encode_json(value))


def name_the_organisers(election: PeerElection) -> None:
    """Add the optional members of the election object: §8.2."""
    members = {
        "administrator": "Zoé Lefèvre",
        "credential_authority": "Le « secrétariat »",
        "language": ["fr", "ltr"],
    }
    change(election, "election.json", lambda value: value.update(members))


def name_the_trustees(election: PeerElection) -> None:
    """Give every trustee's key a name, as a server's list of trustees has it: §7.10."""

    def edit(trustees: list[Any]) -> None:
        for kind, item in trustees:
            keys = [item] if kind == "Single" else item["verification_keys"]
            for number, key in enumerate(keys, 1):
                key["name"] = f"Trustee n° {number}"

    change(election, "trustees.json", edit)


def write_credentials(election: PeerElection, lines: Callable[[str, int], str]) -> None:
    """Write each line of the credential list from its key and its place, from 0: §8.4."""

    def edit(credentials: list[str]) -> None:
        keys = [line.partition(",")[0] for line in credentials]
        credentials[:] = [lines(key, place) for place, key in enumerate(keys)]

    change(election, "public_creds.json", edit)


def certify(election: PeerElection, credentials: bytes) -> bytes:
    """A certificate of the credential authority over a list of credentials: §8.5."""
    keys = derive_keys(generate_seed())
    members: dict[str, Any] = {
        "uuid": election.uuid,
        "voter_list_length": len(json.loads(credentials)),
        "public_creds_hash": sha256_hex(credentials),
        "verification_key": keys.verification_key.encode(),
        "encryption_key": keys.encryption_key.encode(),
    }
    signed = sign_message(keys.signing, sha256_hex(encode_json(members)))
    return encode_json({**members, "signature": signed.encode()})


def begin_archive(
    election: PeerElection, *, certificate: bytes | None = None, as_text: bool = True
) -> None:
    """Begin the archive from the files, as `archive init` does: §8.5, §10.3.

    Args:
        election: its three files are written already.
        certificate: of the credentials, if there is one.
        as_text: whether the timestamp is a text, or a number.
    """
    data = [(election.folder / name).read_bytes().rstrip(b"\n") for name in SETUP_FILES]
    names = ("election", "trustees", "credentials")
    setup: dict[str, Any] = dict(zip(names, map(sha256_hex, data), strict=True))
    if certificate is not None:
        setup["credentials_certificate"] = sha256_hex(certificate)
        data.append(certificate)
    with election.archive.open("xb") as stream:
        writer = ArchiveWriter.create(stream, ArchiveHeader(TIMESTAMP, as_text))
        writer.append(EventKind.SETUP, (*data, encode_json(setup)))
