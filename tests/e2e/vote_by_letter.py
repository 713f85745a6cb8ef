# SPDX-License-Identifier: AGPL-3.0-or-later
"""Votes as an elector of a hosted election, from the letter and the PIN that were handed over.

Run as ``python -m tests.e2e.vote_by_letter UUID SEALED_ROLL ELECTOR LETTERS``; the server's
settings are in the environment, as for its own commands.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from evote.board.reading import read_setup
from evote.casting import Casting, CastRequest, Outcome
from evote.clock import system_clock
from evote.credentials.checking import read_code
from evote.database.connection import open_database
from evote.database.elections import find_election
from evote.election.roll_file import decode_sealed_roll
from evote.election.voting import cast_ballot
from evote.keys import KeyFolder
from evote.publishing.publisher import Publisher
from evote.settings import read_settings
from protocol.codes import sign_in_number
from protocol.secret import Secret


def main(uuid: str, sealed_roll: str, elector: str, letters: str) -> None:
    name = " ".join(decode_sealed_roll(Path(sealed_roll).read_bytes()).names[int(elector) - 1])
    page = next(each for each in Path(letters).read_text().split("\f") if f"\n{name}\n" in each)
    printed = re.search(r"^ {4}([0-9A-Z]{6}(  [0-9A-Z]{6,7}){4})$", page, re.MULTILINE)
    assert printed is not None
    code = read_code(printed[1])
    settings = read_settings()
    assert settings.outbox_folder is not None
    assert settings.key_folder is not None
    mine = sorted(settings.outbox_folder.glob(f"{uuid}-*.txt"))  # of no other election
    messages = [path.read_text() for path in mine]
    pin = [text.split("\n")[-2] for text in messages if text.startswith(f"{name}\n")][-1]
    database = open_database(settings.database_url)
    with database.read() as connection:
        context = read_setup(connection, find_election(connection, uuid)).context
    ballot = cast_ballot(context, code, (0, 1, *(0,) * (context.questions[0].choices - 2))).data
    folder = KeyFolder(settings.key_folder)
    publisher = Publisher(database, folder, settings.publish_seconds, system_clock)
    casting = Casting(database, folder, system_clock, publisher)
    number = sign_in_number(uuid, code)
    answer = casting.cast(CastRequest(uuid, number, Secret(pin), ballot))
    database.close()
    assert answer.outcome is Outcome.RECORDED, answer


if __name__ == "__main__":
    main(*sys.argv[1:])
