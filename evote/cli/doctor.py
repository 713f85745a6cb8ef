# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote doctor``: what is wrong with this installation, and what to do about it."""

import contextlib
import functools
from typing import Final
from urllib.parse import urlsplit

from evote.cli.parser import FrenchParser
from evote.cli.words import LONGEST, printable
from evote.doctor.examine import Asked, examine, worst
from evote.doctor.findings import Finding, Level
from evote.errors import Unreadable
from evote.lifecycle.in_force import encode_booth
from evote.web.assets import AssetsMissing, read_assets
from evote.web.booth import Booth
from evote.web.languages import LANGUAGES
from evote.web.templating import Pages
from protocol.encoding import JsonValue, encode_json
from tally.french import count

_EPILOG: Final = """\
Regarde, et ne change rien : horloge, disques, droits, base et ses réglages, urnes et journaux
ligne par ligne, listes électorales, clés, ce qui a été publié, page de vote, adresse, émargements
récrits, messages en attente, sauvegardes.
Sur le serveur, avec son compte, dont les réglages PREAU_… sont dans l'environnement
(docs/operations.md).

codes de sortie : 0 tout va bien, 1 au moins une chose à voir, 2 au moins une chose grave."""
_WIDTH: Final = max(len(level.word) for level in Level) + 2


def main(arguments: list[str]) -> int:
    """Say what is wrong; the exit status is how bad the worst of it is."""
    parser = FrenchParser("evote doctor", "Dire ce qui ne va pas sur ce serveur.", _EPILOG)
    add = parser.add_argument
    add("--json", action="store_true", help="pour un programme (docs/schemas/doctor.schema.json)")
    add("--online", action="store_true", help="demander aussi la page, comme les parents")
    add(
        "--clock-from",
        action="append",
        default=[],
        metavar="https://…",
        help="comparer l'heure à celle d'un autre serveur web",
    )
    options = parser.parse_args(arguments)
    for url in options.clock_from:
        _require_https(url)
    asked = Asked(_booth_of, tuple(options.clock_from), options.online)
    findings = []
    for finding in examine(asked):
        findings.append(finding)
        if not options.json:
            _say(finding)
    level = worst(findings)
    if options.json:
        rows: list[JsonValue] = [finding.encode() for finding in findings]
        report: JsonValue = {"version": 1, "verdict": level.name.lower(), "findings": rows}
        print(encode_json(report).decode("utf-8"))
    else:
        _conclude(findings)
    return level


def _require_https(url: str) -> None:
    address = urlsplit(url)
    if address.scheme != "https" or not address.hostname:
        raise Unreadable(
            f"« {printable(url)} » n'est pas une adresse https",
            "donnez celle d'un serveur web, par exemple https://time.example/",
        )


def _say(finding: Finding) -> None:
    message, advice = (printable(each, LONGEST) for each in (finding.message, finding.advice))
    print(f"{f'[{finding.level.word}]':<{_WIDTH}} {message}", flush=True)
    if advice:
        print(f"{'':<{_WIDTH}}   à faire : {advice}", flush=True)


def _conclude(findings: list[Finding]) -> None:
    levels = [finding.level for finding in findings]
    bad, worse = levels.count(Level.TO_SEE), levels.count(Level.SERIOUS)
    if not bad and not worse:
        print(f"Tout va bien : {count(len(levels), 'point regardé')}.")
    else:
        print(f"{count(worse, 'chose grave')}, {count(bad, 'chose à voir', 'choses à voir')}.")


@functools.cache
def _booth() -> Booth | None:
    with contextlib.suppress(AssetsMissing):
        assets = read_assets()
        return Booth(Pages(LANGUAGES, assets.__getitem__), assets)
    return None


def _booth_of(uuid: str) -> bytes | None:
    booth = _booth()
    return None if booth is None else encode_booth(booth.files(uuid))
