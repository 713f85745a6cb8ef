# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a watcher tells of the election itself: once each, also over restarts; no alarm is in it."""

from __future__ import annotations

from typing import Any, Final

from audit.moments import moment
from audit.watching.alarms import MOST_OF_A_KIND
from audit.watching.speaking import Speaker
from audit.watching.store import Store
from audit.watching.watcher import Watcher
from audit.watching.witnessed import Lacking
from audit.words import Text, count, shown

_ONCE: Final = ("unopened", "unclosed", "cancelled", "closed", "clocks", "witnesses")
_DAY: Final = 86400


class News:
    """Of one election.

    Args:
        watcher: who knows.
        store: of what was said.
        speaker: who says it.
    """

    def __init__(self, watcher: Watcher, store: Store, speaker: Speaker) -> None:
        self._watcher = watcher
        self._store = store
        self._speaker = speaker
        self._strangers = 0
        self._said: set[tuple[str, str]] = {
            (key, str(line[key])) for line in store.lines for key in _ONCE if key in line
        }

    def tell(self) -> None:
        """What is new after a round."""
        phase = self._watcher.phase
        if phase.unopened is not None:
            self._unopened(phase.unopened)
        if phase.unclosed is not None:
            self._unclosed(phase.unclosed)
        if self._watcher.clock.apart is not None:
            self._clocks(self._watcher.clock.apart, lost=self._watcher.clock.fell_behind)
        if phase.cancelled_until is not None:
            self._cancelled(phase.cancelled_until)
        if phase.closed is not None:
            self._closed(phase.closed)
        lacking = self._watcher.witnessed.lacking
        if lacking is not None:
            self._witnesses(lacking)
        for name, why in self._watcher.promised.files.strangers():
            self._stranger(shown(name), why)

    def _unopened(self, opens_at: int) -> None:
        when = moment(opens_at)
        text = Text(
            f"Le vote devait ouvrir {when.fr}, et le serveur ne montre ici aucune ouverture. Si des"
            " parents votent déjà, il vous montre un état ancien : prévenez le bureau et votre"
            " fédération.",
            f"The vote was to open {when.en}, and here the server shows no opening. If parents vote"
            " already, it shows you an old state: tell the committee and your federation.",
        )
        self._once("unopened", opens_at, text, opens_at=opens_at)

    def _unclosed(self, over: int) -> None:
        when = moment(over)
        text = Text(
            f"Le vote devait être terminé {when.fr}, et le serveur a publié des bulletins qui sont"
            " arrivés après, à l'heure qu'il signe lui-même. Demandez au bureau pourquoi, et gardez"
            " ce dossier : le vérificateur ne peut pas le voir.",
            f"The vote was to be over {when.en}, and the server published ballots that came after"
            " that, by the time that it signs itself. Ask the committee why, and keep this folder:"
            " the verifier cannot see it.",
        )
        self._once("unclosed", over, text, over=over)

    def _clocks(self, stamp: int, *, lost: bool) -> None:
        """Far apart, by the server's clock or by either: once, and again in another of its days."""
        text = _lost(stamp) if lost else _apart(stamp)
        self._once("clocks", stamp // _DAY, text, stamp=stamp)

    def _cancelled(self, until: int) -> None:
        when = moment(until)
        text = Text(
            "Le journal dit que l'élection est annulée ; personne du bureau ne signe cela, et un"
            " serveur qui ment pourrait encore prendre des votes. La surveillance va donc au-delà"
            f" de la clôture prévue, jusqu'au moment où tout ce qui a été promis devait paraître :"
            f" {when.fr}. Demandez au bureau si l'annulation est vraie.",
            "The journal says that the election is cancelled; no member signs that, and a server"
            " that lies could still take votes. So the watch goes on beyond the closing that was"
            f" planned, until all that was promised had to be published: {when.en}. Ask the"
            " committee whether it is true.",
        )
        self._once("cancelled", until, text, until=until)

    def _witnesses(self, lacking: Lacking) -> None:
        """The result is there; the server asks them after it."""
        found, quorum = count(lacking.found, "témoin", "witness"), lacking.quorum
        text = Text(
            f"Le résultat est publié, cosigné par {found.fr} ; l'élection en demande {quorum}. Les"
            " autres peuvent encore répondre : la surveillance les attend une heure.",
            f"The result is published, co-signed by {found.en}; the election demands {quorum}. The"
            " others may still answer: the watch waits for them for an hour.",
        )
        self._once("witnesses", lacking.found, text, found=lacking.found, quorum=quorum)

    def _closed(self, ballots: int) -> None:
        number = count(ballots, "bulletin", "ballot")
        text = Text(f"Le vote est clos : {number.fr}.", f"The vote is closed: {number.en}.")
        if not any(event == "closed" for event, _ in self._said):
            self._once("closed", ballots, text, ballots=ballots)

    def _stranger(self, name: str, why: Text) -> None:
        """Once in each run, so that whoever starts it again sees it again."""
        text = Text(
            f"« {name} », dans « promises », n'est pas suivi : {why.fr}. Il est relu s'il change.",
            f"“{name}” in “promises” is not followed: {why.en}. It is read again if it changes.",
        )
        self._strangers += 1
        if self._strangers <= MOST_OF_A_KIND:
            self._speaker.event("stranger", text, name=name)

    def _once(self, event: str, about: int, text: Text, **more: Any) -> None:  # noqa: ANN401
        if (event, str(about)) in self._said:
            return
        self._said.add((event, str(about)))
        self._store.note(**{event: about})
        self._speaker.event(event, text, **more)


def _apart(stamp: int) -> Text:
    """Nobody saw how that came."""
    when = moment(stamp)
    return Text(
        f"La dernière publication du serveur est signée {when.fr}, il y a plus d'une heure à"
        " l'horloge de cette machine : l'une des deux horloges est fausse, ou le serveur ne"
        " publie plus. Vérifiez l'heure de cette machine ; si rien ne paraît pendant une heure,"
        " la surveillance le dira.",
        f"The server's last publication was signed {when.en}, over an hour ago by this"
        " machine's clock: one of the two clocks is wrong, or the server no longer publishes."
        " Check this machine's time; if nothing is published for an hour, the watch will say"
        " so.",
    )


def _lost(stamp: int) -> Text:
    """The watch saw it come about."""
    when = moment(stamp)
    return Text(
        f"L'horloge du serveur ou celle-ci est fausse : ce qu'il publie, il le signe {when.fr},"
        " plus d'une heure trop tôt ; ce retard est venu pendant la surveillance. Vérifiez l'heure"
        " de cette machine ; si elle est juste, prévenez qui tient le serveur. Si rien ne paraît"
        " pendant une heure, la surveillance le dira.",
        f"The server's clock or this one is wrong: what it publishes it signs {when.en}, over an"
        " hour early; it fell behind while it was watched. Check this machine's time; if it is"
        " right, tell whoever runs the server. If nothing is published for an hour, the watch will"
        " say so.",
    )
