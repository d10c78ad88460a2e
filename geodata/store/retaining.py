"""What is kept of people, and for how long (PIPL art. 19, 28): where they were is let go first."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

POSITIONS_KEPT: Final = timedelta(days=180)
"""Where an inspector or a photo was: as long as a finding may be argued about."""

# ruff: noqa: S608 - names of ours alone
_OLD: Final = "now() - CAST(:kept AS interval)"
_STATEMENTS: Final = {
    "inspections": "UPDATE inspection SET position = NULL"
    f" WHERE position IS NOT NULL AND created_at < {_OLD}",
    "photos": "UPDATE photo SET position = NULL"
    f" WHERE position IS NOT NULL AND created_at < {_OLD}",
    # Versions hold what stood there before, the one that was just written too.
    "versions": "UPDATE site_version AS v SET old = v.old - 'position', new = v.new - 'position'"
    " FROM inspection AS i WHERE v.subject = 'inspection' AND v.row_id = i.id"
    f" AND i.created_at < {_OLD} AND coalesce(v.old ->> 'position', v.new ->> 'position')"
    " IS NOT NULL",
    "sessions": "DELETE FROM login_session WHERE expires_at < now()",
    "tokens": "DELETE FROM api_token WHERE expires_at < now()",
}


def let_go(session: Session, *, positions_kept: timedelta = POSITIONS_KEPT) -> dict[str, int]:
    """Let go of what is older than it may be; return how many rows of each kind.

    The audit stays whole: it holds neither positions nor phones.

    Args:
        session: A writing session of the tables' owner; versions are nobody else's to change.
        positions_kept: How long it is kept where somebody was.
    """
    counts = {}
    for kind, statement in _STATEMENTS.items():
        kept = {"kept": positions_kept} if ":kept" in statement else {}
        done = session.execute(text(statement), kept)
        counts[kind] = int(getattr(done, "rowcount", 0))
    return counts
