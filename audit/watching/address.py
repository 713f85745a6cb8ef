# SPDX-License-Identifier: AGPL-3.0-or-later
"""The address of an election's page, and the addresses under it: docs/protocol.md §18.8."""

from __future__ import annotations

import re
from dataclasses import dataclass

from audit.words import Text, Unusable

_PAGE = re.compile(
    r"(https?)://([a-z0-9.-]{1,250})(:[0-9]{1,5})?/(?:[A-Za-z-]{2,12}/)?[ev]"
    r"/([1-9A-HJ-NP-Za-km-z]{14,22})(?:/.*)?",
    re.ASCII,
)
_SCHEME = re.compile("[A-Za-z][A-Za-z0-9+.-]*://")
_HOST = re.compile("(https?://)([^/]*)", re.ASCII | re.IGNORECASE)
_USUAL_PORT = {"https": ":443", "http": ":80"}
_OWN_MACHINE = ("localhost", "127.0.0.1")
_LIKE = Text(
    "donnez l'adresse de la page de l'élection, de la forme https://site/e/numéro",
    "give the address of the election's page, of the form https://host/e/number",
)
_WRITE_HTTPS = Text(
    "écrivez la même adresse avec https:// au lieu de http://",
    "write the same address with https:// instead of http://",
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where an election is served.

    Args:
        scheme: ``https``, or ``http`` on this very machine.
        host: and port, if it is not the usual one: the H of §8.3.
        uuid: of the election.
    """

    scheme: str
    host: str
    uuid: str

    @property
    def name(self) -> str:
        """The host without its port."""
        return self.host.partition(":")[0]

    @property
    def own_machine(self) -> bool:
        """Whether this is the machine of whoever watches."""
        return self.name in _OWN_MACHINE

    def of_page(self, rest: str) -> str:
        """A path below the election's page."""
        return f"/e/{self.uuid}/{rest}"

    def of_log(self, log: str, rest: str) -> str:
        """A path below the prefix of ``board`` or ``journal``."""
        return f"/{self.uuid}/{log}/{rest}"


def read_address(url: str) -> Address:
    """The address of an election, as a person copies it, or types it without its scheme.

    A letter's link has a secret after ``#``: it goes no further.

    Raises:
        Unusable: no such address; nothing of it is repeated.
    """
    plain = url.partition("#")[0].partition("?")[0].strip()
    if not _SCHEME.match(plain):
        plain = f"https://{plain}"
    found = _PAGE.fullmatch(_HOST.sub(lambda part: part[0].lower(), plain, count=1))
    if found is None:
        raise Unusable(
            "ce n'est pas l'adresse d'une élection", "this is not the address of an election", _LIKE
        )
    scheme, name, port, uuid = found.groups()
    port = "" if port in (None, _USUAL_PORT[scheme]) else port
    address = Address(scheme, name + port, uuid)
    if scheme == "http" and not address.own_machine:
        raise Unusable(
            "une adresse sans https peut être changée en route",
            "an address without https can be changed on the way",
            _WRITE_HTTPS,
        )
    return address
