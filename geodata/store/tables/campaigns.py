"""Campaigns, what units did at their nodes, monthly reports, and months that are closed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from geodata.domain.campaign import RecordKind
from geodata.domain.monthly import ReportState
from geodata.store.tables.base import Base, CreatedAt, RowId, one_of


class CampaignFile(Base):
    """A campaign as its file tells it; loaded again it takes the place of the earlier one."""

    __tablename__ = "campaign_file"

    id: Mapped[RowId]
    district_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    key: Mapped[str]
    year: Mapped[int] = mapped_column(Integer)
    content: Mapped[str]
    loaded_by: Mapped[str]
    created_at: Mapped[CreatedAt]

    __table_args__ = (Index("uq_campaign_file_key", "district_code", "key", unique=True),)


class NodeMark(Base):
    """A unit has done what a node asks for, at a moment, as somebody says."""

    __tablename__ = "node_mark"

    id: Mapped[RowId]
    campaign_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("campaign_file.id"))
    node_key: Mapped[str]
    unit_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    done_at: Mapped[datetime]
    note: Mapped[str | None]
    marked_by: Mapped[str]
    created_at: Mapped[CreatedAt]

    __table_args__ = (
        Index("uq_node_mark_unit", "campaign_id", "node_key", "unit_code", unique=True),
    )


class CampaignRecord(Base):
    """A letter signed, a broadcast, a meeting, a document: when, what, by whom."""

    __tablename__ = "campaign_record"

    id: Mapped[RowId]
    district_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    town_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))
    neighbourhood_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))
    kind: Mapped[str]
    held_on: Mapped[date]
    title: Mapped[str]
    told: Mapped[dict[str, Any]]
    added_by: Mapped[str]
    file_name: Mapped[str | None]
    media_type: Mapped[str | None]
    digest: Mapped[str | None]
    created_at: Mapped[CreatedAt]

    __table_args__ = (
        one_of("kind", RecordKind),
        Index(None, "district_code", "kind", "held_on"),
    )


class MonthlyReport(Base):
    """What a town reports of a month: figures as they stood when it sent them, and its words."""

    __tablename__ = "monthly_report"

    id: Mapped[RowId]
    district_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    town_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    month: Mapped[date]
    state: Mapped[str]
    figures: Mapped[dict[str, Any]]
    narrative: Mapped[dict[str, Any]]
    comment: Mapped[str | None]
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[str | None]
    row_version: Mapped[int] = mapped_column(Integer, server_default="1")

    __table_args__ = (
        one_of("state", ReportState),
        Index("uq_monthly_report_town", "town_code", "month", unique=True),
        Index(None, "district_code", "month"),
    )


class Snapshot(Base):
    """A month that is closed: figures by town, with the version of the rules behind them."""

    __tablename__ = "snapshot"

    id: Mapped[RowId]
    district_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    month: Mapped[date]
    rules_version: Mapped[str]
    figures: Mapped[dict[str, Any]]
    closed_at: Mapped[datetime]
    closed_by: Mapped[str]

    __table_args__ = (Index("uq_snapshot_month", "district_code", "month", unique=True),)


class SnapshotRow(Base):
    """A site as it stood when a month was closed: what its figures are counted from."""

    __tablename__ = "snapshot_row"

    snapshot_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("snapshot.id"), primary_key=True
    )
    site_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    town_code: Mapped[str]
    neighbourhood_code: Mapped[str | None]
    name: Mapped[str]
    category: Mapped[str | None]
    households: Mapped[int | None] = mapped_column(Integer)
    is_covered: Mapped[bool] = mapped_column(Boolean)
    is_market: Mapped[bool] = mapped_column(Boolean)
    is_verified: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (Index(None, "snapshot_id", "town_code"),)
