# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a watcher says when something is wrong: one sentence each, for a person."""

from __future__ import annotations

from audit.moments import moment
from audit.words import Text, shown

OF_LOG = {
    "board": Text("de l'urne", "of the board"),
    "journal": Text("du journal", "of the journal"),
}
LONGEST = 200


def fork(log: str) -> Text:
    """Two checkpoints exclude each other."""
    which = OF_LOG[log]
    return Text(
        f"le serveur a signé deux versions {which.fr} qui s'excluent",
        f"the server signed two versions {which.en} that exclude each other",
    )


def rollback(log: str, before: int, after: int) -> Text:
    """It became shorter."""
    which = OF_LOG[log]
    return Text(
        f"le serveur a signé une version {which.fr} plus courte qu'avant : {after} au lieu de"
        f" {before}",
        f"the server signed a version {which.en} shorter than before: {after} instead of {before}",
    )


def old_again(log: str, before: int, after: int) -> Text:
    """What it shows is older than what it showed."""
    which = OF_LOG[log]
    return Text(
        f"le serveur montre de nouveau une ancienne version {which.fr} : {after} au lieu de"
        f" {before}",
        f"the server shows an old version {which.en} again: {after} instead of {before}",
    )


def unlike(log: str, index: int) -> Text:
    """What it gives does not fit what it signed."""
    which = OF_LOG[log]
    return Text(
        f"ce que le serveur donne {which.fr}, à la place {index}, n'est pas ce qu'il a signé",
        f"what the server gives {which.en}, at place {index}, is not what it signed",
    )


def rewritten(log: str, byte: int) -> Text:
    """Bytes that it gave before are others now."""
    which = OF_LOG[log]
    return Text(
        f"le serveur a réécrit une partie déjà vue {which.fr} (octet {byte})",
        f"the server rewrote a part {which.en} that was already seen (byte {byte})",
    )


def tile_differs(log: str, number: int) -> Text:
    """The hashes of a tile are not those of the entries."""
    which = OF_LOG[log]
    return Text(
        f"les empreintes {which.fr} que donne le serveur ne sont pas celles de ses entrées"
        f" (tuile {number})",
        f"the server gives hashes {which.en} that are not those of its entries (tile {number})",
    )


def out_of_order(log: str, index: int, why: Text) -> Text:
    """What it signed is not in order."""
    which = OF_LOG[log]
    return Text(
        f"le serveur a signé quelque chose qui n'est pas en règle, à la place {index}"
        f" {which.fr} : {why.fr}",
        f"the server signed something that is not in order, at place {index} {which.en}: {why.en}",
    )


def page_differs(path: str) -> Text:
    """Two browsers are given other pages, and no election can seal them."""
    name = shown(path, LONGEST)
    return Text(
        f"la page « {name} », avec laquelle des parents vérifient, n'est pas la même pour un"
        " téléphone et pour un ordinateur",
        f"the page “{name}”, with which parents check, is not the same for a phone and for a"
        " computer",
    )


def page_refused(path: str) -> Text:
    """One browser is given a page, and the other an error or another address, again and again."""
    name = shown(path, LONGEST)
    return Text(
        f"la page « {name} », avec laquelle des parents vérifient, est donnée à un téléphone et"
        " refusée à un ordinateur, ou l'inverse, cinq fois de suite : ce que montre ce refus n'a"
        " pas été comparé",
        f"the page “{name}”, with which parents check, is given to a phone and refused to a"
        " computer, or the reverse, five times in a row: what that refusal shows was not compared",
    )


def promise_late(index: int, until: int) -> Text:
    """The time is over, and the ballot is not there."""
    when = moment(until)
    return Text(
        f"un bulletin promis à la place {index} au plus tard {when.fr} n'est pas publié",
        f"a ballot promised at place {index} {when.en} at the latest is not published",
    )


def promise_overdue(index: int, until: int) -> Text:
    """By this machine's clock the time is long over, and no state that is shown has it."""
    when = moment(until)
    return Text(
        f"plus d'une heure après, un bulletin promis à la place {index} au plus tard {when.fr}"
        " n'est publié dans rien de ce que montre le serveur",
        f"over an hour later a ballot promised at place {index} {when.en} at the latest is in"
        " nothing that the server shows",
    )


def promise_replaced(index: int) -> Text:
    """Something else is there."""
    return Text(
        f"à la place {index}, promise à un bulletin, le serveur a publié autre chose",
        f"at place {index}, promised to a ballot, the server published something else",
    )


def promise_contradicts(index: int) -> Text:
    """The event that was promised is that of another ballot."""
    return Text(
        f"à la place {index}, l'événement promis pour un bulletin est celui d'un autre bulletin",
        f"at place {index}, the event that was promised for a ballot is that of another ballot",
    )


def promise_closed(index: int) -> Text:
    """The vote has ended without it."""
    return Text(
        f"le vote est clos sans le bulletin promis à la place {index}",
        f"the vote has ended without the ballot promised at place {index}",
    )


def promise_beyond(index: int, until: int) -> Text:
    """No server may promise so, whatever the hour."""
    when = moment(until)
    return Text(
        f"le serveur a promis un bulletin, à la place {index}, pour plus d'un an après la clôture"
        f" ({when.fr})",
        f"the server promised a ballot, at place {index}, for more than a year after the closing"
        f" ({when.en})",
    )


def promise_too_far(index: int, until: int) -> Text:
    """No server may have promised so by now."""
    when = moment(until)
    return Text(
        f"le serveur a promis un bulletin, à la place {index}, seulement {when.fr} : une promesse"
        " va au plus à 16 minutes",
        f"the server promised a ballot, at place {index}, only {when.en}: a promise goes 16 minutes"
        " ahead at most",
    )


def stalled(stamp: int) -> Text:
    """What is published is old."""
    when = moment(stamp)
    return Text(
        f"le serveur ne publie plus rien : sa dernière publication est signée {when.fr}",
        f"the server no longer publishes: its last publication was signed {when.en}",
    )


def silent(stamp: int) -> Text:
    """Nothing was to be had for long."""
    when = moment(stamp)
    return Text(
        "d'ici, rien n'a pu être lu depuis plus d'une heure : la dernière publication vue est"
        f" signée {when.fr}",
        "from here nothing could be read for over an hour: the last publication seen was signed"
        f" {when.en}",
    )


def withheld(log: str) -> Text:
    """It signs what it does not give."""
    which = OF_LOG[log]
    return Text(
        f"depuis plus d'une heure, le serveur signe un état {which.fr} qu'il ne donne pas à lire",
        f"for over an hour the server has signed a state {which.en} that it does not give to read",
    )


def unpaired() -> Text:
    """No step could be kept."""
    return Text(
        "depuis plus d'une heure, le serveur ne montre pas l'urne et le journal d'un même moment",
        "for over an hour the server has not shown board and journal of one moment",
    )


def oversized(log: str, size: int, most: int) -> Text:
    """More entries than there can be."""
    which = OF_LOG[log]
    return Text(
        f"le serveur a signé une version {which.fr} de {size} entrées, alors que cette élection ne"
        f" peut en avoir plus de {most}",
        f"the server signed a version {which.en} of {size} entries, and this election cannot have"
        f" more than {most}",
    )


def unstamped(log: str) -> Text:
    """A checkpoint without the time of its step."""
    which = OF_LOG[log]
    return Text(
        f"le serveur a signé un état {which.fr} sans en donner l'heure (§18.6)",
        f"the server signed a state {which.en} without its time (§18.6)",
    )


def split(board: int, journal: int) -> Text:
    """Board and journal of two times."""
    one, other = moment(board), moment(journal)
    return Text(
        f"le serveur montre ensemble une urne signée {one.fr} et un journal signé {other.fr} :"
        " ce devrait être un même moment (§18.7)",
        f"the server shows together a board signed {one.en} and a journal signed {other.en}:"
        " it should be one moment (§18.7)",
    )


def crowded() -> Text:
    """More checkpoints than can be kept."""
    return Text(
        "le serveur a signé plus d'états que cette surveillance n'en note : elle les compare tous"
        " encore, mais ne note plus que le premier de chaque taille",
        "the server signed more states than this watch notes: it goes on comparing all of them, but"
        " notes only the first of each size from now on",
    )


def refused(why: Text) -> Text:
    """What it gives cannot be read by our rules."""
    return Text(
        f"ce que le serveur donne ne peut pas être lu : {why.fr}",
        f"what the server gives cannot be read: {why.en}",
    )


def met_no_more(why: Text) -> Text:
    """Where the election was, there is something else."""
    return Text(
        f"l'élection surveillée n'est plus à cette adresse : {why.fr}",
        f"the election that is watched is no longer at this address: {why.en}",
    )


def ahead(stamp: int, *, hides: bool) -> Text:
    """What is published bears a time to come; whether it hides for an hour that nothing follows."""
    when = moment(stamp)
    text = Text(
        "l'horloge du serveur avance sur celle de cette machine, ou celle-ci retarde : il signe"
        f" {when.fr}",
        "the server's clock is ahead of this machine's, or this machine's is behind: it signs"
        f" {when.en}",
    )
    if not hides:
        return text
    return Text(
        f"{text.fr} ; d'ici là, rien ne dirait qu'il ne publie plus",
        f"{text.en}; until then nothing would tell that it no longer publishes",
    )


def another_election() -> Text:
    """Another set-up at the same address."""
    return Text(
        "à cette adresse, le serveur donne maintenant une autre élection",
        "at this address the server now gives another election",
    )


def invalid(first_sentence: Text) -> Text:
    """The whole does not pass the verifier."""
    return Text(
        f"le dossier publié n'est pas en règle : {first_sentence.fr}",
        f"the published record is not in order: {first_sentence.en}",
    )
