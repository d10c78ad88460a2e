"""The application: routes, middleware, errors, put together for one database."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from urllib.parse import urlsplit

from fastapi import FastAPI
from sqlalchemy import Engine
from sqlalchemy.pool import QueuePool
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from geodata.store.session import connect
from server.api import api_router
from server.api.archives import PMTILES
from server.assets import mount_assets
from server.docs import add_docs
from server.errors import add_error_handlers
from server.limits import LimitMiddleware
from server.observing import ObservingMiddleware
from server.pages import pages_router
from server.pages.render import error_page
from server.replica import Replica, WrittenMiddleware
from server.security import SecurityMiddleware
from server.settings import Settings
from server.tiles.application import TileMiddleware
from server.tiles.kept import Folder, Memory
from server.tiles.live import Live
from server.tiles.passes import Passes
from server.tiles.serving import Tiles
from server.tiles.sweeping import sweeping

_WORTH_COMPRESSING_BYTES = 1024
_FAST_COMPRESSION = 4
_LETS_GO_WITHIN_S = 5


def create_app(settings: Settings) -> FastAPI:
    """Return the application; it connects when the first request needs the database."""
    engine = connect(settings.database_url, is_pooled=settings.direct_url is not None)
    replica = None if settings.replica_url is None else Replica(settings.replica_url)
    live = Live(engine, settings.direct_url or settings.database_url, replica)
    folder = None if settings.tiles is None else Folder(settings.tiles)
    secret = settings.tiles_secret

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with live.running() as is_first, sweeping(folder):
            yield
        if is_first:
            for one in (engine, replica.engine) if replica else (engine,):
                await asyncio.to_thread(_let_go, one)

    app = FastAPI(
        title="覆盖 fugai",
        version=version("fugai"),
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.engine = engine
    app.state.replica = replica
    app.state.settings = settings
    app.state.live = live
    app.state.tiles = Tiles(live, Memory(settings.tiles_memory_bytes), folder)
    app.state.passes = Passes(secret) if folder and secret else None
    app.state.error_page = error_page
    add_error_handlers(app)
    app.include_router(api_router)
    app.include_router(pages_router)
    add_docs(app)
    mount_assets(app)
    app.add_middleware(
        GZipMiddleware,
        minimum_size=_WORTH_COMPRESSING_BYTES,
        compresslevel=_FAST_COMPRESSION,
        # A range of bytes means those that lie in the file; they are compressed there already.
        exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, PMTILES),
    )
    app.add_middleware(
        SecurityMiddleware,
        image_hosts=basemap_origin(settings),
        provider=settings.provider.origin if settings.provider else "",
    )
    app.add_middleware(TileMiddleware, tiles=app.state.tiles)
    if replica is not None:
        app.add_middleware(WrittenMiddleware, primary=engine)
    if settings.limits:
        app.add_middleware(LimitMiddleware)
    app.add_middleware(ObservingMiddleware)
    return app


def _let_go(engine: Engine) -> None:
    """Close all connections; threads that still answer somebody are waited for, not for long."""
    pool, deadline = engine.pool, time.monotonic() + _LETS_GO_WITHIN_S
    while isinstance(pool, QueuePool) and pool.checkedout() and time.monotonic() < deadline:
        time.sleep(0.02)
    engine.dispose()


def basemap_origin(settings: Settings) -> str:
    """Return the one foreign origin a page may load images from: the set basemap's, or none."""
    if settings.tianditu_key:
        return "https://*.tianditu.gov.cn"
    if settings.basemap_url:
        parts = urlsplit(settings.basemap_url)
        host = parts.netloc.replace("{s}", "*")
        return f"{parts.scheme}://{host}" if host else ""
    return ""
