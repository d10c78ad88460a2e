"""The notice of a plan for a community's board: what, until when, and a code for phones (S25)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import typst

from geodata.domain.site_plan import NOTICE_DAYS
from geodata.domain.vocabulary import Language
from server.i18n import fill, word
from server.qr import qr_code

_TEMPLATE: Final = Path(__file__).with_name("consultation_notice.typ")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationNotice:
    """What a notice says.

    Attributes:
        name: Of the community.
        place: Town and neighbourhood.
        measures: What is to be done.
        leads_to: Management type, and company if one is named.
        period: From when to when owners may answer, ``None`` while nobody has said.
        issuer: Who puts it up.
        address: What the code opens, ``None`` for no code.
    """

    name: str
    place: str
    measures: str
    leads_to: str
    period: str | None
    issuer: str
    address: str | None


def notice_pdf(notice: ConsultationNotice, language: Language) -> bytes:
    """Return a notice as PDF, A4 upright."""

    def say(key: str, **facts: object) -> str:
        return fill(word(f"notice.{key}", language), facts)

    told = {
        "title": say("title", name=notice.name),
        "opening": say("opening", name=notice.name, place=notice.place),
        "facts": [
            [say("measures"), notice.measures],
            [say("leads_to"), notice.leads_to],
            [say("period"), notice.period or say("no_period", days=NOTICE_DAYS)],
        ],
        "answer": say("answer"),
        "lines": [say("telephone"), say("where")],
        "code": None if notice.address is None else qr_code(notice.address),
        "scan": say("scan"),
        "issuer": notice.issuer,
        "day": say("day"),
    }
    inputs = {"told": json.dumps(told, ensure_ascii=False)}
    made: Any = typst.compile(_TEMPLATE, format="pdf", sys_inputs=inputs)
    return bytes(made)
