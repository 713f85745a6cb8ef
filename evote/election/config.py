# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the school decides, read from a file: docs/schemas/election-config.schema.json.

The values end up in the ``evote`` member of the election (docs/protocol.md §8.3). A person wrote
this file by hand, so each fault is named in French, with the place where it stands.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from evote.election.config_witnesses import decode_witnesses
from evote.errors import Refusal, Unreadable
from protocol.bindings import (
    KINDS,
    MAX_GRACE_SECONDS,
    MAX_LISTS,
    MAX_SEATS,
    MAX_TIME,
    WITNESSES,
    CandidateList,
    School,
)
from protocol.election import MAX_DESCRIPTION
from protocol.encoding import Fields, JsonValue, decode_json
from protocol.errors import ProtocolError
from protocol.plain_text import MAX_LENGTH, likeness, verify_plain_text
from protocol.witness_binding import Witnesses
from tally.french import count

SECONDS_PER_HOUR: Final = 3600
# ARR-2024, as docs/law.md reports it: a remote vote lasts from 24 hours to 5 days.
SHORTEST_SECONDS: Final = 24 * SECONDS_PER_HOUR
LONGEST_SECONDS: Final = 5 * 24 * SECONDS_PER_HOUR

_SCHEMA: Final = "le format est décrit dans docs/schemas/election-config.schema.json"
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_FRENCH: Final = (
    (r"lacks member (\w+)", "il manque « {} »"),
    (r"unknown member (.+)", "{} n'y a pas sa place"),
    (r"member (\w+) is not an integer from (\d+) to (\d+)", "« {} » va de {} à {}, en chiffres"),
    (r"member (\w+) is not", "« {} » n'est pas du genre attendu"),
    (r"(\w+) is not an object", "« {} » n'est pas du genre attendu"),
    (r"two members of the same name", "un même nom s'y trouve deux fois"),
)
_BLANK_LABELS: Final = frozenset(map(likeness, ("blanc", "blank", "vote blanc", "bulletin blanc")))
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class ElectionConfig:
    """What the school decides: §8.3. Times are seconds since 1970-01-01 UTC."""

    name: str
    description: str
    school: School
    seats: int
    lists: tuple[CandidateList, ...]
    opens_at: int
    closes_at: int
    grace_seconds: int
    rehearsal: bool
    witnesses: Witnesses | None = None


def decode_config(data: bytes) -> ElectionConfig:
    """Read the file, and check everything that does not need the roll or the trustees.

    Raises:
        Unreadable: not JSON, or not of the schema.
        Refusal: lists, names or hours that the rules do not allow.
    """
    try:
        # Editors of Windows write a byte-order mark; this file is nobody's hash input.
        config = _decode(decode_json(data.removeprefix(_BYTE_ORDER_MARK)))
    except ProtocolError as cause:
        words = _in_french(cause.message)
        raise Unreadable(f"la configuration n'est pas lisible : {words}", _SCHEMA) from cause
    _check_lists(config)
    _check_hours(config)
    return config


def at_hours(config: ElectionConfig, opens_at: int, closes_at: int) -> ElectionConfig:
    """Return the same decisions for a vote at other hours.

    Raises:
        Refusal: hours that the rules do not allow.
    """
    moved = replace(config, opens_at=opens_at, closes_at=closes_at)
    _check_hours(moved)
    return moved


def _in_french(message: str) -> str:
    """Say what ``Fields`` found, to a person who wrote the file by hand."""
    for pattern, french in _FRENCH:
        if found := re.search(pattern, message):
            return french.format(*found.groups())
    return "ce n'est pas un texte JSON"


def _decode(value: JsonValue) -> ElectionConfig:
    fields = Fields(value, where="configuration", section="8.3")
    fields.integer("version", 1, 1)
    config = ElectionConfig(
        name=_plain(fields, "name"),
        description=_decode_description(fields),
        school=_decode_school(fields.raw("school")),
        seats=fields.integer("seats", 1, MAX_SEATS),
        lists=tuple(_decode_list(item) for item in fields.items("lists")),
        opens_at=decode_instant(fields.text("opens_at")),
        closes_at=decode_instant(fields.text("closes_at")),
        grace_seconds=fields.optional_integer("grace_seconds", 0, MAX_GRACE_SECONDS) or 0,
        rehearsal=fields.optional_boolean("rehearsal") or False,
        witnesses=decode_witnesses(fields.raw(WITNESSES)) if fields.has(WITNESSES) else None,
    )
    fields.finish()
    return config


def _decode_description(fields: Fields) -> str:
    text = fields.raw("description")
    return _plain_text(text, "description", longest=MAX_DESCRIPTION) if text != "" else ""


def _decode_school(value: JsonValue) -> School:
    fields = Fields(value, where="school", section="8.3")
    _plain(fields, "name")
    uai, kind = fields.text("uai"), fields.text("kind")
    fields.finish()
    if kind not in KINDS:
        raise Unreadable(
            f"le type d'établissement « {kind} » n'est pas connu",
            "écrivez ecole pour une école, eple pour un collège ou un lycée",
        )
    try:
        return School.decode(value)
    except ProtocolError as cause:
        raise Unreadable(
            f"le code UAI « {uai} » n'a pas la forme attendue",
            "sept chiffres et une lettre majuscule, par exemple 0750001A",
        ) from cause


def _decode_list(value: JsonValue) -> CandidateList:
    fields = Fields(value, where="list", section="8.3")
    label = _plain(fields, "label")
    candidates = tuple(_plain_text(name, label) for name in fields.items("candidates"))
    fields.finish()
    return CandidateList(label, candidates)


def _plain(fields: Fields, name: str) -> str:
    return _plain_text(fields.raw(name), name)


def _plain_text(value: JsonValue, where: str, longest: int = MAX_LENGTH) -> str:
    if not isinstance(value, str):
        raise Unreadable(f"un texte manque dans « {where} »", _SCHEMA)
    try:
        verify_plain_text(value, where=where, longest=longest)
    except ProtocolError as cause:
        raise Refusal(
            f"dans « {where} », un texte n'est pas acceptable : « {value} »",
            f"de 1 à {longest} signes sur une seule ligne, des lettres latines et des chiffres "
            "ordinaires ; ni espace double, au début ou à la fin, ni signe invisible",
        ) from cause
    return value


def decode_instant(text: str) -> int:
    """Return a moment that a person typed, with its distance from Greenwich, in seconds.

    Raises:
        Unreadable: not such a moment.
    """
    try:
        if not _INSTANT.fullmatch(text):
            raise ValueError(text)
        return int(datetime.fromisoformat(text).timestamp())
    except (ValueError, OverflowError) as cause:
        raise Unreadable(
            f"la date « {text} » n'est pas lisible",
            "écrivez-la avec son décalage horaire, par exemple 2026-10-08T08:00:00+02:00",
        ) from cause


def _check_lists(config: ElectionConfig) -> None:
    if not 1 <= len(config.lists) <= MAX_LISTS:
        raise Refusal(
            f"il faut de 1 à {MAX_LISTS} listes", "vérifiez « lists » dans la configuration"
        )
    _check_distinct([entry.label for entry in config.lists], "deux listes")
    for entry in config.lists:
        if likeness(entry.label) in _BLANK_LABELS:
            raise Refusal(
                f"une liste s'appelle « {entry.label} », comme le vote blanc",
                "donnez-lui un autre nom : le vote blanc est toujours proposé à part",
            )
        _check_distinct(entry.candidates, f"deux candidats de la liste « {entry.label} »")
        _check_number_of_names(entry, config.seats)


def _check_number_of_names(entry: CandidateList, seats: int) -> None:
    try:
        CandidateList.decode(entry.encode(), seats=seats)  # all else in it has been checked
    except ProtocolError as cause:
        raise Refusal(
            f"la liste « {entry.label} » a {count(len(entry.candidates), 'nom')}",
            f"une liste a au moins 2 noms, et au plus {2 * seats} "
            f"(deux fois le nombre de sièges, {seats})",
        ) from cause


def _check_distinct(texts: Sequence[str], what: str) -> None:
    seen: dict[str, str] = {}
    for text in texts:
        key = likeness(text)
        if key in seen:
            raise Refusal(
                f"{what} ont le même nom ou presque : « {seen[key]} » et « {text} »",
                "distinguez-les pour que personne ne puisse les confondre",
            )
        seen[key] = text


def _check_hours(config: ElectionConfig) -> None:
    if not all(0 <= moment <= MAX_TIME for moment in (config.opens_at, config.closes_at)):
        raise Refusal(
            "les heures du vote ne sont pas de notre époque", "corrigez opens_at et closes_at"
        )
    duration = config.closes_at - config.opens_at
    if duration <= 0:
        raise Refusal(
            "la fermeture du vote ne vient pas après son ouverture",
            "corrigez opens_at et closes_at",
        )
    if not config.rehearsal and not SHORTEST_SECONDS <= duration <= LONGEST_SECONDS:
        raise Refusal(
            f"le vote durerait {_words(duration)}, et la loi demande de 24 heures à 5 jours",
            "changez les heures, ou écrivez \"rehearsal\": true s'il s'agit d'une répétition",
        )


def _words(seconds: int) -> str:
    hours, rest = divmod(seconds, SECONDS_PER_HOUR)
    return f"{hours} h" if rest == 0 else f"{hours} h {rest // 60:02} min"
