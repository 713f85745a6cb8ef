# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether the election that is met is the one that was meant. docs/protocol.md §8.3, §18.8."""

from __future__ import annotations

from audit.watching.address import Address
from audit.words import Text, Unusable, shown


def no_election() -> NotTheOne:
    """The refusal of what is no election, or one without server."""
    return NotTheOne(
        "à cette adresse il n'y a pas d'élection tenue sur un serveur",
        "at this address there is no election held on a server",
    )


def require_host(address: Address, origin: str) -> None:
    """The origin of the sealed board is that of the address.

    Raises:
        NotTheOne: it is another, except on this very machine.
    """
    host, _, rest = origin.partition("/")
    if rest != f"{address.uuid}/board":
        raise NotTheOne(
            "à cette adresse se trouve l'élection d'un autre numéro",
            "at this address there is the election of another number",
        )
    if host != address.host and not address.own_machine:
        name = shown(host)
        raise NotTheOne(
            f"cette élection est scellée pour le site {name}, pas pour celui-ci",
            f"this election is sealed for the site {name}, not for this one",
        )


def elsewhere(sealed: str, asked: str) -> Text:
    """What is told of a host that is not the sealed one; mirrors are permitted, and no alarm."""
    sealed, asked = shown(sealed), shown(asked)
    return Text(
        f"Cette élection est scellée pour le site {sealed}, et vous la surveillez à {asked} : un"
        " miroir, ou une fausse adresse ? Ce que les électeurs reçoivent de"
        f" {sealed} n'est pas surveillé ici.",
        f"This election is sealed for the site {sealed}, and you watch it at {asked}: a mirror, or"
        f" a false address? What voters are given by {sealed} is not watched here.",
    )


class NotTheOne(Unusable):
    """What is at the address is nothing that can be watched there."""


class OtherElection(NotTheOne):
    """The election at the address is not the one that was named, or met before."""

    def __init__(self, found: str) -> None:
        self.found = found
        name = shown(found)
        super().__init__(
            f"ce n'est pas l'élection attendue : celle-ci a l'empreinte {name}",
            f"this is not the election expected: its fingerprint is {name}",
            Text(
                "prévenez le bureau et votre fédération, si l'empreinte attendue est la bonne",
                "tell the committee and your federation, if the fingerprint expected is right",
            ),
        )
