"""Whether the audit is as it was written: each line's seal counted anew, in Python."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

_SEPARATOR: Final = "\x1f"
_AT_ONCE: Final = 5_000
"""Lines in memory."""
_LINES: Final = text(
    "SELECT l.id, round(extract(epoch FROM l.at) * 1000000)::bigint AS micros, l.actor, l.action,"
    " l.subject, l.outcome, l.facts::text AS facts, s.number, s.digest"
    " FROM audit_line AS l FULL JOIN audit_seal AS s ON s.line_id = l.id"
    " ORDER BY s.number NULLS LAST, l.id"
)


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a check of the chain found.

    Attributes:
        lines: How many lines hold.
        head: Digest of the last seal, empty for none: noted elsewhere, it shows later whether
            the end was cut off.
        broken_at: Number of the first seal that does not hold, ``None`` where all do.
        unsealed: Lines without a seal.
    """

    lines: int
    head: str
    broken_at: int | None
    unsealed: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing was changed, removed or slipped in."""
        return self.broken_at is None and not self.unsealed


def verify_chain(session: Session) -> ChainReport:
    """Count every seal anew and compare; see ``sql/098_audit_chain.sql`` for what is sealed."""
    previous, lines, unsealed = "", 0, 0
    with session.execute(_LINES.execution_options(yield_per=_AT_ONCE)) as stream:
        for line in stream:
            if line.number is None:
                unsealed += 1
                continue
            told = (line.id, line.micros, line.actor, line.action, line.subject, line.outcome)
            sealed = _SEPARATOR.join([previous, *map(str, told), str(line.facts)])
            digest = sha256(sealed.encode()).hexdigest()
            if line.number != lines + 1 or digest != line.digest:
                return ChainReport(lines, previous, lines + 1, unsealed)
            previous, lines = digest, lines + 1
    return ChainReport(lines, previous, None, unsealed)


def was_head(session: Session, digest: str) -> bool:
    """Tell whether a digest that was noted is still one of the chain's."""
    found = session.scalar(text("SELECT 1 FROM audit_seal WHERE digest = :it"), {"it": digest})
    return found is not None
