# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the sealed election to its verified record, told by those who meet the server over HTTP.

The committee downloads the record before it signs and before it decrypts (docs/protocol.md §7.13,
§11.3, §17.1), parents vote (§9) and one of them has a ballot opened (§15); what the organiser does
at the server is in ``place.py``.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evote.clock import system_clock
from evote.credentials.desk import codes_by_elector
from evote.demo.client import Visitor
from evote.demo.committee import THRESHOLD
from evote.demo.counting import publish
from evote.demo.parents import Decision
from evote.demo.place import Organiser, Pins
from evote.demo.polling import FEW_BALLOTS, Booth, Checked, Voter, let_vote
from evote.demo.preparing import TRUSTEES, Progress, SealedElection
from evote.election.reading import RECORD_NAME
from evote.fictitious.school import FictitiousSchool
from evote.lifecycle.closing import ClosedVote, close_vote
from evote.minutes import read_outcome
from tally.files import NewFile, write_file, write_files
from tally.record_files import opened_files
from tally.senders import Files

BOOTH: Final = "booth"


@dataclass(frozen=True, slots=True, eq=False)
class Story:
    """An election on a server that answers, and everything that anybody keeps of it."""

    folder: Path
    organiser: Organiser
    sealed: SealedElection
    pins: Pins

    @property
    def uuid(self) -> str:
        """The number of the election."""
        return self.sealed.election.uuid

    @property
    def url(self) -> str:
        """The address of the server."""
        return self.organiser.place.url

    def sign(self) -> Files:
        """Let the members read the record and the booth's files, and sign the set-up: §7.13."""
        trustees = self.folder / TRUSTEES
        booth = self._download_booth(trustees / BOOTH)
        record = self._download_record(trustees / "sealed.zip")
        return self.sealed.committee.sign_setup(record, booth)

    def check_one(self, decision: Decision) -> Checked:
        """Let one parent have a ballot opened instead of cast; keep its file: §15."""
        (voter,) = self._voters([decision])
        checked = Booth(self.url, self.uuid).check(voter)
        write_file(self.folder / "checked-ballot.json", checked.data)
        return checked

    def vote(self, decisions: Sequence[Decision], progress: Progress) -> int:
        """Let every parent of the story vote; return how many ballots were recorded: §9."""
        voters, taken = self._voters(decisions), 0
        progress("Vote", taken, len(voters))
        for recorded in let_vote(self.url, self.uuid, voters):
            taken += recorded
            progress("Vote", taken, len(voters))
        return taken

    def close(self) -> ClosedVote:
        """Close the vote; a rehearsal may be closed at any time: §19.3."""
        with self.organiser.publisher.around(self.uuid):
            return close_vote(self.organiser.database, self.uuid, system_clock)

    def count(self, seed: str, school: FictitiousSchool, ballots: int, *, quiet: bool) -> None:
        """Let two members decrypt, publish the result, and keep the record: §11, §12, §17.1."""
        record = self._download_record(self.folder / TRUSTEES / "closed.zip")
        numbers, few = range(1, THRESHOLD + 1), ballots < FEW_BALLOTS
        decryptions = self.sealed.committee.decrypt(record, numbers, alone=few, quiet=quiet)
        publish(self.organiser, self.uuid, decryptions, seed, school)
        self._keep_record()

    def _keep_record(self) -> None:
        zipped, folder = self.folder / f"{RECORD_NAME}.zip", self.folder / RECORD_NAME
        unzip_record(self._download_record(zipped), folder, self.uuid)
        outcome = read_outcome(zipped)
        write_files(
            [
                NewFile(self.folder / "result.json", outcome.result),
                NewFile(self.folder / "minutes.txt", outcome.minutes),
            ]
        )
        name = f"{self.uuid}.bel"
        shutil.copyfile(folder / name, self.folder / name)

    def _download_record(self, path: Path) -> Path:
        Visitor(self.url).download(f"/e/{self.uuid}/record", path)
        return path

    def _download_booth(self, folder: Path) -> Path:
        visitor = Visitor(self.url)
        evote = self.sealed.election.evote
        if evote is None or evote.server is None:
            raise RuntimeError("an election of a story is on a server")
        for each in evote.server.booth:
            file = folder.joinpath(*each.path.strip("/").split("/"))
            file.parent.mkdir(parents=True, exist_ok=True)
            write_file(file, visitor.get(each.path))
        return folder

    def _voters(self, decisions: Sequence[Decision]) -> list[Voter]:
        codes = codes_by_elector(self.sealed.codes)
        return [
            Voter(codes[each.elector].reveal(), self.pins[each.elector].reveal(), each.choice)
            for each in decisions
        ]


def unzip_record(zipped: Path, folder: Path, uuid: str) -> None:
    """Write the files of a downloaded record into a new folder: docs/protocol.md §17.1."""
    folder.mkdir()
    with opened_files(zipped) as files:
        with (folder / f"{uuid}.bel").open("xb") as target:
            shutil.copyfileobj(files.archive, target)
        write_files([NewFile(folder / name, data) for name, data in files.others.items()])
