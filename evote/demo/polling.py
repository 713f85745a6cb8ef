# SPDX-License-Identifier: AGPL-3.0-or-later
"""Simulated parents vote on a server, on as many processors as there are: §9.2 to §9.4.

Each does what the booth does: takes the sealed election and the list of credentials from the
server, asks whether code and PIN may vote, encrypts, proves and signs the ballot, and casts it.
"""

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evote.credentials.checking import check_code
from evote.demo.client import Visitor
from evote.demo.parallel import run_all
from evote.election.voting import cast_ballot, check_ballot, vote_for
from evote.errors import Refusal
from protocol.codes import sign_in_number
from protocol.election import Election
from protocol.errors import ProtocolError
from protocol.opened import CheckedBallot, verify_opened
from protocol.promises import verify_promise
from protocol.public_credentials import PublicCredentials
from protocol.secret import Secret
from protocol.sending import padding_for

# Below this, starting other processes takes longer than it saves.
FEW_BALLOTS: Final = 100
BATCH: Final = 10


@dataclass(frozen=True, slots=True)
class Voter:
    """A parent with the letter's code and the PIN, and the vote decided at home.

    Both are bare here because they cross to another process of this machine.
    """

    code: bytes
    pin: str
    choice: int | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Some parents on their way to a server's election."""

    url: str
    uuid: str
    voters: tuple[Voter, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """The ballot that one parent had opened before voting, and what it holds: §15."""

    data: bytes
    label: str
    tracker: str


class Booth:
    """The sealed election and its credentials, as a server gave them, and the way back to it."""

    def __init__(self, url: str, uuid: str) -> None:
        self._uuid, self._api = uuid, f"/api/elections/{uuid}"
        self._visitor = Visitor(url)
        election = Election.decode(self._visitor.get(f"{self._api}/election.json"))
        credentials = self._visitor.get(f"{self._api}/credentials.json")
        self._election, self._context = election, election.context
        self._credentials = PublicCredentials.decode(credentials)
        self._labels = election.questions[0].answers

    def check(self, voter: Voter) -> Checked:
        """Let a parent have a ballot opened instead of cast, and verify what it holds: §15."""
        code = self._enter(voter)
        made = check_ballot(self._election, code, vote_for(self._labels, voter.choice))
        verify_opened(CheckedBallot.decode(made.data, self._context.questions), self._context)
        label = "blanc" if voter.choice is None else self._labels[voter.choice]
        return Checked(made.data, label, made.tracker)

    def vote(self, voter: Voter) -> None:
        """Let a parent vote: §9.

        Raises:
            ServerGone: nobody answers any more.
            Refusal: the ballot is not recorded.
        """
        code = self._enter(voter)
        made = cast_ballot(self._context, code, vote_for(self._labels, voter.choice))
        ballot = made.data.decode("ascii")
        padding = padding_for(self._context, voter.pin, ballot)
        asked = {**self._secrets(voter), "ballot": ballot, "padding": padding}
        answer = self._visitor.post(f"{self._api}/cast", asked)
        if (answer.get("outcome"), answer.get("tracker")) != ("recorded", made.tracker):
            raise _refused("un bulletin n'a pas été enregistré", answer)
        self._read_promise(answer, made.data)

    def _read_promise(self, answer: Mapping[str, object], ballot: bytes) -> None:
        # What a parent keeps until the ballot is published: §20.1.
        evote = self._election.evote
        if evote is None or evote.server is None:
            raise RuntimeError("an election of a story is on a server")
        try:
            note = str(answer.get("promise")).encode("utf-8")
            promised = verify_promise(note, evote.server.board_key)
        except ProtocolError as cause:
            raise _refused("le serveur n'a pas promis de publier un bulletin", answer) from cause
        if not promised.is_of(ballot):
            raise _refused("le serveur a promis un autre bulletin", answer)

    def _enter(self, voter: Voter) -> Secret[bytes]:
        code = Secret(voter.code)
        check_code(self._uuid, code, self._credentials)
        answer = self._visitor.post(f"{self._api}/pre-check", self._secrets(voter))
        if answer.get("outcome") != "ready":
            raise _refused("un parent n'a pas pu entrer", answer)
        return code

    def _secrets(self, voter: Voter) -> dict[str, str]:
        number = sign_in_number(self._uuid, Secret(voter.code))
        return {"sign_in_number": number, "pin": voter.pin}


def let_vote(url: str, uuid: str, voters: Sequence[Voter]) -> Iterator[int]:
    """Let all of them vote, by several clients; yield how many have, batch by batch."""
    batches = [
        Batch(url, uuid, tuple(voters[start : start + BATCH]))
        for start in range(0, len(voters), BATCH)
    ]
    return run_all(vote_batch, batches, alone=len(voters) < FEW_BALLOTS)


def vote_batch(batch: Batch) -> int:
    """Let one batch vote, one after the other; return how many did."""
    booth = _booth(batch.url, batch.uuid)
    for voter in batch.voters:
        booth.vote(voter)
    return len(batch.voters)


# A client asks for the sealed election once, and keeps its connection from batch to batch.
@functools.lru_cache(maxsize=1)
def _booth(url: str, uuid: str) -> Booth:
    return Booth(url, uuid)


def _refused(what: str, answer: Mapping[str, object]) -> Refusal:
    said = answer.get("outcome") or answer.get("problem")
    return Refusal(f"{what} : le serveur a répondu « {said} »", "c'est une faute du logiciel")
