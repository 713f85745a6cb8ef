# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote serve``: the pages and the booth, until Ctrl-C."""

import importlib
import os
import socket
from pathlib import Path
from typing import Final

from evote.cli.parser import FrenchParser
from evote.cli.server.opened import left_over, not_upgraded
from evote.database.connection import DatabaseUnavailable
from evote.database.left_over import LeftOver
from evote.database.migrating import NotUpgraded
from evote.errors import Refusal, Unreadable
from evote.settings import SettingsError, read_settings
from evote.web.assets import AssetsMissing, read_assets
from evote.web.serving import migrate_database, serve
from tally.french import reason

_EPILOG: Final = """\
Les réglages viennent de l'environnement : PREAU_DATABASE_URL, PREAU_PUBLIC_URL,
PREAU_KEY_FOLDER, PREAU_OUTBOX_FOLDER, PREAU_PUBLISH_SECONDS, PREAU_WITNESS_FILE,
PREAU_METRICS_TOKEN (docs/operations.md). Devant, un serveur web donne le https.
Il publie aussi l'urne à chaque pas et la fait cosigner, remet les messages, récrit les
émargements et clôt à l'heure, comme evote worker.
--ready-made fait, dans un dossier, une école imaginaire ouverte au vote, et donne trois liens.

codes de sortie : 0 arrêté normalement, 1 réglage dangereux ou service impossible, 2 mal appelé."""
MAX_PORT: Final = 65_535
MAX_WORKERS: Final = 64


def main(arguments: list[str]) -> int:
    """Serve; 0 when it was asked to stop."""
    options = _parser().parse_args(arguments)
    if not (1 <= options.port <= MAX_PORT and 1 <= options.workers <= MAX_WORKERS):
        raise Unreadable(
            "le port ou le nombre de processus n'est pas possible",
            f"--port de 1 à {MAX_PORT} (8000 d'habitude), --workers de 1 à {MAX_WORKERS}",
        )
    _require_free(options.host, options.port, ready_made=options.ready_made is not None)
    if options.ready_made is not None:
        # What holds an election is needed for this alone; a server starts the sooner without it.
        made = importlib.import_module("evote.cli.ready_made")
        made.make_ready(options.ready_made, f"http://{options.host}:{options.port}")
    if options.no_upkeep:
        os.environ["PREAU_UPKEEP"] = "false"
    try:
        read_assets()
        settings = read_settings()
        migrate_database(settings)
    except SettingsError as cause:
        faults = " ; ".join(cause.faults)
        raise Refusal(f"réglages refusés : {faults}", "voir docs/operations.md") from cause
    except AssetsMissing as cause:
        raise Refusal(
            "le service ne peut pas démarrer : la page de vote n'a pas été faite",
            "dans un dossier de sources : make booth ; sinon, réinstallez Préau",
        ) from cause
    except LeftOver as cause:
        raise left_over(cause) from cause
    except NotUpgraded as cause:
        raise not_upgraded(cause) from cause
    except (DatabaseUnavailable, ValueError) as cause:
        raise Refusal(
            "le service ne peut pas démarrer : la base ne répond pas, ou ne convient pas",
            "vérifiez PREAU_DATABASE_URL, et ce que la base doit garantir (docs/operations.md)",
        ) from cause
    print(
        f"Préau est servi sur http://{options.host}:{options.port} (Ctrl-C pour arrêter)",
        flush=True,
    )
    serve(options.host, options.port, options.workers)
    return 0


def _parser() -> FrenchParser:
    parser = FrenchParser("evote serve", "Servir les pages de vote, jusqu'à Ctrl-C.", _EPILOG)
    add = parser.add_argument
    add("--host", default="127.0.0.1", metavar="ADRESSE", help="où écouter (127.0.0.1)")
    add("--port", type=int, default=8000, metavar="PORT", help="port (8000)")
    add("--workers", type=int, default=1, metavar="N", help="processus (1)")
    add("--no-upkeep", action="store_true", help="laisser à evote worker l'entretien")
    add("--ready-made", type=Path, metavar="DOSSIER", help="une école imaginaire toute prête")
    return parser


def _require_free(host: str, port: int, *, ready_made: bool) -> None:
    other = "make serve PORT=8080, ou --port 8080" if ready_made else "--port 8080"
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as cause:
            raise Refusal(
                f"on ne peut pas écouter sur {host}, port {port} : {reason(cause)}",
                f"choisissez un autre port, par exemple : {other}",
            ) from cause
