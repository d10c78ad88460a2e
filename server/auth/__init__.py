"""Who is asking: accounts, sessions, tokens, and the scope that follows."""

from server.auth.actor import Actor
from server.auth.logins import log_in
from server.auth.requests import (
    CurrentActor,
    ReadingSession,
    WritingActor,
    current_actor,
    reading_session,
    writing_actor,
)
from server.auth.sessions import COOKIE, log_out

__all__ = [
    "COOKIE",
    "Actor",
    "CurrentActor",
    "ReadingSession",
    "WritingActor",
    "current_actor",
    "log_in",
    "log_out",
    "reading_session",
    "writing_actor",
]
