"""Templates with the words of the reader's language, escaped, and with the page's nonce."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from geodata.domain.access import OFF_THE_GROUND, WRITING_ROLES
from geodata.domain.indicator import CoverageKind, Denominator
from geodata.domain.period import last_month_end, today
from geodata.domain.vocabulary import UNREPORTED, Language, label
from maps.templating import Unindented
from server.auth.actor import HOME, Actor
from server.i18n import LANGUAGE_COOKIE, act_word, fill, language_of, sentence, word
from server.pages import format as written
from server.pages.menu import MENU, MENU_OFF_THE_GROUND

_TEMPLATES: Final = Path(__file__).resolve().parent.parent / "templates"
_A_YEAR_S: Final = 365 * 24 * 3600


def page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    actor: Actor | None = None,
    **facts: Any,  # noqa: ANN401 - whatever the template shows
) -> Response:
    """Return a page.

    Args:
        request: Its language and nonce.
        template: File in ``server/templates``.
        status: Of the answer.
        actor: Who is logged in, for the head of the page.
        **facts: What the template shows.
    """
    language = language_of(request)
    html = (
        _environment()
        .get_template(template)
        .render(
            request=request,
            nonce=request.state.nonce,
            language=language,
            other_language=request.url.include_query_params(
                lang="en" if language == "zh" else "zh"
            ),
            actor=actor,
            home=HOME if actor is None else actor.home,
            is_on_ground=actor is None or actor.role not in OFF_THE_GROUND,
            menu=MENU if actor is None else MENU_OFF_THE_GROUND.get(actor.role, MENU),
            today=today(),
            last_month_end=last_month_end(today()),
            **_speech(language),
            **facts,
        )
    )
    answer = HTMLResponse(html, status)
    if request.query_params.get("lang") == language:
        answer.set_cookie(LANGUAGE_COOKIE, language, max_age=_A_YEAR_S, samesite="lax")
    return answer


def error_page(request: Request, status: int, code: str, facts: Mapping[str, object]) -> Response:
    """Return the page of a refusal."""
    text = sentence(code, facts, language_of(request))
    return page(request, "error.html", status=status, code=code, text=text)


def _speech(language: Language) -> dict[str, Any]:
    """Return the functions with which a template speaks one language."""

    def say(key: str, **facts: object) -> str:
        return fill(word(key, language), facts)

    def named(value: StrEnum | None, *, short: bool = False) -> str:
        return UNREPORTED[language] if value is None else label(value, language, short=short)

    def act(name: str) -> str:
        return act_word(name, language)

    def amount(value: float, denominator: Denominator) -> str:
        return written.amount(value, denominator, language)

    def day(value: date | None) -> str:
        return written.day(value, language)

    return {
        "act": act,
        "t": say,
        "named": named,
        "amount": amount,
        "day": day,
        "moment": partial(written.moment, language=language),
        "unit": partial(written.unit, language=language),
        "unreported": UNREPORTED[language],
    }


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        extensions=[Unindented],
    )
    environment.globals |= {
        "CoverageKind": CoverageKind,
        "Denominator": Denominator,
        "WRITING_ROLES": WRITING_ROLES,
    }
    environment.filters |= {"percent": written.percent, "signed": written.signed}
    return environment
