# SPDX-License-Identifier: AGPL-3.0-or-later
"""What ``evote demo`` shows: a story of an election in some thirty calm lines of 80 columns."""

import os
import shutil
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from evote.cli.progress import WIDTH, ProgressBar, number
from evote.cli.words import printable
from evote.demo.committee import MEMBERS, THRESHOLD
from evote.demo.polling import Checked
from evote.demo.preparing import Prepared, SealedElection
from evote.election.outcome import result_binding, result_row
from evote.lifecycle.closing import ClosedVote
from evote.minutes import share
from evote.verdict import Verdict
from protocol.result import SeatsOfList
from tally.boards import opened_board
from tally.french import count

LABEL: Final = 15


class Screen:
    """Tells each chapter when it is over; draws a bar meanwhile where a person looks on."""

    def __init__(self, *, quiet: bool) -> None:
        """Begin the story; unless ``quiet``, progress is drawn on the standard error."""
        self._bar = ProgressBar(quiet=quiet)

    def progress(self, what: str, done: int, total: int) -> None:
        """Draw how far a long step has come, and wipe it at the end."""
        self._bar(what, done, total)

    def tell_school(self, prepared: Prepared, seed: str) -> None:
        """Tell the school, its roll and its lists."""
        school = prepared.school
        print(f"\nPréau · démonstration, graine {printable(seed)}")
        print("─" * WIDTH)
        _say(
            "École",
            f"{school.name} · {count(school.seats, 'classe')}, {count(school.seats, 'siège')}",
        )
        _say(
            "Électeurs",
            f"{_count(len(prepared.sealed.electors), 'parent')} de "
            f"{_count(school.families, 'famille')}, lus dans un export ONDE",
        )
        if anomalies := len(prepared.roll.anomalies):
            s = "s" if anomalies > 1 else ""
            _say("", f"{anomalies} point{s} à régler ({_kinds(prepared)}) : vu{s}, réglé{s}")
        lists = [f"{each.label} ({len(each.candidates)})" for each in school.lists]
        _say("Listes", _join(lists, " · "))

    def tell_server(self, url: str) -> None:
        """Tell where the pages are while the story lasts."""
        _say("Serveur", f"un autre processus de cette machine, {url}")

    def tell_sealed(self, sealed: SealedElection) -> None:
        """Tell the key and the codes."""
        _say("Bureau", _join(f"{name} ({role})" for name, role in MEMBERS))
        _say(
            "Clé",
            f"faite à {len(MEMBERS)}, personne ne l'a entière ; il en faut {THRESHOLD} pour "
            f"dépouiller. Tous lisent les mêmes mots : {sealed.read_aloud}",
        )
        _say(
            "Codes",
            f"{_count(len(sealed.codes.electors), 'lettre')} et "
            f"{number(len(sealed.codes.reserves))} codes de réserve",
        )

    def tell_opened(self, signed: int) -> None:
        """Tell the opening."""
        _say("Ouverture", f"élection et page de vote vérifiées et signées par {signed} membres")

    def tell_checked(self, checked: Checked) -> None:
        """Tell the ballot that was opened instead of cast."""
        _say(
            "Vérification",
            "un parent fait ouvrir son bulletin avant de voter : il contient bien "
            f"« {checked.label} » (suivi {checked.tracker})",
        )

    def tell_voted(self, taken: int, electors: int) -> None:
        """Tell how many voted."""
        _say(
            "Vote",
            f"{_count(taken, 'bulletin chiffré')} ({share(taken, electors)}), "
            "chacun déposé avec le code de la lettre et les chiffres secrets",
        )

    def tell_closed(self, closed: ClosedVote) -> None:
        """Tell the closing."""
        ballots, sign_ins = (_count(closed.ballots, noun) for noun in ("bulletin", "émargement"))
        _say("Fermeture", f"{ballots} dans l'urne, {sign_ins}")

    def tell_result(self, archive: Path) -> None:
        """Tell votes, seats and names."""
        with opened_board(archive) as board:
            lists, blank = result_binding(board).seats.lists, result_row(board)[0]
        _say("Dépouillement", f"par {THRESHOLD} membres, sans ouvrir un seul bulletin")
        print()
        width = max(len(each.label) for each in lists)
        for each in lists:
            print(f"  {each.label:<{width}}  {_votes(each.votes)}   {_seats(each)}")
        print(f"  {'Blancs':<{width}}  {_votes(blank)}\n")
        names = [name for each in lists for name in each.titulaires]
        _say("Élus", _join(names) if names else "personne, aucun suffrage exprimé")

    def tell_verdict(self, verdict: Verdict, folder: Path, uuid: str, seconds: float) -> None:
        """Tell what the independent verifier says, and where everything is."""
        print("─" * WIDTH)
        if verdict.valid:
            word = f"ÉLECTION VALIDE · {verdict.passed} contrôles réussis"
            if verdict.not_applicable:
                word += f", {verdict.not_applicable} sans objet"
            print(f"Vérificateur indépendant : {word}")
        elif not verdict.judged:
            print("Vérificateur indépendant : aucun verdict, il n'a pas pu lire le dossier")
        else:
            print("Vérificateur indépendant : ÉLECTION REFUSÉE")
            for title in verdict.failed:
                print(f"  {title}")
        shown = printable(folder)
        print(f"Refaire ce contrôle :  {_verifier()} verify {shown}/record")
        print(f"À lire dans {shown} :  minutes.txt, result.json, {uuid}.bel")
        print(f"Durée : {seconds:.0f} s")


def _say(label: str, text: str) -> None:
    first, rest = f"{label:<{LABEL}}", " " * LABEL
    filled = textwrap.fill(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )
    print(filled)


def _join(texts: Iterable[str], separator: str = ", ") -> str:
    """Join texts so that a line never ends inside one of them."""
    return separator.join(text.replace(" ", "\u00a0") for text in texts)


def _count(quantity: int, noun: str) -> str:
    """Return a number, its thousands apart, with its noun."""
    _, _, words = count(quantity, noun).partition(" ")
    return f"{number(quantity)} {words}"


def _votes(votes: int) -> str:
    return f"{number(votes):>6} voix"


def _seats(each: SeatsOfList) -> str:
    text = f"{each.seats:>2} {'sièges' if each.seats > 1 else 'siège'}"
    return f"{text} (dont {each.unfilled} sans candidat)" if each.unfilled else text


def _kinds(prepared: Prepared) -> str:
    words = {"shared_email": "adresse commune"}
    kinds = sorted({str(anomaly.code) for anomaly in prepared.roll.anomalies})
    return ", ".join(words.get(kind, kind) for kind in kinds)


def _verifier() -> str:
    """Return how to call the verifier from here: by its name, or where this program stands."""
    if shutil.which("evote-audit"):
        return "evote-audit"
    beside = Path(sys.executable).with_name("evote-audit")
    return os.path.relpath(beside) if beside.exists() else "evote-audit"
