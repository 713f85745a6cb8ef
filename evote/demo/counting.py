# SPDX-License-Identifier: AGPL-3.0-or-later
"""The end of the story: two decryptions become votes, seats and names: docs/protocol.md §11, §12.

Where a tie decides a seat, the bureau of the story knows the birth dates of the school's
candidates, and draws lots by the seed.
"""

from dataclasses import replace

from evote.clock import system_clock
from evote.demo.parents import draw_lots
from evote.demo.place import Organiser
from evote.errors import Refusal
from evote.fictitious.school import FictitiousSchool
from evote.lifecycle.counting import take_decryptions, tally_votes
from tally.count import TieBreak
from tally.seats import TieUndecided
from tally.senders import Files


def publish(
    organiser: Organiser, uuid: str, decryptions: Files, seed: str, school: FictitiousSchool
) -> None:
    """Publish the result, settling a tie as the bureau would: §12.2."""
    take_decryptions(organiser.database, uuid, decryptions)
    known = TieBreak()
    while True:
        try:
            with organiser.publisher.around(uuid):
                tally_votes(organiser.database, uuid, system_clock, known)
            return
        except Refusal as refusal:
            if not isinstance(refusal.__cause__, TieUndecided):
                raise
            settled = settle(known, refusal.__cause__, seed, school)
            if settled == known:
                raise
            known = settled


def settle(
    known: TieBreak, undecided: TieUndecided, seed: str, school: FictitiousSchool
) -> TieBreak:
    """Return what settles this tie, added to what was known: §12.2."""
    labels = tuple(school.lists[place].label for place in undecided.lists)
    if undecided.by_lot:
        return replace(known, lots=draw_lots(seed, labels))
    births = {
        school.lists[place].label: school.lists[place].candidates[undecided.tie.place - 1].born
        for place in undecided.lists
    }
    return replace(known, births=births)
