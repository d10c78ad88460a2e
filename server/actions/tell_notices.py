"""Notices: noted in the transaction of what they tell, delivered elsewhere by the worker."""

from __future__ import annotations

import secrets
import time
import urllib.request
from collections.abc import Sequence
from typing import Any, Final
from urllib.error import URLError
from urllib.parse import urlsplit

from sqlalchemy import Engine, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geodata.domain.access import Role, Scope
from geodata.domain.campaign import NodeState
from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError
from geodata.domain.notice import (
    DeliveryState,
    Message,
    Notice,
    NoticeKind,
    WebhookShape,
    message_of,
)
from geodata.domain.period import now
from geodata.store.audit import audit
from geodata.store.campaigns import find_campaigns, node_board
from geodata.store.queries.divisions import find_divisions
from geodata.store.queries.state import within
from geodata.store.session import Change, reading, writing
from geodata.store.tables import Delivery, NoticeRow, Webhook
from server.actions.shown import pick_district
from server.auth import Actor
from server.jobs import Job, enqueue
from server.settings import Settings

_LEADING: Final = frozenset({Role.ADMINISTRATOR, Role.DISTRICT_LEAD})
_WAITS_S: Final = 10
_MOST_ATTEMPTS: Final = 8
_OK: Final = range(200, 300)


def note(session: Session, notice: Notice) -> None:
    """Note what is to be told, in the caller's transaction; what was told already is left alone."""
    values = {
        "district_code": notice.district,
        "town_code": notice.town,
        "kind": notice.kind.value,
        "title": notice.title,
        "text": notice.text,
        "link": notice.link,
        "key": notice.key,
    }
    made = session.scalar(
        insert(NoticeRow)
        .values(values)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(NoticeRow.id)
    )
    if made is None:
        return
    hooks = select(Webhook.id).where(Webhook.district_code == notice.district, Webhook.is_active)
    for hook in session.scalars(hooks).all():
        delivery = Delivery(
            webhook_id=hook, notice_id=made, state=DeliveryState.WAITING.value, attempts=0
        )
        session.add(delivery)
        session.flush()
        enqueue(session, Job.DELIVER, delivery_id=delivery.id)


def add_webhook(
    engine: Engine,
    settings: Settings,
    actor: Actor,
    *,
    district: str | None,
    url: str,
    shape: WebhookShape,
) -> tuple[int, str]:
    """Add a receiver; return its id, and its secret, which is shown this once.

    Raises:
        DomainError: ``auth.forbidden``; ``webhook.not_allowed`` for a host outside the list that
            the operator has set.
    """
    if actor.role not in _LEADING:
        raise DomainError("auth.forbidden", role=actor.role.value)
    check_host(settings, url)
    secret = secrets.token_urlsafe(32)
    with writing(engine, actor.change("add_webhook")) as session:
        districts = find_divisions(session, actor.scope, kind=DivisionKind.DISTRICT)
        hook = Webhook(
            district_code=pick_district(districts, district).code,
            url=url,
            shape=shape.value,
            secret=secret,
            created_by=actor.username,
        )
        session.add(hook)
        session.flush()
        audit(session, actor.username, "add_webhook", str(hook.id), host=urlsplit(url).netloc)
        return hook.id, secret


def check_host(settings: Settings, url: str) -> None:
    """Refuse an address whose host the operator has not allowed.

    Raises:
        DomainError: ``webhook.not_allowed``.
    """
    parts = urlsplit(url)
    allowed = parts.scheme in ("http", "https") and parts.netloc in settings.webhook_hosts
    if not allowed or parts.username:
        raise DomainError(
            "webhook.not_allowed", host=parts.netloc, allowed=sorted(settings.webhook_hosts)
        )


def find_notices(session: Session, scope: Scope, district: str, *, limit: int) -> Sequence[Any]:
    """Return what was told in scope, the newest first."""
    return session.scalars(
        select(NoticeRow)
        .where(NoticeRow.district_code == district, within(scope, NoticeRow))
        .order_by(NoticeRow.id.desc())
        .limit(limit)
    ).all()


def find_deliveries(session: Session, district: str, *, limit: int) -> Sequence[Any]:
    """Return deliveries of a district, the newest first, each with its receiver's host."""
    rows = session.execute(
        select(Delivery, Webhook.url, NoticeRow.title)
        .join(Webhook, Webhook.id == Delivery.webhook_id)
        .join(NoticeRow, NoticeRow.id == Delivery.notice_id)
        .where(Webhook.district_code == district)
        .order_by(Delivery.id.desc())
        .limit(limit)
    ).all()
    return [(one, urlsplit(url).netloc, title) for one, url, title in rows]


def deliver(engine: Engine, settings: Settings, delivery_id: int) -> None:
    """Send a notice to its receiver, at least once; a failure is noted and raised to be retried.

    Raises:
        DomainError: ``webhook.not_delivered`` while there are attempts left.
    """
    with reading(engine, Scope.everything()) as session:
        delivery = session.get_one(Delivery, delivery_id)
        hook = session.get_one(Webhook, delivery.webhook_id)
        row = session.get_one(NoticeRow, delivery.notice_id)
        if delivery.state != DeliveryState.WAITING or not hook.is_active:
            return
        names = ("kind", "title", "text", "link")
        notice = {name: getattr(row, name) for name in names} | {"town": row.town_code}
        message = message_of(
            WebhookShape(hook.shape),
            hook.url,
            hook.secret,
            number=row.id,
            notice=notice,
            address=settings.address or "",
            at_ms=int(time.time() * 1000),
        )
        attempts = delivery.attempts + 1
    fault = _send(settings, message)
    is_over = fault is not None and attempts >= _MOST_ATTEMPTS
    state = DeliveryState.DELIVERED if fault is None else DeliveryState.WAITING
    with writing(engine, Change("worker", "deliver", scope=Scope.everything())) as session:
        session.execute(
            update(Delivery)
            .where(Delivery.id == delivery_id)
            .values(
                state=DeliveryState.FAILED.value if is_over else state.value,
                attempts=attempts,
                last_error=fault,
                delivered_at=now() if fault is None else None,
            )
        )
    if fault is not None and not is_over:
        raise DomainError("webhook.not_delivered", reason=fault)


class _Straight(urllib.request.HTTPRedirectHandler):
    """Follows no redirection: it would lead to a host that nobody has allowed."""

    def redirect_request(self, *_: Any, **__: Any) -> None:  # noqa: ANN401 - as the library has it
        return None


def _send(settings: Settings, message: Message) -> str | None:
    """Send, and return what went wrong, ``None`` for nothing."""
    try:
        check_host(settings, message.url)
        request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
            message.url, data=message.body, headers=dict(message.headers), method="POST"
        )
        opener = urllib.request.build_opener(_Straight, urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=_WAITS_S) as answer:
            return None if answer.status in _OK else f"HTTP {answer.status}"
    except (URLError, OSError, ValueError) as error:
        return str(error)[:300]
    except DomainError as refusal:
        return refusal.code


def remind(engine: Engine) -> int:
    """Note the reminders of today, each once; return how many nodes are reminded of."""
    moment, everything, count = now(), Scope.everything(), 0
    with writing(engine, Change("worker", "remind", scope=Scope.everything())) as session:
        for district in find_divisions(session, everything, kind=DivisionKind.DISTRICT):
            for loaded in find_campaigns(session, everything, district.code):
                if moment.date() not in loaded.campaign.period:
                    continue
                for cell in node_board(session, everything, loaded, now=moment):
                    if cell.reminded is None or cell.state is not NodeState.OPEN:
                        continue
                    is_town = cell.unit.kind is DivisionKind.TOWN
                    if cell.unit.kind is DivisionKind.NEIGHBOURHOOD:
                        continue
                    count += 1
                    note(
                        session,
                        Notice(
                            NoticeKind.NODE_DUE,
                            district.code,
                            cell.unit.code if is_town else None,
                            f"{cell.unit.name}: {cell.node.name}",
                            f"{cell.node.period.last_on} ({cell.reminded})",
                            "/campaign",
                            f"node/{loaded.id}/{cell.node.key}/{cell.unit.code}/{moment.date()}",
                        ),
                    )
    return count
