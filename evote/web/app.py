# SPDX-License-Identifier: AGPL-3.0-or-later
"""The server as one application, made from its settings; nothing happens at import."""

import contextlib
import functools
from collections.abc import AsyncIterator
from typing import Final

from fastapi import FastAPI

from evote.clock import Clock, system_clock
from evote.database.connection import Database
from evote.settings import Settings, witnesses_of
from evote.upkeep import Cosignatures, Steps, Upkeep, going_on
from evote.web import api, logs, operating, problems, public, voter
from evote.web.compressing import Compress
from evote.web.head_requests import HeadLikeGet
from evote.web.languages import LANGUAGES
from evote.web.metrics import Watch
from evote.web.own_files import OwnFiles, read_own_files
from evote.web.security import BodyLimit, SecurityHeaders
from evote.web.services import Services
from evote.web.upkeep import every
from evote.witnessing.cosigning import Cosigning

UPKEEP_SECONDS: Final = 60
STEP_SECONDS: Final = 1
ROUTERS: Final = (public.router, logs.router, voter.router, api.router, operating.router)


def create_app(
    settings: Settings,
    database: Database,
    *,
    clock: Clock = system_clock,
    files: OwnFiles | None = None,
    with_upkeep: bool = True,
) -> FastAPI:
    """Return the application; the database is closed when it stops.

    It publishes what is due, every second, and then asks the witnesses; with ``with_upkeep`` it
    does by itself whatever else ``evote worker`` does, every minute.

    Its own files are ``files``, or else are read, with pages in every language.

    Raises:
        AssetsMissing: the package lacks a file of its own.
    """
    services = Services(settings, database, clock, files or read_own_files(LANGUAGES))

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        outbox, publisher = settings.outbox_folder, services.publisher
        counted = functools.partial(every, count=services.metrics.count)
        work = Upkeep(database, services.keys, outbox, clock, publisher)
        async with contextlib.AsyncExitStack() as stack:
            if with_upkeep:
                await stack.enter_async_context(counted(UPKEEP_SECONDS, work.step))
            await stack.enter_async_context(counted(STEP_SECONDS, Steps(publisher).step))
            for witness in witnesses_of(settings):
                asking = Cosignatures(Cosigning(database, publisher, witness))
                ask = functools.partial(going_on, asking.step)
                await stack.enter_async_context(counted(STEP_SECONDS, ask))
            yield
        database.close()

    app = FastAPI(
        title="Préau",
        summary="What the booth asks of its server",
        version="1",
        openapi_url="/api/openapi.json",
        docs_url=None,  # its page loads scripts of others
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.services = services
    for router in ROUTERS:
        app.include_router(router)
    problems.install(app)
    # The last one added is the outermost.
    app.add_middleware(BodyLimit)
    app.add_middleware(problems.LastResort)
    app.add_middleware(Compress)
    app.add_middleware(Watch, metrics=services.metrics, clock=clock)
    https = settings.public_url.startswith("https:")
    app.add_middleware(SecurityHeaders, https=https)
    app.add_middleware(HeadLikeGet)
    return app
