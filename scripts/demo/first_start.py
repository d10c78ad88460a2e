"""Put the demo district into a database: by the same imports as real files, and only once.

An interrupted build goes on where it stopped: what each step wrote stands, and is recognised.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
from sqlalchemy import Engine, exists, func, select
from sqlalchemy.orm import Session

from geodata.domain.access import Role, Scope
from geodata.domain.category import Category
from geodata.domain.errors import DomainError
from geodata.domain.management import ManagementType
from geodata.domain.period import today
from geodata.store.audit import audit
from geodata.store.campaigns import find_campaigns
from geodata.store.files import FileStore
from geodata.store.imports.ground import (
    import_boundaries,
    import_footprints,
    import_landuse,
    import_roads,
)
from geodata.store.imports.inspections import import_inspections
from geodata.store.queries.audit import find_act
from geodata.store.queries.divisions import find_divisions
from geodata.store.session import Change, connect, reading, writing
from geodata.store.tables import Inspection, ManagementArrangement, Site, SiteVersion
from scripts.cli.output import Progress, steps
from scripts.demo.accounts import add_demo_accounts
from scripts.demo.build import DemoFiles, build_demo
from scripts.demo.size import DemoSize
from scripts.demo.territory import DISTRICT
from scripts.demo.visits import make_visits
from server.actions.import_receipt import Delivery, Sender
from server.actions.imports import ImportOrder, import_divisions_file
from server.actions.ledger_imports import import_whole
from server.actions.run_campaign import load_campaign
from server.auth import Actor

SEED: Final = 126
_ACTOR: Final = "demo"
_BEGUN, _BUILT = "begin_demo", "build_demo"
CAMPAIGN: Final = Path(__file__).with_name("campaign_2017.toml")
_EMERGENCIES: Final = 4
"""Sites of the demo that a company serves in an emergency."""


def prepare_demo(url: str, store: FileStore, home: Path) -> None:
    """Build the demo district into an empty database and tell its accounts.

    A database with districts of its own and no demo in it is left alone.
    """
    with _connected(url) as engine:
        with reading(engine) as session:
            is_begun = find_act(session, _BEGUN) is not None
            is_empty = not find_divisions(session, Scope.everything())
        if is_begun or is_empty:
            _build_and_load(engine, store, DemoSize(), seed=SEED, is_any_size=is_begun)
            add_demo_accounts(engine, home)
            _load_campaigns(engine)


def _load_campaigns(engine: Engine) -> None:
    """Load the campaign of the notice, and one of this year after its model."""
    with reading(engine) as session:
        if find_campaigns(session, Scope.everything(), DISTRICT):
            return
    content = CAMPAIGN.read_text("utf-8")
    actor = Actor(_ACTOR, _ACTOR, Role.ADMINISTRATOR, None, Scope.everything())
    year = str(today().year)
    dated = content.replace("zhoucun-2017", f"zhoucun-{year}")
    dated = dated.replace("year = 2017", f"year = {year}").replace(
        "2017年周村区", f"{year}年周村区"
    )
    for one in (content, dated):
        load_campaign(engine, actor, DISTRICT, one)


def build_and_load(url: str, store: FileStore, size: DemoSize, *, seed: int) -> None:
    """Build the demo district and import it; one that is there already is left alone.

    Args:
        url: Of an upgraded database.
        store: For the ledgers, as if they had been sent.
        size: What to make.
        seed: The same seed, size and day make the same district.

    Raises:
        DomainError: ``demo.exists`` when a demo district of another size or seed is there.
    """
    with _connected(url) as engine:
        _build_and_load(engine, store, size, seed=seed, is_any_size=False)


def _build_and_load(
    engine: Engine, store: FileStore, size: DemoSize, *, seed: int, is_any_size: bool
) -> None:
    """Build and import; `is_any_size` takes up what was begun, whatever its size."""
    wanted = asdict(size) | {"seed": seed}
    begun = _begun(engine) or wanted | {"today": today().isoformat()}
    if {key: begun[key] for key in wanted} != wanted:
        if not is_any_size:
            raise DomainError("demo.exists", **begun)
        size = DemoSize(begun["communities"], begun["standalone"], begun["footprints"])
    with reading(engine) as session:
        if find_act(session, _BUILT) is not None:
            return
    day = date.fromisoformat(begun["today"])
    with TemporaryDirectory() as folder, steps() as progress:
        files = build_demo(Path(folder), size, seed=begun["seed"], today=day, progress=progress)
        _begin(engine, begun)
        _load(engine, store, files, progress, day=day, seed=begun["seed"])


@contextmanager
def _connected(url: str) -> Iterator[Engine]:
    engine = connect(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _begun(engine: Engine) -> dict[str, Any] | None:
    with reading(engine) as session:
        return find_act(session, _BEGUN)


def _begin(engine: Engine, facts: dict[str, Any]) -> None:
    """Note what is built, before anything of it is there, so that it can be taken up again."""
    with writing(engine, Change(_ACTOR, _BEGUN)) as session:
        if find_act(session, _BEGUN) is None:
            audit(session, _ACTOR, _BEGUN, DISTRICT, **facts)


def _load(
    engine: Engine,
    store: FileStore,
    files: DemoFiles,
    progress: Progress,
    *,
    day: date,
    seed: int,
) -> None:
    order = ImportOrder(actor=_ACTOR, district=DISTRICT)
    progress("导入区划  /  importing divisions")
    import_divisions_file(engine, files.divisions, order, is_sample=True)
    for on, path in files.ledgers:
        progress(f"导入台账 {on}  /  importing the ledger")
        if on < _latest_edition(engine):
            continue
        import_whole(
            engine,
            store,
            Sender(name=_ACTOR, scope=Scope.everything()),
            path,
            Delivery(name=f"{path.stem}.xlsx", district=DISTRICT, on=on),
        )
        # Before the next edition, so that each later version holds the boundary too.
        with writing(engine, Change(_ACTOR, "示例边界", on)) as session:
            import_boundaries(session, _with_ids(session, files), source="示例数据")
    progress("导入楼幢、道路、水系  /  importing footprints, roads, water")
    with writing(engine, Change(_ACTOR, "示例底图")) as session:
        import_footprints(session, DISTRICT, files.footprints)
        import_roads(session, DISTRICT, files.roads)
        import_landuse(session, DISTRICT, files.landuse)
    progress("导入检查记录  /  importing inspections")
    with writing(engine, Change(_ACTOR, "示例检查记录")) as session:
        _inspect(session, np.random.default_rng(seed), day)
        _contract(session, np.random.default_rng(seed), day)
        audit(session, _ACTOR, _BUILT, DISTRICT)


def _latest_edition(engine: Engine) -> date:
    with reading(engine) as session:
        edition = (
            select(func.max(SiteVersion.effective_on))
            .join(Site, Site.id == SiteVersion.site_id)
            .where(SiteVersion.subject == "site", Site.district_code == DISTRICT)
        )
        return session.scalar(edition) or date.min


def _with_ids(session: Session, files: DemoFiles) -> Any:  # noqa: ANN401 - a GeoDataFrame
    """Return the boundaries of the sites that are listed by now, with their ids."""
    rows = session.execute(
        select(Site.neighbourhood_code, Site.name, Site.id).where(Site.district_code == DISTRICT)
    )
    ids = {(neighbourhood, name): site_id for neighbourhood, name, site_id in rows}
    frame = files.boundaries
    keys = list(zip(frame["neighbourhood"], frame["name"], strict=True))
    listed = frame[[key in ids for key in keys]]
    return listed.assign(site_id=[ids[key] for key in keys if key in ids])


def _inspect(session: Session, random: np.random.Generator, day: date) -> None:
    if session.scalar(select(exists(select(Inspection.id)))):
        return
    sites = session.execute(
        select(Site.id, Site.category, Site.listed_on)
        .where(Site.district_code == DISTRICT)
        .order_by(Site.id)
    ).all()
    communities = {site.id: Category(site.category).is_community for site in sites}
    listed_on = {site.id: site.listed_on for site in sites}
    visits = make_visits(random, communities, day)
    import_inspections(
        session, [visit for visit in visits if visit.inspected_on >= listed_on[visit.site_id]]
    )


def _contract(session: Session, random: np.random.Generator, day: date) -> None:
    """Give companies' contracts an end, some soon, and a few sites emergency service."""
    a = ManagementArrangement
    kept = session.scalars(
        select(a)
        .join(Site, Site.id == a.site_id)
        .where(
            Site.district_code == DISTRICT,
            a.ends_on.is_(None),
            a.management_type == ManagementType.PROFESSIONAL.value,
        )
        .order_by(a.id)
    ).all()
    for one, days in zip(kept, random.integers(-15, 900, len(kept)), strict=True):
        one.contract_until = max(one.starts_on, day + timedelta(days=int(days)))
    for one in kept[:: max(1, len(kept) // _EMERGENCIES)][:_EMERGENCIES]:
        one.is_emergency, one.contract_until = True, None
    session.flush()
