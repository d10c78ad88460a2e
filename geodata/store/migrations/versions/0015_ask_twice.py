"""Keep the secret of a second factor, and logins that wait for its code."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Nobody has a second factor yet."""
    op.add_column("account", sa.Column("code_secret", sa.Text()))
    op.add_column("account", sa.Column("code_since", sa.TIMESTAMP(timezone=True)))
    op.add_column("account", sa.Column("code_step", sa.BigInteger()))
    op.add_column(
        "login_session", sa.Column("way", sa.Text(), server_default="password", nullable=False)
    )
    op.add_column(
        "login_session",
        sa.Column("awaits_code", sa.Boolean(), server_default="false", nullable=False),
    )
