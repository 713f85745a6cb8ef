# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a watcher says of the booth's files, and of what is not given: one sentence each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audit.watching.agents import AGENTS, DESKTOP, PHONE, PLAIN, Agent
from audit.watching.sentences import LONGEST, OF_LOG
from audit.words import Text, shown

_NAMED = 3  # of what is not given; the others are counted
_AS = {
    PLAIN: Text("un programme", "a program"),
    DESKTOP: Text("un ordinateur", "a computer"),
    PHONE: Text("un téléphone", "a phone"),
}


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that is asked for.

    Args:
        what: it is.
        agent: as whom it is asked for, where it is asked for as several.
    """

    what: Text
    agent: Agent | None = None


def booth_file(path: str, agent: Agent) -> Thing:
    """A file of the booth."""
    name = shown(path, LONGEST)
    text = Text(f"« {name} », du programme de vote", f"“{name}”, of the booth")
    return Thing(text, agent)


def second_reading(log: str) -> Thing:
    """What was given of a log before."""
    which = OF_LOG[log]
    return Thing(
        Text(f"ce qu'il a déjà donné {which.fr}", f"what it gave {which.en} before"),
    )


def whole(log: str) -> Thing:
    """All of a log at once."""
    which = OF_LOG[log]
    return Thing(
        Text(
            f"d'une traite, tout ce qu'il a donné {which.fr}",
            f"at one go, all that it gave {which.en}",
        )
    )


def whole_record() -> Thing:
    """The zip."""
    return Thing(Text("le dossier complet", "the complete record"))


def tile(log: str, number: int) -> Thing:
    """A tile of a log."""
    which = OF_LOG[log]
    return Thing(Text(f"la tuile {number} {which.fr}", f"tile {number} {which.en}"))


def entries(log: str) -> Thing:
    """What is signed of a log, and was not given."""
    which = OF_LOG[log]
    return Thing(Text(f"tout ce qu'il a signé {which.fr}", f"all that it signed {which.en}"))


def not_given(things: Sequence[Thing]) -> Text:
    """What was asked for in vain for an hour."""
    which = _listed(things)
    return Text(
        f"depuis plus d'une heure, le serveur signe et ne donne pas à lire {which.fr}",
        f"for over an hour the server has signed, and not given to read {which.en}",
    )


def unseen(things: Sequence[Thing]) -> Text:
    """What a watch that ends did not see when it asked for it last."""
    which = _listed(things)
    return Text(
        f"À la dernière demande, le serveur n'a pas donné à lire {which.fr} : cela n'a pas été"
        " comparé.",
        f"When it was last asked, the server did not give to read {which.en}: that was not"
        " compared.",
    )


def _listed(things: Sequence[Thing]) -> Text:
    agents: dict[Text, list[Agent]] = {}
    for each in things:
        agents.setdefault(each.what, []).extend([each.agent] if each.agent else [])
    names = [_named(what, given) for what, given in agents.items()]
    more = len(names) - _NAMED
    texts = [Text(*each) for each in names[:_NAMED]]
    fr, en = "; ".join(each.fr for each in texts), "; ".join(each.en for each in texts)
    fr = fr.replace("; ", " ; ")
    return Text(f"{fr} et {more} de plus", f"{en} and {more} more") if more > 0 else Text(fr, en)


def _named(what: Text, agents: list[Agent]) -> Text:
    if not agents or len(set(agents)) == len(AGENTS):
        return what
    fr = ", ".join(_AS[each].fr for each in agents)
    en = ", ".join(_AS[each].en for each in agents)
    return Text(f"{what.fr} (demandé comme {fr})", f"{what.en} (asked for as {en})")


def booth_changed(path: str, agent: str) -> Text:
    """A file of the booth is another."""
    name, who = shown(path, LONGEST), shown(agent, LONGEST)
    return Text(
        f"le fichier du programme de vote « {name} » n'est pas celui que l'élection a scellé"
        f" (donné à « {who} »)",
        f"the booth's file “{name}” is not the one that the election sealed (given to “{who}”)",
    )


def booth_moved(path: str, agent: str) -> Text:
    """A browser is sent elsewhere."""
    name, who = shown(path, LONGEST), shown(agent, LONGEST)
    return Text(
        f"à l'adresse du programme de vote « {name} », le serveur donne une autre page ou y renvoie"
        f" (à « {who} »)",
        f"at the booth's address “{name}” the server gives another page, or sends to one (to"
        f" “{who}”)",
    )


def booth_headers(path: str, agent: str, why: Text) -> Text:
    """The bytes are not all that decides what a browser does with them."""
    name, who = shown(path, LONGEST), shown(agent, LONGEST)
    return Text(
        f"la réponse qui donne « {name} », du programme de vote, {why.fr} : un navigateur n'en fait"
        f" plus ce qui est scellé (donnée à « {who} »)",
        f"the answer that gives “{name}”, of the booth, {why.en}: what a browser does with it is no"
        f" longer what was sealed (given to “{who}”)",
    )
