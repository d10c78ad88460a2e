"""What is told to people in the application, and to receivers elsewhere (S37)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import quote_plus


class NoticeKind(StrEnum):
    """What it is about."""

    NODE_DUE = "node_due"
    REPORT_RETURNED = "report_returned"
    FINDING_OPENED = "finding_opened"
    FINDING_HANDED_IN = "finding_handed_in"
    FINDING_REJECTED = "finding_rejected"


class WebhookShape(StrEnum):
    """Which body a receiver takes."""

    PLAIN = "plain"
    DINGTALK = "dingtalk"
    WECOM = "wecom"


class DeliveryState(StrEnum):
    """How a delivery stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell.

    Attributes:
        kind: What it is about.
        district: Code.
        town: Code, ``None`` for the district itself.
        title: One line.
        text: More of it; no personal data.
        link: Path in this application.
        key: Told once, however often it is noted.
    """

    kind: NoticeKind
    district: str
    town: str | None
    title: str
    text: str
    link: str
    key: str


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent to a receiver."""

    url: str
    body: bytes
    headers: Mapping[str, str]


_JSON: Final = {"Content-Type": "application/json; charset=utf-8"}


def message_of(
    shape: WebhookShape,
    url: str,
    secret: str,
    *,
    number: int,
    notice: Mapping[str, Any],
    address: str,
    at_ms: int,
) -> Message:
    """Return a notice as a receiver takes it, signed with its secret.

    DingTalk: milliseconds and secret, HMAC-SHA256, in the address; WeCom's own key stands in its
    address; a plain receiver finds ``X-Fugai-Signature: sha256=…`` over the body, and the
    number by which it knows a notice that comes twice.
    """
    link = f"{address}{notice['link']}"
    marked = f"### {notice['title']}\n{notice['text']}\n\n[{link}]({link})"
    match shape:
        case WebhookShape.DINGTALK:
            told: dict[str, Any] = {
                "msgtype": "markdown",
                "markdown": {"title": notice["title"], "text": marked},
            }
            sign = _sign(secret, f"{at_ms}\n{secret}".encode())
            mark = "&" if "?" in url else "?"
            url = f"{url}{mark}timestamp={at_ms}&sign={quote_plus(base64.b64encode(sign))}"
            return Message(url, _bytes(told), _JSON)
        case WebhookShape.WECOM:
            told = {"msgtype": "markdown", "markdown": {"content": marked}}
            return Message(url, _bytes(told), _JSON)
        case WebhookShape.PLAIN:
            names = ("kind", "title", "text", "town")
            told = {"id": number, "link": link, **{name: notice[name] for name in names}}
            body = _bytes(told)
            signed = {"X-Fugai-Signature": f"sha256={_sign(secret, body).hex()}"}
            return Message(url, body, {**_JSON, **signed})


def _sign(secret: str, content: bytes) -> bytes:
    return hmac.new(secret.encode(), content, hashlib.sha256).digest()


def _bytes(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
