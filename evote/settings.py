# SPDX-License-Identifier: AGPL-3.0-or-later
"""The server's settings, from ``PREAU_…`` in the environment; unsafe ones are refused.

Nothing here weakens or turns off a check of an election: see docs/operations.md.
"""

import os
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from evote.origins import NoOrigin, is_here, origin_of
from evote.witness_file import Witness, WitnessFileFault, read_witnesses

MAX_PUBLISH_SECONDS: Final = 600
MIN_TOKEN: Final = 20
# Passwords that documents and installers give as examples.
_EXAMPLES: Final = frozenset(
    {"", "admin", "changeme", "change-me", "password", "postgres", "preau"}
)
_PREFIX: Final = "PREAU_"
# Of setup/, which installs: it says where downloads are kept.
_NOT_OF_THE_SERVER: Final = frozenset({"PREAU_CACHE"})


class SettingsError(Exception):
    """The settings are unsafe or cannot be read: one French sentence for each fault."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)


class Settings(BaseSettings):
    """What the server is told. Made by ``read_settings``, which has checked it.

    Attributes:
        database_url: ``sqlite:////path/preau.db`` or ``postgresql://…``.
        public_url: the origin that parents open; https, or http on this machine alone.
        key_folder: where the elections' keys lie, apart from the database.
        outbox_folder: where the file transport writes.
        publish_seconds: P of docs/protocol.md §18.7; 0 for a step after each ballot, on this
            machine alone.
        witness_file: the witnesses to ask, docs/protocol.md §22; none without it.
        metrics_token: who bears it may read ``/metrics``; nobody without it.
        upkeep: whether the server does the work of ``evote worker`` too.
        debug: shows errors in pages; on this machine alone.
    """

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    database_url: str
    public_url: str
    key_folder: Path | None = None
    outbox_folder: Path | None = None
    publish_seconds: Annotated[int, Field(ge=0, le=MAX_PUBLISH_SECONDS)] = 60
    witness_file: Path | None = None
    metrics_token: Annotated[SecretStr, Field(min_length=MIN_TOKEN)] | None = None
    upkeep: bool = True
    debug: bool = False


def read_settings(**given: object) -> Settings:
    """Read the environment, with what is ``given`` taking its place, and refuse what is unsafe.

    Raises:
        SettingsError: every fault found.
    """
    unknown = list(_unknown_names())
    try:
        settings = Settings(**given)  # type: ignore[arg-type]
    except ValidationError as cause:
        names = sorted({f"{_PREFIX}{error['loc'][0]}".upper() for error in cause.errors()})
        faults = [f"{name} manque, ou n'a pas une valeur possible" for name in names]
        raise SettingsError([*unknown, *faults]) from cause
    faults = [
        *unknown,
        *_url_faults(settings),
        *_database_faults(settings),
        *_key_faults(settings),
        *_outbox_faults(settings),
        *_witness_faults(settings),
    ]
    if faults:
        raise SettingsError(faults)
    return settings.model_copy(update={"public_url": origin_of(settings.public_url)})


def _unknown_names() -> Iterator[str]:
    known = [f"{_PREFIX}{name}".upper() for name in Settings.model_fields]
    for name in sorted(os.environ):
        ours = name.upper().startswith(_PREFIX) and name not in _NOT_OF_THE_SERVER
        if ours and name.upper() not in known:
            meant = get_close_matches(name.upper(), known, 1)
            yield f"{name} n'est pas un réglage" + (f" (plutôt {meant[0]} ?)" if meant else "")


def _url_faults(settings: Settings) -> list[str]:
    try:
        url = urlsplit(origin_of(settings.public_url))
    except NoOrigin as cause:
        return [f"PREAU_PUBLIC_URL {cause}"]
    faults = []
    if not is_here(str(url.hostname)):
        if url.scheme == "http":
            faults.append("PREAU_PUBLIC_URL est en http : les codes et les votes veulent https")
        if settings.debug:
            faults.append("PREAU_DEBUG est mis, mais PREAU_PUBLIC_URL n'est pas cette machine")
        if settings.publish_seconds == 0:
            faults.append(
                "PREAU_PUBLISH_SECONDS est 0, mais PREAU_PUBLIC_URL n'est pas cette machine : "
                "qui regarde l'urne verrait qui vote quand (60 d'habitude)"
            )
    return faults


def _database_faults(settings: Settings) -> list[str]:
    try:
        url = make_url(settings.database_url)
    except ArgumentError:
        return ["PREAU_DATABASE_URL n'est pas l'adresse d'une base"]
    kind = url.get_backend_name()
    if kind == "sqlite":
        return _sqlite_faults(url)
    if kind == "postgresql":
        return _postgresql_faults(url)
    return ["PREAU_DATABASE_URL n'est ni SQLite ni PostgreSQL"]


def _sqlite_faults(url: URL) -> list[str]:
    file = url.database or ":memory:"
    if file == ":memory:" or file.startswith("file:"):
        return ["PREAU_DATABASE_URL ne nomme pas de fichier"]
    if url.query:  # as mode=memory, which forgets every vote when the server stops
        return ["PREAU_DATABASE_URL a autre chose que le fichier de la base"]
    return []


def _postgresql_faults(url: URL) -> list[str]:
    faults = []
    if url.password is not None and str(url.password).lower() in _EXAMPLES:
        faults.append("le mot de passe de PREAU_DATABASE_URL est un exemple de manuel")
    if _crosses_network(url) and url.query.get("sslmode") not in ("verify-full", "verify-ca"):
        faults.append("PREAU_DATABASE_URL passe par le réseau sans sslmode=verify-full")
    return faults


def _key_faults(settings: Settings) -> list[str]:
    folder = settings.key_folder
    if folder is None:
        return ["PREAU_KEY_FOLDER manque : les clés se gardent hors de la base"]
    if not folder.is_dir():
        return [
            "PREAU_KEY_FOLDER n'est pas un dossier : d'un serveur neuf, faites-le (mkdir -m 0700) ;"
            " d'un autre, remettez-le"
        ]
    faults = []
    if folder.stat().st_mode & 0o077:
        faults.append("d'autres peuvent lire PREAU_KEY_FOLDER : fermez-le (chmod 700)")
    file = sqlite_file(settings.database_url)
    if file is not None and folder.resolve().is_relative_to(file.parent.resolve()):
        faults.append("PREAU_KEY_FOLDER est dans le dossier de la base, et dans ses sauvegardes")
    if file is not None and file.resolve().is_relative_to(folder.resolve()):
        faults.append("la base est dans PREAU_KEY_FOLDER")
    return faults


def _outbox_faults(settings: Settings) -> list[str]:
    outbox, keys = settings.outbox_folder, settings.key_folder
    if outbox is None:
        return []
    faults, place = [], outbox.resolve()
    if keys is not None and place.is_relative_to(keys.resolve()):
        faults.append("PREAU_OUTBOX_FOLDER est dans PREAU_KEY_FOLDER")
    file = sqlite_file(settings.database_url)
    if file is not None and place.is_relative_to(file.parent.resolve()):
        faults.append("PREAU_OUTBOX_FOLDER est dans le dossier de la base, et dans ses sauvegardes")
    if file is not None and file.resolve().is_relative_to(place):
        faults.append("la base est dans PREAU_OUTBOX_FOLDER")
    if outbox.is_dir() and outbox.stat().st_mode & 0o077:
        faults.append("d'autres peuvent lire PREAU_OUTBOX_FOLDER : fermez-le (chmod 700)")
    return faults


def _witness_faults(settings: Settings) -> list[str]:
    try:
        witnesses_of(settings)
    except WitnessFileFault as cause:
        return [str(cause)]
    return []


def witnesses_of(settings: Settings) -> tuple[Witness, ...]:
    """Return the witnesses that the server asks.

    Raises:
        WitnessFileFault: the file cannot be used; ``read_settings`` has refused that.
    """
    return () if settings.witness_file is None else read_witnesses(settings.witness_file)


def sqlite_file(url: str) -> Path | None:
    """Return the file of an SQLite database, None if the URL is of another."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        return None
    is_file = parsed.get_backend_name() == "sqlite" and parsed.database
    return Path(str(parsed.database)) if is_file else None


def is_elsewhere(url: str) -> bool:
    """Tell whether a database is on another machine."""
    return sqlite_file(url) is None and _crosses_network(make_url(url))


def _crosses_network(url: URL) -> bool:
    given = [url.host or "", *_texts(url, "host"), *_texts(url, "hostaddr")]
    hosts = [host for each in given for host in each.split(",") if host]
    return any(not host.startswith(("/", "@")) and not is_here(_bare(host)) for host in hosts)


def _texts(url: URL, name: str) -> tuple[str, ...]:
    value = url.query.get(name, ())
    return (value,) if isinstance(value, str) else value


def _bare(host: str) -> str:
    """Return a host of SQLAlchemy's ``host=NAME:PORT`` without its port."""
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() and ":" not in name else host
