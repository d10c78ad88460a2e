"""Lay the foundation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Lay the foundation."""
    op.create_table(
        "audit_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_line")),
    )
    op.create_index("ix_audit_line_actor_at", "audit_line", ["actor", "at"], unique=False)
    op.create_index("ix_audit_line_at", "audit_line", ["at"], unique=False)
    op.create_table(
        "division",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("aliases", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("is_reporting_unit", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("is_sample", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("geom", Geometry("MULTIPOLYGON", srid=4490, spatial_index=False), nullable=True),
        sa.Column(
            "geom_3857",
            Geometry("MULTIPOLYGON", srid=3857, spatial_index=False),
            sa.Computed("st_transform(geom, 3857)", persisted=True),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(kind = 'district') = (code = district_code)", name=op.f("ck_division_district")
        ),
        sa.CheckConstraint(
            "(kind = 'district') = (parent_code IS NULL)", name=op.f("ck_division_parent")
        ),
        sa.CheckConstraint(
            "kind IN ('district', 'town', 'neighbourhood')", name=op.f("ck_division_kind")
        ),
        sa.ForeignKeyConstraint(
            ["district_code"], ["division.code"], name=op.f("fk_division_district_code")
        ),
        sa.ForeignKeyConstraint(
            ["parent_code"], ["division.code"], name=op.f("fk_division_parent_code")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_division")),
        sa.UniqueConstraint("code", "parent_code", name=op.f("uq_division_code_parent_code")),
        sa.UniqueConstraint("parent_code", "name", name=op.f("uq_division_parent_code_name")),
    )
    op.create_index(
        "ix_division_district_code_kind_sort_order",
        "division",
        ["district_code", "kind", "sort_order"],
        unique=False,
    )
    op.create_index("ix_division_geom", "division", ["geom"], unique=False, postgresql_using="gist")
    op.create_table(
        "site_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("site_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("row_id", sa.BigInteger(), nullable=False),
        sa.Column("old", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("new", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_version")),
    )
    op.create_index(
        "ix_site_version_site_id_effective_on_id",
        "site_version",
        ["site_id", "effective_on", "id"],
        unique=False,
    )
    op.create_index(
        "ix_site_version_subject_effective_on",
        "site_version",
        ["subject", "effective_on"],
        unique=False,
    )
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "role IN ('administrator', 'district_lead', 'leader', 'inspector', 'town', 'neighbourhood')",
            name=op.f("ck_account_role"),
        ),
        sa.ForeignKeyConstraint(
            ["division_code"], ["division.code"], name=op.f("fk_account_division_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("username", name=op.f("uq_account_username")),
    )
    op.create_table(
        "landuse",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("geom", Geometry("MULTIPOLYGON", srid=4490, spatial_index=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_code"], ["division.code"], name=op.f("fk_landuse_district_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_landuse")),
    )
    op.create_index("ix_landuse_geom", "landuse", ["geom"], unique=False, postgresql_using="gist")
    op.create_index("uq_landuse_source_id", "landuse", ["district_code", "source_id"], unique=True)
    op.create_table(
        "road",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("highway", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("is_oneway", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("access", sa.Text(), nullable=True),
        sa.Column("geom", Geometry("LINESTRING", srid=4490, spatial_index=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_code"], ["division.code"], name=op.f("fk_road_district_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_road")),
    )
    op.create_index("ix_road_geom", "road", ["geom"], unique=False, postgresql_using="gist")
    op.create_index("uq_road_source_id", "road", ["district_code", "source_id"], unique=True)
    op.create_table(
        "site",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("town_code", sa.Text(), nullable=False),
        sa.Column("neighbourhood_code", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("built_year", sa.Integer(), nullable=True),
        sa.Column("floor_area_m2", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("buildings", sa.Integer(), nullable=True),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.Column("occupied_households", sa.Integer(), nullable=True),
        sa.Column("service_star", sa.Text(), nullable=True),
        sa.Column("company", sa.Text(), nullable=True),
        sa.Column("developer", sa.Text(), nullable=True),
        sa.Column("project_manager", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("fee_min_yuan", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column("fee_max_yuan", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column("subsidised", sa.Boolean(), nullable=True),
        sa.Column("owners_committee", sa.Boolean(), nullable=True),
        sa.Column("maintenance_fund", sa.Boolean(), nullable=True),
        sa.Column("utility_handover", sa.Boolean(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "source_row",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
        ),
        sa.Column("listed_on", sa.Date(), nullable=False),
        sa.Column("delisted_on", sa.Date(), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("geom", Geometry("MULTIPOLYGON", srid=4490, spatial_index=False), nullable=True),
        sa.Column("point", Geometry("POINT", srid=4490, spatial_index=False), nullable=True),
        sa.Column("geom_source", sa.Text(), nullable=True),
        sa.Column(
            "geom_3857",
            Geometry("MULTIPOLYGON", srid=3857, spatial_index=False),
            sa.Computed("st_transform(geom, 3857)", persisted=True),
            nullable=True,
        ),
        sa.CheckConstraint(
            "category IN ('commodity_housing', 'old_community', 'new_rural', 'institution_run', 'enterprise_run', 'standalone_building')",
            name=op.f("ck_site_category"),
        ),
        sa.CheckConstraint(
            "service_star IN ('5', '4', '3', '2', '1', 'unrated')",
            name=op.f("ck_site_service_star"),
        ),
        sa.CheckConstraint("buildings >= 0 AND households >= 0", name=op.f("ck_site_counts")),
        sa.CheckConstraint("delisted_on > listed_on", name=op.f("ck_site_delisted_on")),
        sa.CheckConstraint("floor_area_m2 >= 0", name=op.f("ck_site_floor_area_m2")),
        sa.CheckConstraint("geom IS NULL OR NOT st_isempty(geom)", name=op.f("ck_site_geom")),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 200", name=op.f("ck_site_name")),
        sa.ForeignKeyConstraint(
            ["district_code"], ["division.code"], name=op.f("fk_site_district_code")
        ),
        sa.ForeignKeyConstraint(
            ["neighbourhood_code", "town_code"],
            ["division.code", "division.parent_code"],
            name=op.f("fk_site_neighbourhood_code_town_code"),
        ),
        sa.ForeignKeyConstraint(
            ["town_code", "district_code"],
            ["division.code", "division.parent_code"],
            name=op.f("fk_site_town_code_district_code"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
    )
    op.create_index(
        "ix_site_district_code_town_code_neighbourhood_code",
        "site",
        ["district_code", "town_code", "neighbourhood_code"],
        unique=False,
    )
    op.create_index("ix_site_geom", "site", ["geom"], unique=False, postgresql_using="gist")
    op.create_index(
        "ix_site_geom_3857", "site", ["geom_3857"], unique=False, postgresql_using="gist"
    )
    op.create_index("ix_site_point", "site", ["point"], unique=False, postgresql_using="gist")
    op.create_index(
        "uq_site_external_id",
        "site",
        ["district_code", "external_id"],
        unique=True,
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_table(
        "api_token",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_api_token_account_id")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_api_token")),
    )
    op.create_index("ix_api_token_account_id", "api_token", ["account_id"], unique=False)
    op.create_table(
        "footprint",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("town_code", sa.Text(), nullable=True),
        sa.Column("neighbourhood_code", sa.Text(), nullable=True),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("use", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("floors", sa.Integer(), nullable=True),
        sa.Column("height_m", sa.Float(), nullable=True),
        sa.Column("site_id", sa.BigInteger(), nullable=True),
        sa.Column("geom", Geometry("MULTIPOLYGON", srid=4490, spatial_index=False), nullable=False),
        sa.Column(
            "geom_3857",
            Geometry("MULTIPOLYGON", srid=3857, spatial_index=False),
            sa.Computed("st_transform(geom, 3857)", persisted=True),
            nullable=True,
        ),
        sa.Column(
            "area_m2",
            sa.Float(),
            sa.Computed("st_area(st_transform(geom, 4326)::geography)", persisted=True),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["district_code"], ["division.code"], name=op.f("fk_footprint_district_code")
        ),
        sa.ForeignKeyConstraint(
            ["neighbourhood_code"], ["division.code"], name=op.f("fk_footprint_neighbourhood_code")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_footprint_site_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["town_code"], ["division.code"], name=op.f("fk_footprint_town_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_footprint")),
    )
    op.create_index(
        "ix_footprint_geom", "footprint", ["geom"], unique=False, postgresql_using="gist"
    )
    op.create_index(
        "ix_footprint_site_id",
        "footprint",
        ["site_id"],
        unique=False,
        postgresql_where=sa.text("site_id IS NOT NULL"),
    )
    op.create_index(
        "uq_footprint_source_id", "footprint", ["district_code", "source_id"], unique=True
    )
    op.create_table(
        "inspection",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("site_id", sa.BigInteger(), nullable=False),
        sa.Column("inspected_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("confirms_cover", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('self_check', 'inspection', 'supervision', 'reinspection', 'acceptance')",
            name=op.f("ck_inspection_kind"),
        ),
        sa.CheckConstraint("result IN ('passed', 'problems')", name=op.f("ck_inspection_result")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_inspection_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
    )
    op.create_index(
        "ix_inspection_site_id_inspected_on",
        "inspection",
        ["site_id", "inspected_on"],
        unique=False,
    )
    op.create_table(
        "login_session",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_login_session_account_id")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_login_session")),
    )
    op.create_index("ix_login_session_account_id", "login_session", ["account_id"], unique=False)
    op.create_table(
        "management_arrangement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("site_id", sa.BigInteger(), nullable=False),
        sa.Column("management_type", sa.Text(), nullable=False),
        sa.Column("is_backstop", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("company", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "management_type IN ('professional', 'simple', 'unit_run', 'owner_run', 'neighbourhood_run', 'none')",
            name=op.f("ck_management_arrangement_management_type"),
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_management_arrangement_ends_on")),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_management_arrangement_site_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_management_arrangement")),
    )
    op.create_index(
        "ix_management_arrangement_site_id_starts_on",
        "management_arrangement",
        ["site_id", "starts_on"],
        unique=False,
    )
    op.create_index(
        "uq_management_arrangement_in_force",
        "management_arrangement",
        ["site_id", "management_type"],
        unique=True,
        postgresql_where=sa.text("ends_on IS NULL"),
    )
    op.create_table(
        "finding",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("site_id", sa.BigInteger(), nullable=False),
        sa.Column("inspection_id", sa.BigInteger(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("handed_in_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("closed_on >= opened_on", name=op.f("ck_finding_closed_on")),
        sa.CheckConstraint("due_on >= opened_on", name=op.f("ck_finding_due_on")),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspection.id"], name=op.f("fk_finding_inspection_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_finding_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    op.create_index(
        "ix_finding_site_id_opened_on", "finding", ["site_id", "opened_on"], unique=False
    )
