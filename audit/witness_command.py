# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote-audit witness key`` and ``evote-audit witness serve``. docs/protocol.md §22."""

from __future__ import annotations

import argparse
import errno
import re
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path

from audit.arithmetic import self_test
from audit.console import complain, write
from audit.notes import VerifierKey, decode_key
from audit.published import open_published
from audit.system import explained
from audit.witness import Witness
from audit.witness_key import WitnessKey, make_key, read_key, write_key
from audit.witness_server import MOST_CONNECTIONS, WitnessServer
from audit.witness_store import Store
from audit.words import Malformed, Text, Unusable, shown

DONE = 0
_LISTEN = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:\[\]/\s]+)):([0-9]{1,5})", re.ASCII)
_HIGHEST_PORT = 65535
_LONGEST = 600
_WHERE = Text("par exemple : --listen 127.0.0.1:8011", "for instance: --listen 127.0.0.1:8011")
_GIVE = Text(
    "Donnez cette ligne à qui prépare l'élection, pour qu'elle nomme ce témoin ; le fichier, lui,"
    " reste secret.",
    "Give this line to whoever prepares the election, so that it names this witness; the file stays"
    " secret.",
)
_STRANGER = Text(
    "attention : cette élection ne nomme pas ce témoin",
    "beware: this election does not name this witness",
)
_NEW = Text(
    "mémoire neuve : si ce témoin a déjà cosigné, arrêtez-le et remettez le dossier de sa mémoire",
    "new memory: if this witness has co-signed before, stop it and put the folder of its memory"
    " back",
)
_EMPTY = Text(
    "mémoire déjà faite, encore vide : rien n'a été cosigné avec elle ; si ce témoin a déjà"
    " cosigné, arrêtez-le et remettez le dossier de sa mémoire",
    "memory made before, still empty: nothing was co-signed with it; if this witness has co-signed"
    " before, stop it and put the folder of its memory back",
)
Say = Callable[[Text], str]


def witness_key(arguments: argparse.Namespace, say: Say) -> int:
    """Make a key, write its file and show its public half.

    Raises:
        Unusable: the name or the file.
    """
    key = make_key(arguments.name)
    write_key(key, arguments.out)
    write(key.vkey)
    complain(say(_GIVE))
    return DONE


def witness_serve(arguments: argparse.Namespace, say: Say) -> int:
    """Serve until interrupted.

    Raises:
        Unusable: a key, a log, the store or the address.
        Unreadable, Unsupported: an election's archive.
    """
    self_test()
    host, port = _listen(arguments.listen)
    key = read_key(arguments.key)
    logs = _logs(arguments, key, say)
    store = Store(arguments.store)
    try:
        witness = Witness(key, logs, store, lambda: int(time.time()))
        server = _server(host, port, witness)
        with server:
            _greet(server, key, logs, say)
            if store.is_empty:
                complain(say(_NEW if store.is_new else _EMPTY))
            server.serve_forever()
    except OSError as error:
        raise Unusable(*explained(error)) from error
    finally:
        store.close()
    return DONE


def _behind_a_proxy(host: str) -> bool:
    """Whether only this machine can connect, so that all connections come from one address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _server(host: str, port: int, witness: Witness) -> WitnessServer:
    try:
        if _behind_a_proxy(host):
            return WitnessServer((host, port), witness, MOST_CONNECTIONS)
        return WitnessServer((host, port), witness)
    except OSError as error:
        reasons = {
            errno.EADDRINUSE: Text("un autre programme l'a déjà", "another program has it"),
            errno.EACCES: Text("ce port demande d'autres droits", "this port needs other rights"),
        }
        why = reasons.get(error.errno or 0, explained(error))
        address = Text(f"adresse {host}:{port}", f"address {host}:{port}")
        raise Unusable(*why.at(address), _WHERE) from error


def _greet(server: WitnessServer, key: WitnessKey, logs: list[VerifierKey], say: Say) -> None:
    host, port = str(server.server_address[0]), server.server_address[1]
    place = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    write(say(Text(f"Témoin : {key.vkey}", f"Witness: {key.vkey}")))
    for log in logs:
        name = shown(log.name, len(log.name))
        write(say(Text(f"Suit : {name}", f"Follows: {name}")))
    write(say(Text(f"À l'écoute : {place}", f"Listening: {place}")))


def _listen(text: str) -> tuple[str, int]:
    """``HOST:PORT``, an address of version 6 in brackets; port 0 is any."""
    found = _LISTEN.fullmatch(text)
    if found is None or int(found[3]) > _HIGHEST_PORT:
        raise Unusable("--listen attend HÔTE:PORT", "--listen expects HOST:PORT", _WHERE)
    return found[1] or found[2], int(found[3])


def _logs(arguments: argparse.Namespace, key: WitnessKey, say: Say) -> list[VerifierKey]:
    """The keys of the logs that were given, each once, no two of one origin."""
    logs: dict[str, VerifierKey] = {}
    for log in (*_of_texts(arguments.log), *_of_elections(arguments.election, key, say)):
        if logs.setdefault(log.name, log) != log:
            name = shown(log.name, len(log.name))
            raise Unusable(f"deux clés pour {name}", f"two keys for {name}")
    if not logs:
        raise Unusable(
            "aucune urne à suivre : donnez --log ou --election",
            "no log to follow: give --log or --election",
        )
    return list(logs.values())


def _of_texts(texts: list[str]) -> Iterator[VerifierKey]:
    for text in texts:
        try:
            yield decode_key(text)
        except Malformed as refusal:
            name = Text(shown(text, _LONGEST), shown(text, _LONGEST))
            raise Unusable(*refusal.text.at(name)) from refusal


def _of_elections(paths: list[Path], key: WitnessKey, say: Say) -> Iterator[VerifierKey]:
    """Both logs of each election; whether it names this witness is said."""
    for path in paths:
        with open_published(path) as published:
            server = published.server
        if key.verifier not in server.witnesses:
            name = Text(shown(str(path), _LONGEST), shown(str(path), _LONGEST))
            complain(say(_STRANGER.at(name)))
        yield from (server.board_key, server.journal_key)
