"""What is told, to whom it is sent, and how that went."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from geodata.domain.notice import DeliveryState, NoticeKind, WebhookShape
from geodata.store.tables.base import Base, CreatedAt, RowId, one_of


class NoticeRow(Base):
    """One thing that is told to a town, or to the district."""

    __tablename__ = "notice"

    id: Mapped[RowId]
    district_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    town_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))
    neighbourhood_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))
    kind: Mapped[str]
    title: Mapped[str]
    text: Mapped[str]
    link: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[CreatedAt]

    __table_args__ = (one_of("kind", NoticeKind), Index(None, "district_code", "id"))


class Webhook(Base):
    """A receiver elsewhere of what a district is told; its secret never leaves the server."""

    __tablename__ = "webhook"

    id: Mapped[RowId]
    district_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    url: Mapped[str]
    shape: Mapped[str]
    secret: Mapped[str]
    is_active: Mapped[bool] = mapped_column(Boolean, server_default="true")
    created_by: Mapped[str]
    created_at: Mapped[CreatedAt]

    __table_args__ = (one_of("shape", WebhookShape), Index(None, "district_code"))


class Delivery(Base):
    """A notice on its way to a receiver: sent until it has it, some times at most."""

    __tablename__ = "delivery"

    id: Mapped[RowId]
    webhook_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("webhook.id"))
    notice_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("notice.id"))
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    last_error: Mapped[str | None]
    delivered_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("state", DeliveryState),
        Index("uq_delivery_notice", "webhook_id", "notice_id", unique=True),
        Index(None, "notice_id"),
    )
