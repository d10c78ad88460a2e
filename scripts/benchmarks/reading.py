"""Readers of files by their path: a module of little weight, as each file loads it anew."""

from __future__ import annotations

from pathlib import Path

from geodata.domain.campaign import read_campaign
from geodata.domain.errors import DomainError
from server.actions.file_kinds import media_type_of
from server.pictures import clean_picture
from server.reports.paper import read_sheet


def as_photo(path: Path) -> object:
    """Read what an inspector took."""
    return clean_picture(path.read_bytes(), path.name)


def as_paper(path: Path) -> object:
    """Read a sheet that was filled by hand."""
    return read_sheet(path.read_bytes(), path.name)


def as_evidence(path: Path) -> object:
    """Look at a file that proves something."""
    return media_type_of(path, path.name)


def as_campaign(path: Path) -> object:
    """Read a campaign's file."""
    try:
        return read_campaign(path.read_bytes().decode())
    except UnicodeDecodeError as error:
        # What is no text does not come this far: it arrives as a string of JSON.
        raise DomainError("request.invalid", faults=[]) from error
