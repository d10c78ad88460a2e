"""Note until when a contract runs, and which service is an emergency's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Note contracts."""
    op.add_column("management_arrangement", sa.Column("contract_until", sa.Date(), nullable=True))
    op.add_column(
        "management_arrangement",
        sa.Column("is_emergency", sa.Boolean(), server_default="false", nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_management_arrangement_contract_until"),
        "management_arrangement",
        "contract_until >= starts_on",
    )
