"""The worker: takes jobs out of the queue and lets actions do them."""

from __future__ import annotations

from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from sqlalchemy import Engine

from geodata.store.session import connect, conninfo_of
from server.actions.plan_visits import fail_visit_plan, make_visit_plan
from server.actions.tell_notices import deliver, remind
from server.jobs import Job
from server.settings import Settings

_ATTEMPTS = 3
_STALLED_AFTER_S = 180
"""A worker that gives no sign of life for so long is dead; its jobs are begun anew."""


def worker_app(url: str, engine: Engine, settings: Settings) -> App:
    """Return the jobs bound to a database.

    Args:
        url: SQLAlchemy address of the database.
        engine: Of the same, for the actions.
        settings: Of the server: where it is reached, whom it may tell.
    """
    app = App(connector=PsycopgConnector(conninfo=conninfo_of(url)))
    again = RetryStrategy(max_attempts=_ATTEMPTS, exponential_wait=2)

    @app.task(name=Job.PLAN_VISITS.value, retry=again, pass_context=True)
    def plan_visits(context: JobContext, plan_id: int) -> None:
        try:
            make_visit_plan(engine, plan_id)
        except Exception:
            if context.job.attempts + 1 >= _ATTEMPTS:
                fail_visit_plan(engine, plan_id)
            raise

    @app.task(name=Job.DELIVER.value, retry=RetryStrategy(max_attempts=8, exponential_wait=3))
    def deliver_notice(delivery_id: int) -> None:
        deliver(engine, settings, delivery_id)

    @app.periodic(cron="*/10 * * * *")
    @app.task(name="remind", queueing_lock="remind")
    def remind_units(timestamp: int) -> None:
        del timestamp  # what is due follows from the clock of the server
        remind(engine)

    @app.periodic(cron="* * * * *")
    @app.task(name="begin_stalled_anew", queueing_lock="begin_stalled_anew", pass_context=False)
    async def begin_stalled_anew(timestamp: int) -> None:
        del timestamp  # the queue tells it to every periodic job
        jobs = app.job_manager
        for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=_STALLED_AFTER_S):
            await jobs.retry_job(job)

    return app


def run_worker(url: str, settings: Settings, *, waits: bool = True) -> None:
    """Do jobs, one at a time.

    Args:
        url: SQLAlchemy address of the database.
        settings: Of the server.
        waits: Whether to wait for more when the queue is empty; else it returns.
    """
    engine = connect(url, is_pooled=settings.direct_url is not None)
    app = worker_app(settings.direct_url or url, engine, settings)
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
