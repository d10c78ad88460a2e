"""Whether the machine room is in order, without login; and what Prometheus reads."""

from __future__ import annotations

import os
from importlib.metadata import version
from ipaddress import ip_address
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Gauge,
    generate_latest,
    multiprocess,
)
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from geodata.domain.access import Role
from geodata.domain.errors import DomainError
from geodata.store.migrate import newest_revision
from geodata.store.session import reading
from server.auth import current_actor
from server.replica import Replica, position_of

router = APIRouter(tags=["health"])

_JOBS: Final = text(
    "SELECT status::text, count(*), coalesce(extract(epoch FROM now() - min(scheduled_at)), 0)"
    " FROM procrastinate_jobs WHERE status IN ('todo', 'doing', 'failed') GROUP BY status"
)


@router.get("/healthz")
def health(request: Request, response: Response) -> dict[str, Any]:
    """Tell whether the server reaches its database, and the versions."""
    answer: dict[str, Any] = {"status": "ok", "version": version("fugai")}
    try:
        with reading(request.app.state.engine) as session:
            row = session.execute(
                text("SELECT current_setting('server_version'), postgis_lib_version()")
            ).one()
        told = {"database": row[0], "postgis": row[1]}
        return answer | told | _replica(request)
    except DBAPIError:
        response.status_code = 503
        return answer | {"status": "database unreachable", "database": None, "postgis": None}


def _replica(request: Request) -> dict[str, int | None]:
    """Return how many bytes of the log a replica is behind, ``None`` where it is away."""
    replica: Replica | None = request.app.state.replica
    if replica is None:
        return {}
    there, here = replica.replayed(), position_of(request.app.state.engine)
    if there is None or here is None:
        return {"replica_behind_bytes": None}
    return {"replica_behind_bytes": max(0, here - there)}


@router.get("/readyz")
def ready(request: Request, response: Response) -> dict[str, Any]:
    """Tell whether requests may be sent here: the database answers with the schema of this code."""
    newest = newest_revision()
    try:
        with reading(request.app.state.engine) as session:
            standing = session.scalar(text("SELECT version_num FROM alembic_version"))
    except DBAPIError:
        standing = None
    is_ready = standing == newest
    response.status_code = 200 if is_ready else 503
    return {"ready": is_ready, "schema": standing, "wanted": newest}


@router.get("/metrics", response_class=Response)
def metrics(request: Request) -> Response:
    """Return counts for Prometheus, to this machine itself and to administrators."""
    if not _is_here(request) and current_actor(request).role is not Role.ADMINISTRATOR:
        raise DomainError("auth.forbidden", role=current_actor(request).role.value)
    content = generate_latest(_requests()) + generate_latest(_database(request))
    return Response(content, media_type=CONTENT_TYPE_LATEST)


def _is_here(request: Request) -> bool:
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _requests() -> CollectorRegistry:
    """Return what all processes of the server have counted."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    together = CollectorRegistry()
    multiprocess.MultiProcessCollector(together)  # type: ignore[no-untyped-call] # not typed there
    return together


def _database(request: Request) -> CollectorRegistry:
    """Return what the database knows: whether it answers, and how long jobs wait."""
    registry = CollectorRegistry()
    up = Gauge("fugai_database_up", "Whether the database answers", registry=registry)
    jobs = Gauge("fugai_jobs", "Jobs by status", ["status"], registry=registry)
    waits = Gauge("fugai_job_oldest_seconds", "Age of the oldest", ["status"], registry=registry)
    try:
        with reading(request.app.state.engine) as session:
            rows = session.execute(_JOBS).all()
    except DBAPIError:
        up.set(0)
        return registry
    up.set(1)
    for behind in _replica(request).values():
        Gauge("fugai_replica_up", "Whether it answers", registry=registry).set(behind is not None)
        Gauge("fugai_replica_behind_bytes", "Of the log", registry=registry).set(behind or 0)
    for status in ("todo", "doing", "failed"):
        jobs.labels(status).set(0)
    for status, count, age in rows:
        jobs.labels(status).set(count)
        waits.labels(status).set(float(age))
    return registry
