# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote election seal`` with witnesses: said, sealed, read again by a member."""

from __future__ import annotations

import json
from pathlib import Path

from protocol.cosignatures import CosignerKey
from protocol.encoding import sha256_hex
from protocol.notes import LogKey
from protocol.server_binding import (
    BOARD,
    JOURNAL,
    BoothFile,
    ServerBinding,
    encode_server_file,
    key_name,
)
from tests.e2e.school_chain import Chain

HOST = "vote.exemple.fr"
NAMES = ("temoin.exemple.fr", "autre.exemple.fr")


def write_server(chain: Chain) -> None:
    """Write the ``server.json`` of a server that has a booth of one file."""
    board, journal = (
        LogKey.generate(key_name(HOST, chain.uuid, log)).verifier_key for log in (BOARD, JOURNAL)
    )
    server = ServerBinding((BoothFile("/booth.js", sha256_hex(b"vote()")),), board, journal)
    (chain.folder / "server.json").write_bytes(encode_server_file(chain.uuid, server))


def write_witnesses(chain: Chain) -> None:
    keys = [CosignerKey.generate(name).verifier_key.encode() for name in NAMES]
    config = chain.config() | {"witnesses": {"quorum": 1, "keys": keys}}
    (chain.folder / "config.json").write_text(json.dumps(config, ensure_ascii=False), "utf-8")


def test_witnesses_are_said_sealed_and_read_again(tmp_path: Path) -> None:
    chain = Chain.start(tmp_path)
    write_witnesses(chain)
    write_server(chain)
    chain.make_codes()
    chain.hold_ceremony()
    without = chain.run("evote", *chain.seal_arguments())
    assert without.status == 1
    assert "cette élection se tient sans serveur" in without.err
    assert not (chain.folder / "election").exists()
    sealed = chain.good("evote", *chain.seal_arguments(server="server.json"), "--yes").out
    named = "au moins 1 sur 2 (autre.exemple.fr, temoin.exemple.fr)"
    assert f"Témoins : {named}." in sealed
    words = ("--yes", "--passphrase-file", "words")
    checked = chain.good("evote-tally", "check-setup", "secret-1.key", chain.archive, *words)
    assert f"Témoins     : {named}" in checked.out
