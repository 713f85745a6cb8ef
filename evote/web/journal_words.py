# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each entry of the journal is called, and what it says, in plain words: §19.2.

Pages and ``evote election state`` say the same.
"""

from collections.abc import Callable

from evote.web.languages import Language
from evote.web.moments import say_time
from protocol.journal_bodies import (
    Body,
    Case,
    Closed,
    Contested,
    EntryKind,
    HoursChanged,
    Reissued,
)


def titles(language: Language) -> dict[EntryKind, str]:
    """Return what each kind of entry is called."""
    say = language.say
    return {
        EntryKind.SEALED: say("Élection scellée"),
        EntryKind.OPENED: say("Vote ouvert"),
        EntryKind.SUSPENDED: say("Vote suspendu"),
        EntryKind.RESUMED: say("Vote repris"),
        EntryKind.INCIDENT: say("Incident"),
        EntryKind.REISSUED: say("Lettre remplacée"),
        EntryKind.CONTESTED: say("Vote contesté"),
        EntryKind.HOURS_CHANGED: say("Heures changées"),
        EntryKind.BOOTH_REPLACED: say("Page de vote remplacée"),
        EntryKind.CLOSED: say("Vote clos"),
        EntryKind.CLOSING_SIGNED: say("Clôture signée"),
        EntryKind.TALLIED: say("Résultat publié"),
        EntryKind.CANCELLED: say("Élection annulée"),
        EntryKind.ARCHIVED: say("Élection archivée"),
    }


def tell(language: Language, body: Body) -> str:
    """Return what an entry with this body says; empty where its title says all."""
    say: Callable[[str], str] = language.say
    if isinstance(body, HoursChanged):
        return say("Ouverture : %(opens)s. Fermeture : %(closes)s.") % {
            "opens": say_time(language, body.opens_at),
            "closes": say_time(language, body.closes_at),
        }
    if isinstance(body, Closed):
        return language.say_many(
            "%(n)s bulletin dans l'urne, %(n)s émargement.",
            "%(n)s bulletins dans l'urne, %(n)s émargements.",
            body.ballots,
        ) % {"n": body.ballots}
    if isinstance(body, Reissued):
        return say(
            "Un code perdu a été remplacé par un code de réserve, le n° %(n)s. L'ancien ne sert "
            "plus, et n'avait pas servi."
        ) % {"n": body.activated}
    if isinstance(body, Contested):
        return _cases(language)[body.case]
    return _plain(language).get(body.kind, "")


def _plain(language: Language) -> dict[EntryKind, str]:
    say = language.say
    return {
        EntryKind.SEALED: say(
            "Listes, heures, parents inscrits, clés et page de vote ne changent plus en secret."
        ),
        EntryKind.OPENED: say("Le bureau a vérifié l'élection avant de l'ouvrir."),
        EntryKind.SUSPENDED: say("Aucun bulletin n'entre. L'heure de fermeture ne change pas."),
        EntryKind.RESUMED: say("Les bulletins entrent à nouveau."),
        EntryKind.BOOTH_REPLACED: say("La page de vote a de nouveaux fichiers."),
        EntryKind.CLOSING_SIGNED: say("Ceux qui ouvrent l'urne ont lu ce journal et l'ont signé."),
        EntryKind.TALLIED: say("Le total est ouvert ; aucun bulletin ne l'a été."),
        EntryKind.CANCELLED: say("Ses codes ne servent plus. Deux personnes en répondent."),
        EntryKind.ARCHIVED: say("Plus rien ne suivra."),
    }


def _cases(language: Language) -> dict[Case, str]:
    say = language.say
    return {
        Case.BOTH_USED: say(
            "Un parent dit que quelqu'un a voté à sa place : son code et son émargement ont "
            "servi tous les deux."
        ),
        Case.SIGN_IN_USED: say(
            "Un parent dit que quelqu'un a voté à sa place : son émargement a servi, mais pas "
            "son code."
        ),
        Case.CREDENTIAL_USED: say(
            "Un parent dit que quelqu'un a voté à sa place : son code a servi, mais pas son "
            "émargement."
        ),
    }
