# SPDX-License-Identifier: AGPL-3.0-or-later
"""The real server asks a real witness by itself, and another that is not there stops nothing."""

from __future__ import annotations

from pathlib import Path

from protocol.cosignatures import CosignerVerifierKey, verify_seen
from tests.db.witnesses import closed_port, key_of
from tests.e2e.server.hosted import host_school
from tests.e2e.server.parents import post_cast
from tests.e2e.server.real_server import RealServer, patiently, running
from tests.e2e.witnessing import running as witness_running
from tests.unit.audit.witnesses import SIGNER


def test_a_real_witness_cosigns_what_a_real_server_publishes(
    sqlite_url: str, tmp_path: Path
) -> None:
    hosted = host_school(sqlite_url, tmp_path)
    with hosted.school() as school:
        keys = school.publisher.keys(hosted.uuid)
    board, journal = (each.verifier_key for each in (keys.board, keys.journal))
    with witness_running(tmp_path, "--log", board.encode(), journal.encode()) as (_, port):
        absent = key_of("absent.example.org").verifier_key.encode()
        file = tmp_path / "witnesses"
        file.write_text(
            f"witness absent {absent} {closed_port()}\n"
            f"witness here {SIGNER.vkey} http://127.0.0.1:{port}\n"
        )
        server = RealServer(hosted.url, hosted.keys, tmp_path, more={"WITNESS_FILE": str(file)})
        with running(server):
            assert post_cast(server.port, hosted.uuid, hosted.body(0)).status == 200
            witness = CosignerVerifierKey.decode(SIGNER.vkey)
            for _ in patiently("the witness's line does not come"):
                note = server.get(f"/{hosted.uuid}/board/checkpoint")
                seen = verify_seen(note, board, [witness])
                if seen.checkpoint.size == 2 and seen.witnessed_at:
                    break
            assert server.stop() == 0
    assert "the witness absent (ConnectionRefusedError) does not answer" in server.log.read_text()
