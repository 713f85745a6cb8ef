# SPDX-License-Identifier: AGPL-3.0-or-later
"""The address of a server as a browser writes it in ``Origin``, and which are this machine's own.

A browser compares and sends one form: small letters, no default port, names in ASCII. An address
that is kept in another form would be taken for another site's.
"""

import ipaddress
import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_NAMES_OF_HERE: Final = ("localhost", "127.0.0.1", "[::1]")


class NoOrigin(ValueError):
    """The address is no origin; the message is a French sentence without its subject."""


def origin_of(url: str) -> str:
    """Return the origin that an address means, as a browser writes it.

    Raises:
        NoOrigin: it is not http or https, says more than a host and a port, or names its host in
            letters that a browser would write otherwise.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as cause:
        raise NoOrigin("n'a pas un nom de serveur et un port possibles") from cause
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise NoOrigin("n'est pas une adresse qui commence par https://")
    if parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise NoOrigin("a autre chose qu'un nom de serveur et un port")
    shown = "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{_host_of(parts)}{shown}"


def same_as(origin: str) -> frozenset[str]:
    """Return the origins that are one with ``origin``: of this machine, each of its names."""
    parts = urlsplit(origin)
    names = [f"{parts.scheme}://{name}{_port_of(parts)}" for name in _NAMES_OF_HERE]
    return frozenset({origin, *names} if origin in names else {origin})


def is_here(host: str) -> bool:
    """Whether a host, by name or number, is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _host_of(parts: SplitResult) -> str:
    host = str(parts.hostname)
    if ":" in host:
        try:
            return f"[{ipaddress.IPv6Address(host).compressed}]"
        except ValueError as cause:
            raise NoOrigin("n'a pas un nom de serveur et un port possibles") from cause
    if not host.isascii():
        raise NoOrigin(f"a un nom que les navigateurs écrivent autrement : {_written(host)}")
    if not re.fullmatch(r"[a-z0-9._-]+", host):
        raise NoOrigin("n'a pas un nom de serveur et un port possibles")
    return host


def _written(host: str) -> str:
    try:
        return f"mettez {host.encode('idna').decode('ascii')}"
    except UnicodeError:
        return "mettez sa forme en xn--"


def _port_of(parts: SplitResult) -> str:
    return "" if parts.port is None else f":{parts.port}"
