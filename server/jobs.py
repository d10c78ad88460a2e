"""Long work as jobs in PostgreSQL: put in the queue with the caller's transaction.

The queue is procrastinate's; `server.worker` takes jobs out of it.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

_DEFER: Final = text(
    "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW("
    "'default', :name, 0, :lock, NULL, CAST(:args AS jsonb), NULL)"
    "::procrastinate_job_to_defer_v1])"
)


class Job(StrEnum):
    """What the worker can do."""

    PLAN_VISITS = "plan_visits"
    DELIVER = "deliver"


def enqueue(session: Session, job: Job, *, lock: str | None = None, **args: Any) -> None:  # noqa: ANN401
    """Put a job in the queue: it is there when the transaction is committed, and only then.

    Args:
        session: A writing session.
        job: What to do.
        lock: Jobs with the same one are done one after the other.
        **args: What the job is told, as JSON.
    """
    session.execute(_DEFER, {"name": job.value, "lock": lock, "args": json.dumps(args)})
