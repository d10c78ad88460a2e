"""What a plain list says about category and management, in one cell or another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from geodata.domain.category import Category
from geodata.domain.errors import Severity
from geodata.domain.management import ManagementType, are_consistent
from geodata.domain.site import ServiceStar
from geodata.domain.vocabulary import lookup, squeeze, words
from geodata.ledger.values import Reading, is_unreported

Mention = tuple[str, str, Reading[Any]]

_TYPES: Final = frozenset(one.value for one in ManagementType)
_BETWEEN: Final = re.compile(r"[、,,;;/+]|\s+")


def read_management(texts: Mapping[str, str]) -> tuple[dict[str, Any], list[Mention]]:
    """Read category, types, star and company from the cells of a row.

    Where no column names the management type, the company column tells: a company's name is
    professional management, and phrases such as 单位自管物业 or 无物业管理服务 are what they say.

    Args:
        texts: Cell text by field, of those fields the list has.

    Returns:
        Values of a draft, and what the report should mention.
    """
    mentions: list[Mention] = []
    values: dict[str, Any] = {}
    for key, enum in (("category", Category), ("service_star", ServiceStar)):
        if texts.get(key):
            reading = _one_of(key, enum, texts[key])
            mentions.append((key, texts[key], reading))
            values[key] = reading.value
    company = texts.get("company", "")
    types = _types_by_company(company)
    if "management_type" in texts:
        ticked = _ticked(texts["management_type"])
        mentions.append(("management_type", texts["management_type"], ticked))
        values["ticked_types"] = ticked.value or frozenset()
    else:
        mentions.append(("company", company, types))
        values["ticked_types"] = types.value or frozenset()
    is_a_company = types.value == frozenset({ManagementType.PROFESSIONAL})
    values["company"] = company if is_a_company else None
    return values, [one for one in mentions if one[2].code]


def _types_by_company(text: str) -> Reading[frozenset[ManagementType]]:
    if not text:
        return Reading(None)
    if is_unreported(text):
        return Reading(None, "value.unreported")
    key = lookup("management_type").get(squeeze(text)) or _phrase(text)
    if key is not None:
        found = frozenset({ManagementType(key)})
        return Reading(found, "listing.management_by_phrase", Severity.WARNING)
    return Reading(frozenset({ManagementType.PROFESSIONAL}))


def _phrase(text: str) -> str | None:
    for key, word in words("phrase").items():
        if key in _TYPES and any(alias in text for alias in word.aliases):
            return key
    return None


def _ticked(text: str) -> Reading[frozenset[ManagementType]]:
    if not text or is_unreported(text):
        return Reading(None, "value.unreported" if text else None)
    known = lookup("management_type")
    parts = [part for part in _BETWEEN.split(text) if part]
    keys = [known.get(squeeze(part)) for part in parts]
    if None in keys:
        whole = known.get(squeeze(text))
        if whole is None:
            return Reading(None, "value.not_in_list", Severity.WARNING)
        keys = [whole]
    types = frozenset(ManagementType(key) for key in keys if key)
    if not are_consistent(types, subsidised=False):
        return Reading(None, "ledger.none_excludes", Severity.WARNING)
    return Reading(types)


def _one_of(group: str, enum: type[Category | ServiceStar], text: str) -> Reading[Any]:
    if is_unreported(text):
        return Reading(None, "value.unreported")
    key = lookup(group).get(squeeze(text))
    if key is None:
        return Reading(None, "value.not_in_list", Severity.WARNING)
    return Reading(enum(key))
