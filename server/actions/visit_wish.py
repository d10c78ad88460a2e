"""What somebody wishes when visits are to be planned, checked field by field."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from geodata.domain.category import Category
from geodata.domain.due import VisitReason
from geodata.domain.errors import DomainError
from geodata.domain.inspection import InspectionStatus
from geodata.domain.travel import TravelMode
from geodata.domain.visiting import MOST_SHIFTS, MOST_VISITS, WORKDAY

Clock = Annotated[int, Field(ge=0, le=24 * 3600, description="Seconds after midnight")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Spot(_Strict):
    """A place in EPSG:4490 degrees."""

    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)


class Hours(_Strict):
    """When a place is open; a visit has to be over when it closes."""

    opens_s: Clock
    closes_s: Clock
    weekdays: list[Annotated[int, Field(ge=0, le=6)]] = Field(default=[], max_length=7)
    on: date | None = None


class SiteWish(_Strict):
    """What is special about one visit.

    `first` and `last` pin it in the route of `inspector` on `on`; `at_s` fixes its time.
    """

    site: int
    minutes: int | None = Field(default=None, ge=1, le=480)
    value: int | None = Field(default=None, ge=1, le=100)
    required: bool | None = None
    pin: Literal["first", "last"] | None = None
    inspector: str | None = Field(default=None, max_length=100)
    on: date | None = None
    at_s: Clock | None = None
    hours: list[Hours] = Field(default=[], max_length=20)
    skill: str | None = Field(default=None, max_length=40)


class InspectorWish(_Strict):
    """One inspector's working day."""

    username: str = Field(min_length=1, max_length=100)
    start: Spot | None = None
    end: Spot | None = None
    starts_s: Clock = WORKDAY.starts_s
    ends_s: Clock = WORKDAY.ends_s
    lunch: bool = True
    lunch_earliest_s: Clock = WORKDAY.lunch_earliest_s
    lunch_latest_s: Clock = WORKDAY.lunch_latest_s
    lunch_s: Clock = WORKDAY.lunch_s
    most_km: float | None = Field(default=None, gt=0, le=2_000)
    skills: list[Annotated[str, Field(max_length=40)]] = Field(default=[], max_length=20)
    days_off: list[date] = Field(default=[], max_length=60)


class VisitWish(_Strict):
    """Everything that a plan of visits is made from.

    Without `sites` the visits are those that are due, narrowed by the other fields. `fewest` asks
    for the fewest inspector-days that see all of them, of the days given (M7).
    """

    district: str | None = None
    town: str | None = None
    days: list[date] = Field(min_length=1, max_length=60)
    inspectors: list[InspectorWish] = Field(min_length=1, max_length=50)
    start: Spot | None = None
    mode: TravelMode = TravelMode.CAR
    category: list[Category] = []
    inspection_status: list[InspectionStatus] = []
    reasons: list[VisitReason] = []
    unseen_days: int | None = Field(default=None, ge=0, le=5_000)
    sites: list[int] | None = Field(default=None, max_length=MOST_VISITS)
    exclude: list[int] = Field(default=[], max_length=MOST_VISITS)
    wishes: list[SiteWish] = Field(default=[], max_length=MOST_VISITS)
    most: int = Field(default=60, ge=1, le=MOST_VISITS)
    minutes: int | None = Field(default=None, ge=1, le=480)
    keep_towns: bool = True
    balance: bool = False
    fewest: bool = False
    seconds: float = Field(default=45, gt=0, le=600)
    seed: int = Field(default=0, ge=0, le=2**31 - 1)

    @model_validator(mode="after")
    def _is_possible(self) -> VisitWish:
        names = [one.username for one in self.inspectors]
        if len(set(names)) < len(names) or len(set(self.days)) < len(self.days):
            raise DomainError("visit_plan.twice")
        if len(self.days) * len(names) > MOST_SHIFTS:
            raise DomainError("visit_plan.too_many_shifts", most=MOST_SHIFTS)
        for one in self.wishes:
            self._place_pin(one)
        return self

    def _place_pin(self, one: SiteWish) -> None:
        """Say whose route and which day a pin belongs to, where only one is possible."""
        if one.pin is None:
            return
        if one.inspector is None and len(self.inspectors) == 1:
            one.inspector = self.inspectors[0].username
        if one.on is None and len(self.days) == 1:
            one.on = self.days[0]
        if one.inspector is None or one.on is None:
            raise DomainError("visit_plan.pin_where", site=one.site)
