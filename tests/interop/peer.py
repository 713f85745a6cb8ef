# SPDX-License-Identifier: AGPL-3.0-or-later
"""The peer's command-line tool as Python calls: docs/adr/0004-peer-tool-from-debian.md.

`Peer` runs one command; `PeerElection` is an election held with the peer alone, step by step,
in one folder. Every file that a trustee or a voter of it would keep stays there, so a test may
put one of our own clients in anybody's place.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.interop.archives import read_result

GROUP = ("--group", "Ed25519")

Choice = list[list[int]]  # by question, then by answer, blank first where there is one


class PeerRefusal(Exception):
    """The peer ended with an error; the message is what it said."""


@dataclass(frozen=True, slots=True)
class Peer:
    """The tool itself. Arguments are those of its command line."""

    command: Path

    def run(
        self, *arguments: str | Path, cwd: Path | None = None, stdin: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        """Run one command and return whatever came of it."""
        return subprocess.run(
            [self.command, *arguments],
            cwd=cwd,
            input=stdin,
            env={**os.environ, "BELENIOS_USE_URANDOM": "1"},
            capture_output=True,
            check=False,
        )

    def call(self, *arguments: str | Path, cwd: Path | None = None, stdin: bytes = b"") -> bytes:
        """Run one command that must succeed, and return its standard output."""
        done = self.run(*arguments, cwd=cwd, stdin=stdin)
        if done.returncode != 0:
            raise PeerRefusal(done.stderr.decode(errors="replace").strip())
        return done.stdout

    def verify(self, folder: Path) -> str:
        """Verify the one archive in a folder; return what the peer says of it."""
        done = self.run("election", "verify", "--dir", folder)
        said = done.stderr.decode(errors="replace")
        if done.returncode != 0 or "all checks passed" not in said:
            raise PeerRefusal(said.strip())
        return said

    def verify_diff(self, older: Path, newer: Path) -> None:
        """Check that the archive in `newer` continues the one in `older`."""
        self.call("election", "verify-diff", "--dir1", older, "--dir2", newer)

    def verify_ballot(self, folder: Path, ballot: bytes) -> None:
        """Check one ballot against the archive in a folder (cut after `Setup`, by preference)."""
        with tempfile.NamedTemporaryFile(suffix=".ballot") as file:
            file.write(ballot)
            file.flush()
            self.call("election", "verify-ballot", "--dir", folder, "--ballot", file.name)

    def generate_ballot(self, folder: Path, credential: str, choice: Choice) -> bytes:
        """A ballot by the peer, from a private credential: one line of JSON, unended."""
        with tempfile.TemporaryDirectory() as work:
            secret, wanted = Path(work) / "credential", Path(work) / "choice"
            secret.write_text(f"{credential}\n")
            wanted.write_text(json.dumps(choice))
            files = ("--dir", folder, "--privcred", secret, "--choice", wanted)
            ballot = self.call("election", "generate-ballot", *files)
        return ballot.rstrip(b"\n")

    def generate_token(self) -> str:
        """A fresh election identifier."""
        return self.call("setup", "generate-token").decode().strip()

    def derive_credential(self, uuid: str, credential: str) -> str:
        """The public credential that belongs to a private one in an election."""
        arguments = ("--uuid", uuid, *GROUP, "--derive", credential)
        return self.call("setup", "generate-credentials", *arguments).decode().strip()

    def make_election(
        self,
        folder: Path,
        template: dict[str, Any],
        *,
        voters: int | Sequence[int] = 3,
        threshold: tuple[int, int] | None = (2, 3),
        mandatory: int = 0,
        uuid: str | None = None,
    ) -> PeerElection:
        """Set up an election in a folder, ready for its first ballot.

        Args:
            folder: made if it is not there.
            template: the peer's `questions.json`: name, description, questions.
            voters: how many, or the weight of each.
            threshold: (t, n) trustees with a threshold, or None. The peer wants t < n.
            mandatory: how many trustees who must all decrypt.
            uuid: the election's identifier; by default one of the peer's.
        """
        folder.mkdir(parents=True, exist_ok=True)
        election = PeerElection(self, folder, uuid or self.generate_token())
        election.make_credentials(voters)
        election.make_mandatory_trustees(mandatory)
        if threshold is not None:
            election.make_threshold_trustees(*threshold)
        election.seal(template)
        return election


@dataclass(slots=True)
class PeerElection:
    """An election held with the peer's tool alone; its folder holds everybody's files."""

    peer: Peer
    folder: Path
    uuid: str
    credentials: dict[str, str] = field(default_factory=dict)  # voter → private credential
    mandatory: list[Path] = field(default_factory=list)  # .privkey files, by trustee id
    trustees: list[str] = field(default_factory=list)  # names of .key and .dkey, by index

    @property
    def archive(self) -> Path:
        """The archive as it is now."""
        return self.folder / f"{self.uuid}.bel"

    def call(self, *arguments: str | Path, stdin: bytes = b"") -> bytes:
        """One command of the peer, in this election's folder."""
        return self.peer.call(*arguments, cwd=self.folder, stdin=stdin)

    def save(self, name: str, content: bytes) -> Path:
        """Keep a file in the folder."""
        path = self.folder / name
        path.write_bytes(content)
        return path

    # ------------------------------------------------------------ set-up

    def make_credentials(self, voters: int | Sequence[int]) -> None:
        """One private credential a voter; with weights, a voter's name goes with each."""
        who: tuple[str | Path, ...]
        if isinstance(voters, int):
            who = ("--count", str(voters))
        else:
            lines = [f"v{i}@example.org,v{i},{weight}\n" for i, weight in enumerate(voters, 1)]
            who = ("--file", self.save("voters.txt", "".join(lines).encode()))
        self.call("setup", "generate-credentials", "--uuid", self.uuid, *GROUP, *who)
        next(self.folder.glob("*.pubcreds")).rename(self.folder / "public_creds.json")
        private = next(self.folder.glob("*.privcreds")).rename(self.folder / "private_creds.json")
        self.credentials = json.loads(private.read_bytes())

    def make_mandatory_trustees(self, count: int) -> None:
        """Trustees who must all decrypt; they come first in `trustees`."""
        public = b""
        for _ in range(count):
            before = set(self.folder.glob("*.privkey"))
            self.call("setup", "generate-trustee-key", *GROUP)
            (private,) = set(self.folder.glob("*.privkey")) - before
            self.mandatory.append(private)
            public += private.with_suffix(".pubkey").read_bytes().strip() + b"\n"
        self.save("public_keys.jsons", public)

    def make_threshold_trustees(self, threshold: int, count: int) -> None:
        """The peer's key ceremony of six steps, every trustee played by the peer."""
        ceremony = ThresholdCeremony(self, threshold, count)
        ceremony.certificates()
        ceremony.polynomials()
        ceremony.vinputs()
        ceremony.voutputs()
        ceremony.parameters()
        self.trustees = ceremony.trustees

    def seal(self, template: dict[str, Any]) -> None:
        """Write the election object and begin the archive with its `Setup` event."""
        self.write_election(template)
        self.call("archive", "init")

    def write_election(self, template: dict[str, Any]) -> None:
        """Write `trustees.json` and `election.json`, which the archive begins with."""
        questions = self.save("template.json", json.dumps(template).encode())
        self.call("setup", "make-trustees")
        where = ("--uuid", self.uuid, *GROUP, "--template", questions)
        self.call("setup", "make-election", *where)

    # ------------------------------------------------------------ vote and count

    def vote(self, voter: str, choice: Choice) -> bytes:
        """Make the voter's ballot with the peer and append it."""
        ballot = self.peer.generate_ballot(self.folder, self.credentials[voter], choice)
        self.add_event("Ballot", ballot)
        return ballot

    def add_event(self, kind: str, payload: bytes = b"") -> None:
        """Append an event, and its payload if it has one."""
        self.call("archive", "add-event", f"--type={kind}", stdin=payload)

    def close(self) -> None:
        """End the vote and record the encrypted tally."""
        self.add_event("EndBallots")
        self.add_event("EncryptedTally", self.call("election", "compute-encrypted-tally"))

    def decrypt(self, trustee_id: int) -> bytes:
        """Append the partial decryption of one trustee, by its number from 1 in `trustees`."""
        which = ("--trustee-id", str(trustee_id))
        if trustee_id <= len(self.mandatory):
            private = self.mandatory[trustee_id - 1]
            partial = self.call("election", "decrypt", "--privkey", private, *which)
        else:
            name = self.trustees[trustee_id - len(self.mandatory) - 1]
            files = ("--key", f"{name}.key", "--decryption-key", f"{name}.dkey")
            partial = self.call("election", "decrypt-threshold", *files, *which)
        self.add_event("PartialDecryption", partial)
        return partial

    def finish(self) -> list[list[int]]:
        """Combine the partial decryptions, append the result and return it."""
        self.add_event("Result", self.call("election", "compute-result"))
        return self.result()

    def result(self) -> list[list[int]]:
        """The result that stands in the archive."""
        return read_result(self.archive)


@dataclass(slots=True)
class ThresholdCeremony:
    """The peer's threshold key generation: what each step writes is kept in the folder."""

    election: PeerElection
    threshold: int
    count: int
    trustees: list[str] = field(default_factory=list)

    def step(self, number: int, *arguments: str | Path, stdin: bytes = b"") -> bytes:
        """One step of the ceremony."""
        command = ("setup", "generate-trustee-key-threshold", *GROUP, "--step", str(number))
        return self.election.call(*command, *arguments, stdin=stdin)

    def context(self, index: int) -> tuple[str, str]:
        """The place of one trustee among the others."""
        return ("--threshold-context", f"{index}/{self.threshold}/{self.count}")

    def collect(self, suffix: str) -> bytes:
        """One file of each trustee, in order, a line each."""
        files = [self.election.folder / f"{name}.{suffix}" for name in self.trustees]
        return b"".join(file.read_bytes().strip() + b"\n" for file in files)

    def certificates(self) -> None:
        """Steps 1 and 2: each trustee's keys, then a check of all certificates."""
        for index in range(1, self.count + 1):
            self.trustees.append(self.step(1, *self.context(index)).decode().strip())
        self.election.save("certs.jsons", self.collect("cert"))
        self.step(2, "--certs", "certs.jsons")

    def polynomials(self) -> None:
        """Step 3: each trustee's polynomial, its secrets encrypted to the others."""
        lines = b""
        for index, name in enumerate(self.trustees, 1):
            key = ("--certs", "certs.jsons", "--key", f"{name}.key")
            lines += self.step(3, *self.context(index), *key).strip() + b"\n"
        self.election.save("polynomials.jsons", lines)

    def vinputs(self) -> None:
        """Step 4: what each trustee receives from all the others."""
        self.step(4, "--certs", "certs.jsons", "--polynomials", "polynomials.jsons")

    def voutputs(self) -> None:
        """Step 5: each trustee checks what it received and derives its decryption key."""
        for name in self.trustees:
            received = (self.election.folder / f"{name}.vinput").read_bytes()
            key = ("--certs", "certs.jsons", "--key", f"{name}.key")
            self.election.save(f"{name}.voutput", self.step(5, *key, stdin=received))

    def parameters(self) -> None:
        """Step 6: the threshold parameters of the election."""
        files = ("--certs", "certs.jsons", "--polynomials", "polynomials.jsons")
        parameters = self.step(6, *files, stdin=self.collect("voutput"))
        self.election.save("threshold.json", parameters)
