"""Run migrations over the connection that `geodata.store.migrate` hands in."""

from __future__ import annotations

from alembic import context

from geodata.store.migrate import is_ours
from geodata.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_object=is_ours,
)
with context.begin_transaction():
    context.run_migrations()
