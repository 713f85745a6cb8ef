# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote demo``: a whole election of a fictitious school, verified at the end, told calmly."""

import sys
import time
from argparse import Namespace
from pathlib import Path
from typing import Final

from evote.cli.demo_screen import Screen
from evote.cli.parser import FrenchParser
from evote.clock import system_clock
from evote.demo.folder import staged_folder
from evote.demo.parents import decide
from evote.demo.place import Organiser, Place, organiser_of
from evote.demo.preparing import Prepared, prepare, seal
from evote.demo.serving import free_address, serving
from evote.demo.story import Story
from evote.election.reading import RECORD_NAME
from evote.errors import Unreadable
from evote.fictitious.school import DEFAULT_ELECTORS, MAX_ELECTORS, MIN_ELECTORS
from evote.verdict import ask_verifier
from evote.web.booth import booth_files

_EPILOG: Final = """\
Le dossier reçoit l'archive NUMÉRO.bel, le dossier public record/, result.json, minutes.txt
et ce que chacun garde chez soi (liste, codes, clés). Une même graine donne les mêmes
familles, les mêmes votes et le même result.json ; clés et codes sont toujours nouveaux.

codes de sortie : 0 élection vérifiée, 1 vérification en échec, 2 mal appelé ou illisible."""


def main(arguments: list[str]) -> int:
    """Hold the election, verify it, show the verdict; 0 only if it is valid."""
    options = _parser().parse_args(arguments)
    if not MIN_ELECTORS <= options.voters <= MAX_ELECTORS:
        raise Unreadable(
            f"une école de démonstration a de {MIN_ELECTORS} à {MAX_ELECTORS} électeurs",
            f"par exemple --voters {DEFAULT_ELECTORS}",
        )
    quiet = options.no_progress or not sys.stderr.isatty()
    screen = Screen(quiet=quiet)
    started = time.monotonic()
    with staged_folder(options.out) as folder:
        uuid = _hold(folder, options, screen, quiet=quiet)
    verdict = ask_verifier(options.out / RECORD_NAME, quiet=quiet)
    screen.tell_verdict(verdict, options.out, uuid, time.monotonic() - started)
    return 0 if verdict.valid else 1


def _parser() -> FrenchParser:
    parser = FrenchParser(
        "evote demo", "Tenir toute une élection d'une école imaginaire, et la vérifier.", _EPILOG
    )
    add = parser.add_argument
    add("--out", required=True, type=Path, metavar="DOSSIER", help="dossier vide, ou à créer")
    add("--voters", type=int, default=DEFAULT_ELECTORS, metavar="N", help="nombre d'électeurs")
    add("--seed", default="1", metavar="GRAINE", help="fixe les familles et les votes (1)")
    add("--no-progress", action="store_true", help="sans barre de progression")
    return parser


def _hold(folder: Path, options: Namespace, screen: Screen, *, quiet: bool) -> str:
    prepared = prepare(folder, options.seed, options.voters)
    screen.tell_school(prepared, options.seed)
    place = Place(folder / "server", free_address())
    place.make()
    with serving(place), organiser_of(place) as organiser:
        screen.tell_server(place.url)
        story = _seal(folder, prepared, organiser, screen)
        screen.tell_opened(organiser.open(story.uuid, story.sign()))
        electors = len(prepared.sealed.electors)
        decisions = decide(options.seed, electors, len(prepared.school.lists))
        screen.tell_checked(story.check_one(decisions[0]))
        taken = story.vote(decisions, screen.progress)
        screen.tell_voted(taken, electors)
        screen.tell_closed(story.close())
        story.count(options.seed, prepared.school, taken, quiet=quiet)
    screen.tell_result(folder / f"{prepared.uuid}.bel")
    return prepared.uuid


def _seal(folder: Path, prepared: Prepared, organiser: Organiser, screen: Screen) -> Story:
    now = system_clock()
    server = organiser.draft(prepared, now, booth_files)
    sealed = seal(folder, prepared, now, server, screen.progress)
    pins = organiser.host(folder, prepared, sealed, screen.progress)
    screen.tell_sealed(sealed)
    return Story(folder, organiser, sealed, pins)
