# SPDX-License-Identifier: AGPL-3.0-or-later
"""The order of a trustee's steps, and the sentence for one that comes too early or again: §7.14."""

from typing import Final

from tally.errors import Refusal
from tally.memory import Profile, Step, TrusteeMemory

_ORDER: Final = (Step.CERTIFICATE, Step.POLYNOMIAL, Step.KEY, Step.SEALED)

_NEXT: Final = {
    Step.CERTIFICATE: "réunissez les certificats de tous, puis « evote-tally polynomial »",
    Step.POLYNOMIAL: "réunissez les fichiers polynomial-*.json, puis « evote-tally key »",
    Step.KEY: "« evote-tally sign » pour finir la cérémonie, puis « evote-tally check-setup »",
    Step.SEALED: "« evote-tally decrypt », quand le vote est clos",
}


def next_step(memory: TrusteeMemory) -> str:
    """Return in French what this trustee has to do next."""
    if is_ceremony_over(memory):
        return "« evote-tally check-setup », quand l'élection est prête"
    if memory.tally_event is not None:
        return "aucune, votre part du comptage est faite : donnez-la à l'organisateur"
    return _NEXT[memory.step]


def is_ceremony_over(memory: TrusteeMemory) -> bool:
    """Tell whether nothing is left to do before the election is there: §7.12, §7.15."""
    signed = memory.trustees is not None or memory.profile is Profile.BELENIOS
    return memory.step is Step.KEY and signed


def require_step(memory: TrusteeMemory, step: Step) -> None:
    """Refuse to go on unless the trustee has come exactly to ``step``.

    Raises:
        Refusal: the step is already done, or comes later.
    """
    if memory.step is step:
        return
    done = _ORDER.index(memory.step) > _ORDER.index(step)
    sentence = "cette étape est déjà faite" if done else "cette étape vient plus tard"
    lost = " (un fichier perdu se réécrit avec « evote-tally resend »)" if done else ""
    raise Refusal(f"{sentence} pour cette clé", f"l'étape suivante est : {next_step(memory)}{lost}")


def require_profile(memory: TrusteeMemory, profile: Profile) -> None:
    """Refuse a key of the other kind of ceremony: §14."""
    if memory.profile is not profile:
        wanted = "avec" if memory.profile is Profile.BELENIOS else "sans"
        raise Refusal(
            "cette clé n'est pas de ce genre de cérémonie",
            f"relancez la commande {wanted} l'option --belenios",
        )
