# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who signed the record's last checkpoints, when, and what each party vouches for. §18.4, §18.6."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from audit.ahead import stamps_ahead
from audit.case import Case
from audit.layout import enumerated
from audit.moments import moment
from audit.record import CHECKPOINTS
from audit.server import Server
from audit.witness_times import told_times
from audit.words import Text, count, shown

LONGEST_NAME = 200
_NOBODY = Text("l'élection n'en nomme pas", "the election names none")
_UNVERIFIED = Text("pas vérifiés, à cause d'un défaut", "not verified, because of a fault")
_COMMITTEE = Text(
    "le bureau, par ses signatures, de la mise en place, des modifications, de la clôture et du"
    " décompte",
    "the committee, by its signatures, for set-up, amendments, closing and count",
)
_SERVER = Text(
    "le serveur, par ses deux clés, de ce qu'il a publié et des heures qu'il a écrites",
    "the server, by its two keys, for what it published and the times that it wrote",
)
_WITNESSES = Text(
    "chaque témoin, de n'avoir vu ni raccourcir ni réécrire, jusqu'à son heure, ce qu'il a cosigné",
    "each witness, for having seen nothing of what it co-signed shortened or rewritten up to its"
    " time",
)
_COPIES = Text(
    "et personne d'autre, de ce que le serveur a montré aux autres : comparez vos copies",
    "and nobody else, for what the server showed to others: compare your copies",
)


def vouching_lines(case: Case) -> Iterator[tuple[Text, Text]]:
    """For a record of version 2: its last checkpoints, its witnesses, who vouches for what.

    Of an archive alone, that its witnesses were not looked at.
    """
    server = case.binding.server if case.binding else None
    if server is None:
        return
    if not case.record.folder:
        if server.witnesses:
            yield Text("Témoins", "Witnesses"), _elsewhere(server)
        return
    if case.checkpoints is not None:
        yield Text("Dernière publication", "Last publication"), _published(case)
    yield Text("Témoins", "Witnesses"), _witnesses(case, server)
    yield from _times(case)
    if case.checkpoints is not None:
        last = _WITNESSES if any(case.cosigned.values()) else _COPIES
        parts = (_COMMITTEE, _SERVER, last)
        who = Text(" ; ".join(part.fr for part in parts), "; ".join(part.en for part in parts))
        yield Text("Qui répond de quoi", "Who vouches for what"), who


def _elsewhere(server: Server) -> Text:
    """How many witnesses are named and demanded, none of whose lines an archive alone has."""
    number, quorum = len(server.witnesses), server.quorum
    return Text(
        f"l'élection en nomme {number} et en demande {quorum} ; leurs signatures sont dans le"
        " dossier complet, pas dans cette archive seule ; pas vérifiées ici",
        f"the election names {number} and demands {quorum}; their signatures are in the complete"
        " record, not in this archive alone; not verified here",
    )


def _published(case: Case) -> Text:
    """How much the checkpoints cover, and when the server says that it published it."""
    checkpoints = case.checkpoints or {}
    events, entries = (checkpoints[CHECKPOINTS[log]].size for log in CHECKPOINTS)
    text = count(events, "événement", "event")
    lines = count(entries, "entrée", "entry")
    if entries != 1:
        lines = Text(lines.fr, f"{entries} entries")
    text = Text(
        f"{text.fr} de l'urne et {lines.fr} du journal, signés par le serveur",
        f"{text.en} of the board and {lines.en} of the journal, signed by the server",
    )
    when = moment(case.stamps[CHECKPOINTS["board"]])
    return Text(f"{text.fr} {when.fr}", f"{text.en} {when.en}")


def _times(case: Case) -> Iterator[tuple[Text, Text]]:
    """Of each log, the witnesses whose times cannot be right beside its stamp."""
    for file, stamp in case.stamps.items():
        told = told_times(stamp, case.cosigned.get(file, {}), _counted(case))
        if told:
            yield Text("Heures de témoins", "Times of witnesses"), told
            return  # a clock is as wrong for the other


def _counted(case: Case) -> int | None:
    """When the journal says that the votes were counted."""
    tallied = None if case.story is None else case.story.last.get("tallied")
    return None if tallied is None else tallied.at


def _witnesses(case: Case, server: Server) -> Text:
    """Those who signed, with their times; those who did not; how many were demanded."""
    if not server.witnesses:
        return _NOBODY
    if case.checkpoints is None:
        return _UNVERIFIED
    names = [key.name for key in server.witnesses]
    signed = [who for who in (_signed(case, name) for name in names) if who is not None]
    silent = [_named(name) for name in names if _signed(case, name) is None]
    # The quorum is of each log, and so is this number; who signed one alone is named with that one.
    number = min(
        sum(name in case.cosigned.get(file, {}) for name in names) for file in CHECKPOINTS.values()
    )
    verb = "ont" if number > 1 else "a"
    text = Text(
        f"{number} sur {len(names)} {verb} cosigné, l'élection en demande {server.quorum}",
        f"{number} of {len(names)} co-signed, the election demands {server.quorum}",
    )
    if signed:
        those = enumerated(signed)
        text = Text(f"{text.fr} : {those.fr}", f"{text.en}: {those.en}")
    if silent:
        without = enumerated(silent)
        text = Text(f"{text.fr} ; sans {without.fr}", f"{text.en}; without {without.en}")
    return text


def _signed(case: Case, name: str) -> Text | None:
    """The witness, with the earlier of its two times, or with the one log that it signed."""
    times = {
        log: case.cosigned[file][name]
        for log, file in CHECKPOINTS.items()
        if name in case.cosigned.get(file, {})
    }
    if not times:
        return None
    when, who = moment(min(times.values())), _named(name)
    only = Text("", "")
    if "journal" not in times:
        only = Text(", l'urne seulement", ", the board only")
    elif "board" not in times:
        only = Text(", le journal seulement", ", the journal only")
    return Text(f"{who.fr} ({when.fr}{only.fr})", f"{who.en} ({when.en}{only.en})")


def _named(name: str) -> Text:
    return Text(shown(name, LONGEST_NAME), shown(name, LONGEST_NAME))


def checkpoints_object(case: Case) -> dict[str, Any] | None:
    """The member ``checkpoints`` of the JSON; null unless C31 passed."""
    server = case.binding.server if case.binding else None
    if server is None or case.checkpoints is None:
        return None
    found: dict[str, Any] = {
        "quorum": server.quorum,
        "witnesses": [key.name for key in server.witnesses],
    }
    ahead = stamps_ahead(case)
    for log, file in CHECKPOINTS.items():
        found[log] = {
            "size": case.checkpoints[file].size,
            "root": case.checkpoints[file].root.hex(),
            "stamped_at": case.stamps[file],
            "ahead": file in ahead,
            "cosigned": [
                {"name": name, "at": time} for name, time in case.cosigned.get(file, {}).items()
            ],
        }
    return found
