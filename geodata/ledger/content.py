"""What a column holds, told by its cells alone: for lists whose headers say nothing.

Each field that cells can give away has a pattern; the share of cells that match it is how sure
one may be. Numbers without a unit give nothing away: 120 may be households or a price.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Final

from geodata.domain.vocabulary import lookup, squeeze
from geodata.ledger.coordinates import read_coordinates
from geodata.ledger.values import is_unreported

CHINA_LONGITUDES: Final = (73.0, 136.0)
CHINA_LATITUDES: Final = (3.0, 54.0)
_FIRST_YEAR: Final = 1900

_NAME_END: Final = (
    r"(?:小区|花园|家园|嘉园|名苑|新村|公寓|大厦|宿舍|家属院|家属楼|广场|名都|山庄|别墅|[苑园城里府湾庭院居馆阁郡邸轩坊寓]"
    r"|[东南西北中新]区|[一二三四五六七八九十\d]+(?:期|区|里|院|号院|号楼))"
)
_PATTERNS: Final[dict[str, re.Pattern[str]]] = {
    "phone": re.compile(r"^(?:1[3-9]\d{9}|(?:\(?0\d{2,3}\)?-?)\d{7,8})(?:[、,;/]\d.*)?$"),
    "fee_yuan_m2_month": re.compile(r"^\d.*(?:元|块).*(?:平|㎡|m2|月)"),
    "households": re.compile(r"^(?:共|约)?\d[\d,]*[户套]$"),
    "buildings": re.compile(r"^(?:共|约)?\d[\d,]*[栋幢座]楼?$"),
    "floor_area_m2": re.compile(r"^\d[\d,.]*万?(?:平方米|平米|㎡|m2)$"),
    "company": re.compile(r"物业|公司$|管理处$|服务中心$|集团$"),
    "developer": re.compile(r"(?:房地产|地产|置业|置地|开发|建设|投资).*(?:公司|集团|中心)?$"),
    "town": re.compile(r"^.{2,12}(?:街道|街道办事处|镇|乡|开发区)$"),
    "neighbourhood": re.compile(r"^.{2,12}(?:社区|居委会|居民委员会|村委会|村民委员会|(?<!新)村)$"),
    "address": re.compile(r"(?:路|街|巷|大道|胡同|弄).*(?:号|米|交叉口|交汇处|对面|[东南西北]侧)"),
    "name": re.compile(rf"^[\u4e00-\u9fff].{{0,20}}{_NAME_END}(?:\(.*\))?$"),
}
_LISTED: Final = ("management_type", "category", "service_star")
_DECIMAL: Final = re.compile(r"^-?\d{1,3}\.\d{3,}$")
_ONE_DEGREE: Final = re.compile(r"^(?:东经|北纬|[en])?[-+]?\d")
_PLAIN_YEAR: Final = re.compile(r"^(?:建于|约)?(\d{4})(?:年.*|[-/.]\d{1,2}.*)?$")
_YES_NO: Final = frozenset({"是", "否", "有", "无", "√", "×"})
_NUMBERED: Final = re.compile(r"^[-+]?\d[\d,]*(?:\.\d+)?(?:%|[\u4e00-\u9fff㎡]{1,4})?$")
_WEAK: Final = ("name", "company", "address", "town", "neighbourhood")

_LEAST: Final[Mapping[str, float]] = {
    "built_year": 0.8,
    "company": 0.5,
    "developer": 0.5,
    "address": 0.4,
    "name": 0.3,
}
_LEAST_OTHERWISE: Final = 0.6
_FEW_CELLS: Final = 3
_DISTINCT_SHARE: Final = 0.8
_MANAGED_SHARE: Final = 0.3
_KNOWN_BONUS: Final = 0.2

Known = Mapping[str, Collection[str]]
"""Names of the district's towns and neighbourhoods, by field."""


def fields_by_content(cells: Sequence[str], known: Known | None = None) -> dict[str, float]:
    """Return how surely a column holds each field that its cells may be, 0-1.

    Args:
        cells: Texts of a column, blank ones included.
        known: Names that a town or neighbourhood may have, squeezed.

    Returns:
        Shares of matching cells by field, only those that are worth a proposal; empty where
        fewer than three cells say something, unless the column has no more.
    """
    told = [squeeze(one) for one in cells if one and not is_unreported(one)]
    if not told or (len(told) < _FEW_CELLS and len(told) < len(cells)):
        return {}
    found = {name: _share(told, test) for name, test in _tests().items()}
    for name, names in (known or {}).items():
        share = _share(told, names.__contains__)
        if share >= _LEAST_OTHERWISE:
            found[name] = min(1.0, share + _KNOWN_BONUS)
    _tell_apart(found, told)
    return {
        name: share
        for name, share in found.items()
        if share and share >= _LEAST.get(name, _LEAST_OTHERWISE)
    }


def agrees(field: str, cells: Sequence[str]) -> bool:
    """Tell whether the cells of a column may be what its header says.

    Only fields with a form of their own can be contradicted: a coordinate, a year, a yes or no.
    """
    test = _CONTRADICTED.get(field)
    told = [squeeze(one) for one in cells if one and not is_unreported(one)]
    return test is None or not told or _share(told, test) > 0.5  # noqa: PLR2004 - most of them


def is_value(text: str) -> bool:
    """Tell whether a text can only be a value, so that its row is no header."""
    told = squeeze(text)
    if told.isdigit() or _NUMBERED.match(told) or told.endswith("有限公司") or told in _YES_NO:
        return True
    strong = (name for name in _tests() if name not in (*_WEAK, "developer", *_LISTED))
    return any(_tests()[name](told) for name in strong)


def may_be_value(text: str) -> bool:
    """Tell whether a text looks like a value, though it may be a header."""
    told = squeeze(text)
    return any(_PATTERNS[name].search(told) for name in _WEAK)


def _tell_apart(found: dict[str, float], told: Sequence[str]) -> None:
    """Settle what patterns that overlap leave open."""
    managed = _share(told, lambda text: "物业" in text)
    if found["developer"] >= _LEAST["developer"] and managed < _MANAGED_SHARE:
        found["company"] = 0.0
    elif managed >= _MANAGED_SHARE:
        found["developer"] = 0.0
    is_distinct = len(set(told)) >= _DISTINCT_SHARE * len(told)
    others = ("town", "neighbourhood", "company", "developer", "address", *_LISTED)
    if not is_distinct or max(found[name] for name in others) >= found["name"]:
        found["name"] = 0.0


def _tests() -> dict[str, Callable[[str], bool]]:
    return {
        **{name: _finder(pattern) for name, pattern in _PATTERNS.items()},
        **{name: _member(name) for name in _LISTED},
        "built_year": _is_year,
        "longitude": _degrees(*CHINA_LONGITUDES),
        "latitude": _degrees(*CHINA_LATITUDES),
        "coordinates": _is_position,
    }


def _finder(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.search(text) is not None


def _member(group: str) -> Callable[[str], bool]:
    # A digit alone is a key of the star scale, and of a hundred other things.
    known = {text for text in lookup(group) if not text.isdigit()}
    return known.__contains__


def _degrees(least: float, most: float) -> Callable[[str], bool]:
    # Fees have two decimals, degrees have more: two would be a kilometre.
    return lambda text: _DECIMAL.match(text) is not None and least <= float(text) <= most


def _is_year(text: str) -> bool:
    match = _PLAIN_YEAR.match(text)
    return match is not None and _FIRST_YEAR <= int(match[1]) <= date.today().year  # noqa: DTZ011 - a year


def _is_position(text: str) -> bool:
    found = read_coordinates("", "", text).value
    if found is None or any(mark in text for mark in ("元", "年")):
        return False
    longitude, latitude = found
    return (
        CHINA_LONGITUDES[0] <= longitude <= CHINA_LONGITUDES[1]
        and CHINA_LATITUDES[0] <= latitude <= CHINA_LATITUDES[1]
    )


def _is_number(text: str) -> bool:
    return re.match(r"^[^\d]{0,4}\d", text) is not None


def _is_yes_no(text: str) -> bool:
    return text in _YES_NO


def _is_no_number(text: str) -> bool:
    return not _NUMBERED.match(text)


def _share(told: Sequence[str], test: Callable[[str], bool]) -> float:
    return sum(map(test, told)) / len(told)


_CONTRADICTED: Final[dict[str, Callable[[str], bool]]] = {
    "longitude": _finder(_ONE_DEGREE),
    "latitude": _finder(_ONE_DEGREE),
    "coordinates": lambda text: read_coordinates("", "", text).value is not None,
    "built_year": lambda text: _is_year(text) or "年" in text or text.isdigit(),
    "households": _is_number,
    "occupied_households": _is_number,
    "buildings": _is_number,
    "floor_area_m2": _is_number,
    "fee_yuan_m2_month": _is_number,
    "phone": _is_number,
    "name": _is_no_number,
    "address": _is_no_number,
    "company": _is_no_number,
    **dict.fromkeys(
        ("subsidised", "owners_committee", "maintenance_fund", "utility_handover"), _is_yes_no
    ),
}
