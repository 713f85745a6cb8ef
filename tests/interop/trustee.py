# SPDX-License-Identifier: AGPL-3.0-or-later
"""A trustee with `evote-tally` in a ceremony that the peer's tool holds: docs/protocol.md §7."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from protocol.encoding import sha256_hex
from tests.interop.peer import PeerElection, ThresholdCeremony

EVOTE_TALLY = Path(sys.executable).with_name("evote-tally")
PASSPHRASE = "avion brume citron dragon étoile fusée"


@dataclass(frozen=True, slots=True)
class OurTrustee:
    """One trustee with its own folder; each step is a command run by itself."""

    folder: Path
    index: int

    @property
    def keyfile(self) -> Path:
        return self.folder / f"secret-{self.index}.key"

    def run(self, step: str, *arguments: str | Path) -> str:
        """Run one command, which must succeed; return what it says."""
        self.folder.mkdir(parents=True, exist_ok=True)
        words = self.folder / "passphrase"
        words.write_text(f"{PASSPHRASE}\n", encoding="utf-8")
        done = subprocess.run(
            [EVOTE_TALLY, step, *arguments, "--passphrase-file", words],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        said = done.stdout.decode() + done.stderr.decode()
        assert done.returncode == 0, f"evote-tally {step}: {said}"
        return said

    def output(self, kind: str) -> bytes:
        """The file that the last step wrote for the others."""
        return (self.folder / f"{kind}-{self.index}.json").read_bytes()

    def certificate(self, uuid: str, threshold: int, size: int) -> bytes:
        """Step 1."""
        place = ("--index", str(self.index), "--of", str(size), "--threshold", str(threshold))
        self.run("certificate", "--belenios", "--uuid", uuid, *place)
        return self.output("certificate")

    def polynomial(self, certs: Path) -> bytes:
        """Step 2, the peer's step 3."""
        self.run("polynomial", self.keyfile, "--certs", certs)
        return self.output("polynomial")

    def key(self, certs: Path, vinput: Path) -> bytes:
        """Step 3, the peer's step 5."""
        self.run("key", self.keyfile, "--certs", certs, "--vinput", vinput)
        return self.output("key")

    def check_setup(self, archive: Path) -> None:
        """Bind the key to the election."""
        self.run("check-setup", self.keyfile, archive, "--yes")

    def decrypt(self, archive: Path, voters: int) -> bytes:
        """The partial decryption and its owned payload, a line each, as the peer's tool prints."""
        self.run("decrypt", self.keyfile, archive, "--confirm-voters", str(voters))
        return self.output("decryption") + b"\n" + self.output("owned") + b"\n"


@dataclass(slots=True)
class SharedCeremony(ThresholdCeremony):
    """The peer's ceremony, with our trustees in some places (by index, from 1)."""

    ours: Mapping[int, OurTrustee] = field(default_factory=dict)

    def certificates(self) -> None:
        for index in range(1, self.count + 1):
            if index in self.ours:
                self.trustees.append(self._our_certificate(self.ours[index]))
            else:
                self.trustees.append(self.step(1, *self.context(index)).decode().strip())
        self.election.save("certs.jsons", self.collect("cert"))
        self.step(2, "--certs", "certs.jsons")

    def _our_certificate(self, trustee: OurTrustee) -> str:
        data = trustee.certificate(self.election.uuid, self.threshold, self.count)
        name = sha256_hex(json.loads(data)["message"].encode())  # as the peer names its files
        self.election.save(f"{name}.cert", data)
        return name

    def polynomials(self) -> None:
        lines = b""
        for index, name in enumerate(self.trustees, 1):
            if index in self.ours:
                line = self.ours[index].polynomial(self.election.folder / "certs.jsons")
            else:
                key = ("--certs", "certs.jsons", "--key", f"{name}.key")
                line = self.step(3, *self.context(index), *key)
            lines += line.strip() + b"\n"
        self.election.save("polynomials.jsons", lines)

    def voutputs(self) -> None:
        for index, name in enumerate(self.trustees, 1):
            received = self.election.folder / f"{name}.vinput"
            if index in self.ours:
                output = self.ours[index].key(self.election.folder / "certs.jsons", received)
            else:
                key = ("--certs", "certs.jsons", "--key", f"{name}.key")
                output = self.step(5, *key, stdin=received.read_bytes())
            self.election.save(f"{name}.voutput", output)


def hold_shared_ceremony(
    election: PeerElection, threshold: int, count: int, ours: Mapping[int, OurTrustee]
) -> None:
    """Hold the whole ceremony; the parameters end up where the peer looks for them."""
    ceremony = SharedCeremony(election, threshold, count, ours=ours)
    ceremony.certificates()
    ceremony.polynomials()
    ceremony.vinputs()
    ceremony.voutputs()
    ceremony.parameters()
    election.trustees = ceremony.trustees
