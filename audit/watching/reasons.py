# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why a server does not answer, for a person: what the network and TLS say of it, in words."""

from __future__ import annotations

import errno
import socket
import ssl

from audit.words import Text

_NO_WAY = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)
_NOT_REACHED = Text("le réseau n'y mène pas", "no network leads there")
# The first that fits: what is more special stands first.
_REASONS: tuple[tuple[type[BaseException], Text], ...] = (
    (
        socket.gaierror,
        Text(
            "ce nom de site n'est pas connu ; l'adresse est-elle juste, et y a-t-il du réseau ?",
            "this host's name is not known; is the address right, and is there a network?",
        ),
    ),
    (
        ssl.SSLCertVerificationError,
        Text(
            "son certificat n'est pas reconnu ; l'horloge de cette machine est-elle juste ?",
            "its certificate is not accepted; is this machine's clock right?",
        ),
    ),
    (ssl.SSLError, Text("la liaison chiffrée échoue", "the encrypted connection fails")),
    (
        ConnectionRefusedError,
        Text(
            "il refuse la connexion ; il est sans doute arrêté",
            "it refuses the connection; it is probably stopped",
        ),
    ),
    (ConnectionError, Text("il coupe la connexion", "it breaks the connection off")),
    (TimeoutError, Text("il ne répond pas à temps", "it does not answer in time")),
    (
        UnicodeError,
        Text("ce nom ne peut pas être celui d'un site", "this name can be no host's"),
    ),
)


def why_silent(error: OSError | UnicodeError) -> Text:
    """The sentence for what went wrong on the way."""
    for kind, text in _REASONS:
        if isinstance(error, kind):
            return text
    if isinstance(error, OSError) and error.errno in _NO_WAY:
        return _NOT_REACHED
    name = type(error).__name__
    return Text(f"il ne répond pas ({name})", f"it does not answer ({name})")
