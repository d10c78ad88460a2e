"""Part the administrators into three, let a token read only, and note where sites have been."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_ROLES = (
    *("administrator", "security_administrator", "audit_administrator"),
    *("district_lead", "leader", "inspector", "town", "neighbourhood"),
)
_WAS = """
INSERT INTO former_place (site_id, division_code)
SELECT DISTINCT v.site_id, was.code
FROM site_version AS v
JOIN site AS s ON s.id = v.site_id
CROSS JOIN LATERAL unnest(ARRAY[
  v.old ->> 'district_code', v.old ->> 'town_code', v.old ->> 'neighbourhood_code']) AS was(code)
WHERE v.subject = 'site' AND was.code IS NOT NULL
  AND was.code <> ALL (array_remove(
    ARRAY[s.district_code, s.town_code, s.neighbourhood_code], NULL))
"""


def upgrade() -> None:
    """Widen the check of roles; tokens from before may write as they could."""
    listed = ", ".join(f"'{one}'" for one in _ROLES)
    op.drop_constraint(op.f("ck_account_role"), "account", type_="check")
    op.create_check_constraint(op.f("ck_account_role"), "account", f"role IN ({listed})")
    op.add_column(
        "api_token", sa.Column("may_write", sa.Boolean(), server_default="true", nullable=False)
    )
    op.create_table(
        "former_place",
        sa.Column("site_id", sa.BigInteger(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_former_place_site_id")),
        sa.PrimaryKeyConstraint("site_id", "division_code", name=op.f("pk_former_place")),
    )
    op.create_index(op.f("ix_former_place_division_code"), "former_place", ["division_code"])
    op.execute(_WAS)
