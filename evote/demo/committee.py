# SPDX-License-Identifier: AGPL-3.0-or-later
"""Three committee members make the key of the story, two of whom will count: docs/protocol.md §7.

They take the steps of ``evote-tally``, with real key files under real passphrases. In a real
election each has a computer of their own, and the passphrases are on paper, never beside the keys.
"""

import contextlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evote.demo.parallel import run_all
from protocol.journal_state import JournalState
from protocol.secret import Secret
from tally.booth_files import compare_booth
from tally.combine import closing_of
from tally.decrypt import decrypt_count, make_decryption_message, require_decryptable
from tally.files import NewFile, write_file, write_files
from tally.joining import begin
from tally.keyfile import load_keyfile, save_step
from tally.memory import TrusteeMemory
from tally.passphrase import generate_passphrase
from tally.record import Record, opened_record, verify_whole_record
from tally.senders import Files
from tally.setup_check import require_set_up, seal_to_election
from tally.trustee import deal, receive_shares, sign_ceremony

THRESHOLD: Final = 2
MEMBERS: Final = (
    ("Hélène Marchand", "directrice"),
    ("Karim Benali", "enseignant"),
    ("Sofia Leroux", "déléguée des parents"),
)
PASSPHRASES_NAME: Final = "DEMO-ONLY-passphrases.txt"


@dataclass(slots=True, eq=False)
class Member:
    """One member of the committee, with the key file on that member's laptop."""

    index: int
    name: str
    keyfile: Path
    passphrase: Secret[str]
    memory: TrusteeMemory


@dataclass(frozen=True, slots=True)
class FinishedCeremony:
    """What the organiser gets at the end: §7.12; files by their names."""

    trustees: bytes
    certificates: Files
    signatures: Files
    read_aloud: str


class Committee:
    """The three members, and the folder where they hand each other their messages."""

    def __init__(self, folder: Path, uuid: str) -> None:
        """Let every member make a key file and a certificate: step 1."""
        self._folder = folder
        folder.mkdir()
        self.members: list[Member] = []
        self._certificates: dict[str, bytes] = {}
        for index, (name, role) in enumerate(MEMBERS, 1):
            memory, message = begin(
                uuid=uuid,
                size=len(MEMBERS),
                threshold=THRESHOLD,
                index=index,
                name=name,
                role=role,
            )
            member = Member(
                index, name, folder / f"secret-{index}.key", generate_passphrase(), memory
            )
            self.members.append(member)
            label = f"certificate-{index}.json"
            self._certificates[label] = message
            save_step(
                member.keyfile, memory, member.passphrase, (self._new(label, message),), new=True
            )
        self._write_passphrases()

    def hold_ceremony(self) -> FinishedCeremony:
        """Go through steps 2 to 4, each member checking everything the others sent."""
        polynomials = self._round("polynomial", deal, self._certificates)
        keys = self._round("key", receive_shares, polynomials)
        signatures: dict[str, bytes] = {}
        ceremonies = []
        for member in self.members:
            member.memory, ceremony = sign_ceremony(member.memory, keys)
            label, message = f"ceremony-{member.index}.json", ceremony.signature.encode()
            signatures[label] = message
            ceremonies.append(ceremony)
            self.save(member, label, message)
        write_file(self._folder / "trustees.json", ceremonies[0].trustees)
        return FinishedCeremony(
            ceremonies[0].trustees, self._certificates, signatures, ceremonies[0].read_aloud
        )

    def sign_setup(self, path: Path, booth: Path | None = None) -> dict[str, bytes]:
        """Let every member check the record of a sealed election and sign its set-up: §7.13.

        With ``booth``, a folder, they also compare the files with which parents vote: §8.3.
        """
        signatures: dict[str, bytes] = {}
        for member in self.members:
            with opened_record(path) as record:
                require_set_up(member.memory, record.board)
                state = _verify(record, quiet=True)
                if booth is not None:
                    compare_booth(state.booth, booth)
                member.memory, message = seal_to_election(
                    member.memory, record.board, journal=state.position
                )
            if message is None:
                raise RuntimeError("the vote began before the set-up was signed")
            label = f"setup-signature-{member.index}.json"
            signatures[label] = message.encode()
            self.save(member, label, signatures[label])
        return signatures

    def decrypt(
        self, record: Path, numbers: Sequence[int], *, alone: bool, quiet: bool
    ) -> dict[str, bytes]:
        """Let these members verify the record and decrypt the count, side by side: step 6, §11.3.

        One of them shows how far the verification has come, unless ``quiet``.
        """
        tasks = [
            Decrypting(
                member.keyfile,
                member.passphrase.reveal(),
                record,
                quiet=quiet or member.index != numbers[0],
            )
            for member in self.members
            if member.index in numbers
        ]
        messages = list(run_all(decrypt, tasks, alone=alone))
        return {f"decryption-{i}.json": data for i, data in zip(numbers, messages, strict=True)}

    def save(self, member: Member, label: str, message: bytes) -> None:
        """Write a member's message together with the key file that knows of it."""
        save_step(member.keyfile, member.memory, member.passphrase, (self._new(label, message),))

    def _round(
        self,
        kind: str,
        step: Callable[[TrusteeMemory, Files], tuple[TrusteeMemory, bytes]],
        received: Files,
    ) -> dict[str, bytes]:
        sent: dict[str, bytes] = {}
        for member in self.members:
            member.memory, message = step(member.memory, received)
            label = f"{kind}-{member.index}.json"
            sent[label] = message
            self.save(member, label, message)
        return sent

    def _new(self, label: str, message: bytes) -> NewFile:
        return NewFile(self._folder / label, message)

    def _write_passphrases(self) -> None:
        lines = [
            "Démonstration seulement : dans une vraie élection, ces mots restent sur papier,",
            "chez chaque membre, et ne sont jamais à côté des clés.",
            "",
            *(f"{each.keyfile.name}  {each.passphrase.reveal()}" for each in self.members),
            "",
        ]
        data = "\n".join(lines).encode("utf-8")
        write_files([NewFile(self._folder / PASSPHRASES_NAME, data, secret=True)])


@dataclass(frozen=True, slots=True)
class Decrypting:
    """What one member needs to decrypt, as it crosses to another process of this machine."""

    keyfile: Path
    passphrase: str
    record: Path
    quiet: bool


def decrypt(task: Decrypting) -> bytes:
    """Verify the whole record, decrypt its count, sign its closing: docs/protocol.md §11.3, §19.4.

    The message is written together with the key file.
    """
    passphrase = Secret(task.passphrase)
    memory = load_keyfile(task.keyfile, passphrase)
    with opened_record(task.record) as record:
        own = require_decryptable(memory, record)
        state = _verify(record, quiet=task.quiet)
        memory, partial = decrypt_count(memory, record.board, own, journal=state.position)
        closing = closing_of(state)
        message = make_decryption_message(memory, record.board, partial, closing).encode()
    path = task.keyfile.parent / f"decryption-{own}.json"
    save_step(task.keyfile, memory, passphrase, (NewFile(path, message),))
    return message


def _verify(record: Record, *, quiet: bool) -> JournalState:
    # On a screen, verifying draws its progress on the standard error.
    silent = contextlib.redirect_stderr(io.StringIO()) if quiet else contextlib.nullcontext()
    with silent:
        state = verify_whole_record(record)
    if state is None:
        raise RuntimeError("the record of an election on a server has a journal")
    return state
