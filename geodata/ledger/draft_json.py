"""A draft as JSON and back, for rows that wait between two requests."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final

from geodata.domain.category import Category
from geodata.domain.management import ManagementType
from geodata.domain.site import Place, ServiceStar, SiteDraft

_DEFAULTS: Final = {one.name: one.default for one in fields(SiteDraft)}
_PLACE: Final = [one.name for one in fields(Place)]


def draft_as_json(draft: SiteDraft) -> dict[str, Any]:
    """Return a draft's JSON without what it does not tell."""
    told = {
        name: value
        for name in _DEFAULTS
        if (value := getattr(draft, name)) not in (None, frozenset(), {})
    }
    told["place"] = {name: getattr(draft.place, name) for name in _PLACE}
    if draft.ticked_types:
        told["ticked_types"] = sorted(draft.ticked_types)
    return told


def draft_from_json(told: dict[str, Any]) -> SiteDraft:
    """Return the draft that `draft_as_json` wrote."""
    values = dict(told)
    values["place"] = Place(**values["place"])
    values["ticked_types"] = frozenset(map(ManagementType, values.get("ticked_types", ())))
    for name, enum in (("category", Category), ("service_star", ServiceStar)):
        if name in values:
            values[name] = enum(values[name])
    return SiteDraft(**values)
