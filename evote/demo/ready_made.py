# SPDX-License-Identifier: AGPL-3.0-or-later
"""A fictitious school on a server, sealed and open, with letters for three parents to vote.

For trying the pages. Everything is in one folder here, keys beside the roll and codes beside the
PINs, as it must never be in a real election: docs/protocol.md §7, §13.
"""

from pathlib import Path
from typing import Final

from evote.clock import system_clock
from evote.credentials.desk import codes_by_elector
from evote.database.migrating import migrate
from evote.demo.place import BoothOf, Organiser, Pins, Place, organiser_of
from evote.demo.preparing import TRUSTEES, Prepared, Progress, SealedElection, prepare, seal
from protocol.codes import encode_code
from tally.files import write_file

ELECTORS: Final = 60
LINKS: Final = 3
LINKS_NAME: Final = "DEMO-ONLY-links.txt"
_PAGE: Final = "Page de l'élection : "


def ready_made_school(place: Place, booth_of: BoothOf, progress: Progress) -> str:
    """Return the letters of the first parents of a place's school, made now if it is not there yet.

    Args:
        place: where the school lies, or will, and the address of its server.
        booth_of: gives the files with which a browser votes there.
        progress: told how far the making has come.
    """
    links = place.folder / LINKS_NAME
    if not links.exists():
        place.make()
        with organiser_of(place) as organiser:
            migrate(organiser.database)
            letters = _make(place.folder, organiser, booth_of, progress)
        write_file(links, letters.encode(), secret=True)
    return _at_address(links, place.url)


def _at_address(links: Path, url: str) -> str:
    """Return the letters with the address at which the school is served this time, and keep it."""
    letters = links.read_text("utf-8")
    first, _, _ = letters.partition("/e/")
    before = first.removeprefix(_PAGE)
    if before != url:
        letters = letters.replace(f"{before}/", f"{url}/")
        write_file(links, letters.encode(), secret=True, replace=True)
    return letters


def _make(
    folder: Path,
    organiser: Organiser,
    booth_of: BoothOf,
    progress: Progress,
) -> str:
    prepared, now = prepare(folder, "ready-made", ELECTORS), system_clock()
    server = organiser.draft(prepared, now, booth_of)
    sealed = seal(folder, prepared, now, server, progress)
    pins = organiser.host(folder, prepared, sealed, progress)
    record = folder / TRUSTEES / "sealed.zip"
    organiser.write_record(prepared.uuid, record)  # as its page would give it, once it is served
    organiser.open(prepared.uuid, sealed.committee.sign_setup(record))
    return _letters(organiser.place.url, prepared, sealed, pins)


def _letters(url: str, prepared: Prepared, sealed: SealedElection, pins: Pins) -> str:
    uuid, codes = prepared.uuid, codes_by_elector(sealed.codes)
    lines = [f"{_PAGE}{url}/e/{uuid}", ""]
    for number in range(1, LINKS + 1):
        elector = prepared.sealed.electors[number - 1]
        code = encode_code(codes[number]).reveal()
        lines += [
            f"{elector.given_name} {elector.surname}",
            f"  lien de la lettre  : {url}/v/{uuid}#{code}",
            f"  chiffres secrets   : {pins[number].reveal()}",
            "",
        ]
    return "\n".join(lines)
