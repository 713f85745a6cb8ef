# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person stands by at a restore, since nothing proves it: docs/adr/0016."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from evote.clock import Clock
from evote.election.french_calendar import say_with_day
from evote.errors import Refusal
from evote.restoring.leaving_out import LeftOut
from evote.restoring.standing import Ground, Rests, Standing
from tally.console import ask
from tally.french import count
from tally.passphrase import normalise

STOPPED: Final = "le serveur n'a plus tourné ensuite"
UNSEEN: Final = "personne n'a rien vu de plus récent"
UNSEEN_VOTE: Final = "personne n'a vu plus de {ballots}"
LEFT_OUT: Final = "ce vote est à refaire"
# Whoever brings a note of an open vote that is older than this is asked to look for a later one.
LONG_AGO_SECONDS: Final = 900
_LOOK: Final = "cherchez qui a téléchargé le dossier public, et donnez-le avec --seen"
_LOOK_FOR_ALL: Final = "cherchez qui a le dossier public en entier, et donnez-le avec --complete"


class Confirming:
    """Tells what the restore rests on, and asks for words where that is somebody's word alone.

    Args:
        clock: of this machine.
        check: whether to tell and not to ask.
        typed: whether what the options say is also to be typed.
        stopped: whether an option says that the head file is the last one.
    """

    def __init__(self, clock: Clock, *, check: bool, typed: bool, stopped: bool) -> None:
        self._clock = clock
        self._check = check
        self._typed = typed
        self._stopped = stopped

    def __call__(self, rests: Rests) -> None:
        """Tell, and ask.

        Raises:
            Refusal: other words were typed.
            Unreadable: nobody is there to type.
        """
        for source in rests.strangers:
            print(f"« {source} » n'est pas d'ici : laissé de côté.")
        for out in rests.left_out:
            self._confirm_left_out(out)
        for each in rests.standings:
            self._confirm_evidence(each)
        self._confirm_heads(_of(rests.standings, Ground.HEADS), rests.written)
        self._confirm_unseen(_of(rests.standings, Ground.UNSEEN))

    def _confirm_left_out(self, out: LeftOut) -> None:
        if not out.behind:
            print(f"Brouillon {out.uuid} : laissé de côté (--without), ses clés aussi.")
            return
        print(f"Élection {out.uuid} : laissée de côté (--without), ses clés aussi.")
        for behind in out.behind:
            print(f"  dans la sauvegarde, {behind}")
        print("  Elle ne reviendra pas sur ce serveur : son vote se refait sous un autre numéro.")
        self._ask_typed(LEFT_OUT, _LOOK_FOR_ALL)

    def _confirm_evidence(self, standing: Standing) -> None:
        if standing.ground is not Ground.SEEN or standing.last is None:
            return
        now, at = self._clock(), standing.last.stamp or 0
        print(
            f"Élection {standing.uuid} : publiée au moins jusqu'au {say_with_day(at, now)}, "
            f"d'après « {standing.last.source} »."
        )
        if standing.takes_ballots and now - at >= LONG_AGO_SECONDS:
            print(
                "  Si le serveur perdu a tourné après cette heure, ce qu'il a publié depuis serait "
                "perdu, et cela se verrait : cherchez plus récent, et donnez-le avec --seen."
            )
            if not standing.heads_too:
                self._ask_typed(UNSEEN)

    def _confirm_heads(self, standings: list[Standing], written: int) -> None:
        if not standings:
            return
        print(f"heads.sqlite seul dit jusqu'où tout était publié : {_uuids(standings)}.")
        print(f"Il a été écrit pour la dernière fois {self._moment(written)}.")
        print("Si le serveur perdu a tourné après cette heure, ce fichier n'en est qu'une copie :")
        print("l'élection reviendrait en arrière, et cela se verrait.")
        if not self._stopped:
            self._ask(STOPPED, "donnez le dernier heads.sqlite du serveur perdu, ou --seen")

    def _confirm_unseen(self, standings: list[Standing]) -> None:
        if not standings:
            return
        print("Si quelqu'un a vu plus que la sauvegarde, l'élection reviendrait en arrière : des")
        print("bulletins confirmés à des parents n'existeraient plus, et cela se verrait.")
        quiet = [each for each in standings if not each.takes_ballots]
        if quiet:
            print(f"Sans preuve de ce qui a suivi : {_uuids(quiet)}.")
            self._ask_typed(UNSEEN)
        for each in standings:
            if each.takes_ballots:
                ballots = count(each.ballots, "bulletin")
                print(f"Le vote {each.uuid} a {ballots} dans la sauvegarde.")
                self._ask_typed(UNSEEN_VOTE.format(ballots=ballots))

    def _ask_typed(self, phrase: str, advice: str = _LOOK) -> None:
        if self._typed:
            self._ask(phrase, advice)

    def _ask(self, phrase: str, advice: str) -> None:
        if self._check:
            print(f"Sans --check, il faudra taper : {phrase}")
            return
        print(f"Pour continuer, tapez : {phrase}")
        if _plain(ask("> ")) != _plain(phrase):
            raise Refusal("ce n'est pas la phrase demandée : rien n'a été écrit", advice)

    def _moment(self, at: int) -> str:
        if not at:
            return "à une heure inconnue"
        exact = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")
        return f"{say_with_day(at, self._clock())} ({exact} UTC)"


def _of(standings: Iterable[Standing], ground: Ground) -> list[Standing]:
    return [each for each in standings if each.ground is ground]


def _uuids(standings: Iterable[Standing]) -> str:
    return ", ".join(each.uuid for each in standings)


def _plain(words: str) -> str:
    """Return words without what a keyboard of a rescue system may lack: accents, apostrophes."""
    return normalise(words.replace("'", " ").replace("\u2019", " "))
