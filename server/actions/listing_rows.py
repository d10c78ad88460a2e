"""Rows of a plain list on the ground: at their points, inside their district, in its towns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError, Fault, Severity
from geodata.domain.site import SiteDraft
from geodata.spatial.datum import Datum
from geodata.spatial.positions import place_drafts
from geodata.spatial.systems import parse_system
from geodata.store.queries.inside import places_of_points, points_outside
from server.actions.doctor import check_declared, sample_of_rows

OWN: Final = "own-"
"""How the code of a district begins that a list brought about."""

_OUTSIDE_SHARE: Final = 0.5
_ENOUGH_POINTS: Final = 5
"""Of fewer points nobody can say which datum they are in."""


def is_official(district: str) -> bool:
    """Tell whether names that a district does not know are errors there.

    A district with a boundary, or with towns that were imported as such, is official. One that
    a list brought about grows with its lists.
    """
    return not district.startswith(OWN)


def on_the_ground(
    session: Session,
    district: str,
    file: str,
    drafts: Sequence[SiteDraft],
    datum: Datum | None,
    *,
    insists: bool = False,
) -> tuple[list[SiteDraft], list[Fault]]:
    """Return the rows of a list that can be taken, at their points and in their towns.

    This is where the coordinates of a list are held against the datum declared for it.

    Args:
        session: Any session.
        district: Code.
        file: For messages.
        drafts: With degrees of the datum.
        datum: As declared, ``None`` for a list without coordinates.
        insists: The sender knows that the ground speaks for another datum.

    Raises:
        DomainError: ``import.datum_contradicted`` when most points lie outside the district,
            ``datum.contradicted`` when the known ground speaks for another datum.
    """
    if datum is None:
        return list(drafts), []
    placed, faults = place_drafts(drafts, datum)
    inside, outside = _inside_district(session, district, file, placed, datum)
    if is_official(district):
        if not insists:
            _hold_against_ground(session, district, file, drafts, datum)
        inside = _in_their_towns(session, district, inside)
    return inside, [*faults, *outside]


def _hold_against_ground(
    session: Session, district: str, file: str, drafts: Sequence[SiteDraft], datum: Datum
) -> None:
    """Ask the coordinate doctor whether the points are in the datum that was declared."""
    rows = [
        (draft.longitude, draft.latitude, draft.name, draft.town or "")
        for draft in drafts
        if draft.longitude is not None and draft.latitude is not None
    ]
    if len(rows) >= _ENOUGH_POINTS:
        sample, declared = sample_of_rows(rows), parse_system(datum.value)
        check_declared(session, Scope.everything(), district, sample, declared, file=file)


def _inside_district(
    session: Session, district: str, file: str, drafts: Sequence[SiteDraft], datum: Datum
) -> tuple[list[SiteDraft], list[Fault]]:
    """Leave out the rows whose point lies outside the district, if its boundary is known.

    Args:
        session: Any session.
        district: Code.
        file: For messages.
        drafts: With points in EPSG:4490.
        datum: As declared for the file, for messages.

    Returns:
        The rows inside and those without a point, and a fault of each that is left out.

    Raises:
        DomainError: ``import.datum_contradicted`` when most of them do: then it is not the
            rows that are wrong, but the datum, or the district.
    """
    located = [draft for draft in drafts if draft.longitude is not None]
    points = [(draft.longitude or 0.0, draft.latitude or 0.0) for draft in located]
    outside = points_outside(session, district, points)
    if located and len(outside) / len(located) > _OUTSIDE_SHARE:
        raise DomainError(
            "import.datum_contradicted",
            file=file,
            datum=datum.value,
            outside=len(outside),
            total=len(located),
            first_row=located[outside[0]].place.row,
        )
    left_out = [located[index] for index in outside]
    ids = {id(draft) for draft in left_out}
    faults = [_outside(draft, datum) for draft in left_out]
    return [draft for draft in drafts if id(draft) not in ids], faults


def _in_their_towns(
    session: Session, district: str, drafts: Sequence[SiteDraft]
) -> list[SiteDraft]:
    """Give the rows that name no town the one that holds their point."""
    open_ones = [draft for draft in drafts if draft.town is None and draft.longitude is not None]
    points = [(draft.longitude or 0.0, draft.latitude or 0.0) for draft in open_ones]
    places = places_of_points(session, district, points)
    found = {
        id(draft): replace(draft, town=place[0], neighbourhood=draft.neighbourhood or place[1])
        for draft, place in zip(open_ones, places, strict=True)
        if place is not None
    }
    return [found.get(id(draft), draft) for draft in drafts]


def _outside(draft: SiteDraft, datum: Datum) -> Fault:
    place = draft.place
    return Fault(
        Severity.ERROR,
        "listing.point_outside_district",
        place.file,
        place.sheet,
        place.row,
        None,
        f"{draft.longitude:.6f},{draft.latitude:.6f}",
        {"name": draft.name, "datum": datum.value},
    )
