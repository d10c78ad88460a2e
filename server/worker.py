"""The worker: takes jobs out of the queue and lets actions do them."""

from __future__ import annotations

from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from sqlalchemy import Engine

from geodata.store.session import connect
from server.actions.plan_visits import fail_visit_plan, make_visit_plan
from server.jobs import Job

_ATTEMPTS = 3
_STALLED_AFTER_S = 180
"""A worker that gives no sign of life for so long is dead; its jobs are begun anew."""


def worker_app(url: str, engine: Engine) -> App:
    """Return the jobs bound to a database.

    Args:
        url: SQLAlchemy address of the database.
        engine: Of the same, for the actions.
    """
    app = App(connector=PsycopgConnector(conninfo=url.replace("+psycopg", "", 1)))
    again = RetryStrategy(max_attempts=_ATTEMPTS, exponential_wait=2)

    @app.task(name=Job.PLAN_VISITS.value, retry=again, pass_context=True)
    def plan_visits(context: JobContext, plan_id: int) -> None:
        try:
            make_visit_plan(engine, plan_id)
        except Exception:
            if context.job.attempts + 1 >= _ATTEMPTS:
                fail_visit_plan(engine, plan_id)
            raise

    @app.periodic(cron="* * * * *")
    @app.task(name="begin_stalled_anew", queueing_lock="begin_stalled_anew", pass_context=False)
    async def begin_stalled_anew(timestamp: int) -> None:
        del timestamp  # the queue tells it to every periodic job
        jobs = app.job_manager
        for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=_STALLED_AFTER_S):
            await jobs.retry_job(job)

    return app


def run_worker(url: str, *, waits: bool = True) -> None:
    """Do jobs, one at a time.

    Args:
        url: SQLAlchemy address of the database.
        waits: Whether to wait for more when the queue is empty; else it returns.
    """
    engine = connect(url)
    app = worker_app(url, engine)
    try:
        with app.open():
            app.run_worker(
                concurrency=1,
                wait=waits,
                install_signal_handlers=waits,
                stalled_worker_timeout=_STALLED_AFTER_S,
                fetch_job_polling_interval=2,
            )
    finally:
        engine.dispose()
