"""A person changes, adds or mends sites: one transaction, one audit line, nobody overwritten."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, TypeVar

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from geodata.domain.errors import DomainError
from geodata.domain.ledger_rules import Breach
from geodata.store.audit import audit
from geodata.store.conflicts import conflicts
from geodata.store.edits import change_site, lock_site, lock_sites
from geodata.store.entries import Entered, Entry, add_site, day_of, enter
from geodata.store.session import sign, writing
from geodata.store.tables import Site, SiteContact
from server.auth import Actor

Result = TypeVar("Result")

MOST_AT_ONCE: Final = 500
"""Sites of one bulk edit; each is locked until all are done."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A site after an edit.

    Attributes:
        site_id: Which.
        version: Its ``row_version`` now.
        changed: Names of the fields that changed.
        warnings: What should be looked at.
    """

    site_id: int
    version: int
    changed: list[str]
    warnings: list[Breach]


def edit_site(
    engine: Engine,
    actor: Actor,
    site_id: int,
    version: int,
    entry: Entry,
    *,
    act: str = "edit_site",
) -> Saved:
    """Change a site.

    Args:
        engine: Of the database.
        actor: Who; a writing role.
        site_id: Which.
        version: The ``row_version`` that the actor saw.
        entry: What to change.
        act: Name of the act in the audit.

    Raises:
        DomainError: ``site.not_found``; ``site.stale`` with the fields that differ; as `enter`.
    """
    with writing(engine, actor.change(entry.reason or act)) as session:
        with _telling_conflicts(session, actor, site_id, version, entry):
            site = lock_site(session, actor.scope, site_id, version=version)
        saved = _save(session, actor, site, entry, act)
        _audit(session, actor, act, saved, site)
    return saved


def add_new_site(engine: Engine, actor: Actor, entry: Entry) -> Saved:
    """Add a site to the ledger.

    Raises:
        DomainError: As `geodata.store.entries.add_site`.
    """
    act = "add_site"
    with writing(engine, actor.change(entry.reason or act)) as session:
        on = day_of(session, None, entry.effective_on)
        sign(session, actor.change(entry.reason or act, on))
        saved = _saved(add_site(session, actor.scope, entry, on=on))
        _audit(session, actor, act, saved, session.get_one(Site, saved.site_id))
    return saved


def edit_sites(
    engine: Engine, actor: Actor, versions: Mapping[int, int], entry: Entry
) -> list[Saved]:
    """Make the same change to many sites, all or nothing.

    Args:
        engine: Of the database.
        actor: Who.
        versions: The ``row_version`` seen, by site.
        entry: What to change at each.

    Raises:
        DomainError: ``bulk.refused`` with what became of each site; ``bulk.too_many``.
    """
    if not 0 < len(versions) <= MOST_AT_ONCE:
        raise DomainError("bulk.too_many", count=len(versions), most=MOST_AT_ONCE)
    act = "bulk_edit"
    refused: dict[int, DomainError] = {}
    saved: list[Saved] = []
    with writing(engine, actor.change(entry.reason or act)) as session:
        lock_sites(session, versions)
        for site_id, version in sorted(versions.items()):
            try:
                site = lock_site(session, actor.scope, site_id, version=version)
                saved.append(_save(session, actor, site, replace(entry, seen={}), act))
            except DomainError as refusal:
                refused[site_id] = refusal
        if refused:
            results = [_result(session, actor, one, refused.get(one)) for one in sorted(versions)]
            raise DomainError("bulk.refused", count=len(refused), sites=results)
        fields = sorted({name for one in saved for name in one.changed})
        audit(
            session,
            actor.username,
            act,
            str(len(saved)),
            fields=fields,
            sites=[one.site_id for one in saved],
        )
    return saved


def change_beside(
    engine: Engine,
    actor: Actor,
    site_id: int,
    version: int,
    act: str,
    write: Callable[[Session, Site], Result],
) -> tuple[Result, int]:
    """Change what hangs on a site in a list: milestones, evidence.

    Args:
        engine: Of the database.
        actor: Who.
        site_id: Which site.
        version: The ``row_version`` that the actor saw.
        act: Name of the act in the audit, and the reason of the version.
        write: Does it, with the site locked.

    Returns:
        What ``write`` returns, and the site's version after it.

    Raises:
        DomainError: As `edit_site`, and what ``write`` refuses.
    """
    with writing(engine, actor.change(act)) as session:
        with _telling_conflicts(session, actor, site_id, version, Entry()):
            site = lock_site(session, actor.scope, site_id, version=version)
        on = day_of(session, site, None)
        sign(session, actor.change(act, on))
        result = write(session, site)
        session.flush()
        change_site(session, site, {})
        standing = site.row_version
        audit(session, actor.username, act, str(site_id), version=standing)
    return result, standing


def reveal_phone(engine: Engine, actor: Actor, site_id: int, slot: str | None) -> str | None:
    """Return a site's whole phone number, or a contact's, and leave an audit line of it.

    Raises:
        DomainError: ``site.not_found``.
    """
    with writing(engine, actor.change("reveal_phone")) as session:
        site = lock_site(session, actor.scope, site_id, version=None)
        phone = site.phone
        if slot is not None:
            phone = session.scalar(
                select(SiteContact.phone).where(
                    SiteContact.site_id == site_id, SiteContact.slot == slot
                )
            )
        audit(session, actor.username, "reveal_phone", str(site_id), slot=slot)
    return phone


@contextmanager
def _telling_conflicts(
    session: Session, actor: Actor, site_id: int, version: int, entry: Entry
) -> Iterator[None]:
    """Let a stale save leave with both versions, field by field."""
    try:
        yield
    except DomainError as refusal:
        if refusal.code != "site.stale":
            raise
        site = lock_site(session, actor.scope, site_id, version=None)
        found = conflicts(session, site, version, wished=entry.wished(), seen=entry.seen)
        fields = [
            asdict(one) | {"at": None if one.at is None else one.at.isoformat()} for one in found
        ]
        raise DomainError("site.stale", **refusal.facts, fields=fields) from refusal


def _save(session: Session, actor: Actor, site: Site, entry: Entry, act: str) -> Saved:
    on = day_of(session, site, entry.effective_on)
    sign(session, actor.change(entry.reason or act, on))
    return _saved(enter(session, actor.scope, site, entry, on=on))


def _saved(entered: Entered) -> Saved:
    site = entered.site
    return Saved(site.id, site.row_version, entered.changed, entered.warnings)


def _audit(session: Session, actor: Actor, act: str, saved: Saved, site: Site) -> None:
    # Names of fields only: what stood in them is in the versions, a phone never in the audit.
    audit(
        session,
        actor.username,
        act,
        str(saved.site_id),
        fields=saved.changed,
        version=saved.version,
        town=site.town_code,
    )


def _result(
    session: Session, actor: Actor, site_id: int, refusal: DomainError | None
) -> dict[str, Any]:
    """Return what became of one site of a bulk edit; of a stranger's site no name is told."""
    name = None
    if refusal is None or refusal.code != "site.not_found":
        name = lock_site(session, actor.scope, site_id, version=None).name
    told = {} if refusal is None else {"code": refusal.code, "facts": refusal.facts}
    return {"site": site_id, "name": name, **told}
