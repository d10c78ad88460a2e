"""Sites by how their names sound: people on a phone or a wall type ``hpxq`` for 和平小区."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Final

from pypinyin import Style, lazy_pinyin
from sqlalchemy import select
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.store.queries.state import SiteFilter, within
from geodata.store.tables import Site

_NAMES_KEPT: Final = 100_000
_LATIN: Final = re.compile(r"[a-z][a-z ']*")
_MOST: Final = 1000


@lru_cache(maxsize=_NAMES_KEPT)
def pinyin(name: str) -> str:
    """Return a name in pinyin without tones, whole and by initials: ``hepingxiaoqu hpxq``."""
    syllables = lazy_pinyin(name)
    initials = lazy_pinyin(name, style=Style.FIRST_LETTER)
    return f"{''.join(syllables)} {''.join(initials)}".lower()


def heard(session: Session, scope: Scope, wanted: SiteFilter) -> SiteFilter:
    """Return a filter whose words find names that sound like them too.

    Only what may be pinyin is listened to: Latin letters, with or without spaces.
    """
    typed = (wanted.q or "").strip().lower()
    if not _LATIN.fullmatch(typed):
        return wanted
    sound = typed.replace(" ", "").replace("'", "")
    names = select(Site.id, Site.name).where(within(scope, Site), Site.delisted_on.is_(None))
    found = [site for site, name in session.execute(names) if sound in pinyin(name)]
    return replace(wanted, sounding=tuple(found[:_MOST]))
