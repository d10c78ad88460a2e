"""The roadmap of a site to professional management: dated milestones (S18)."""

from __future__ import annotations

from datetime import date


def is_overdue(due_on: date, done_on: date | None, on: date) -> bool:
    """Tell whether a milestone was due before a day and not done by it."""
    return due_on < on and (done_on is None or done_on > on)
