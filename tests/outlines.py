"""Vector files of the sites of `tests.world`, as somebody may hand them in."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Engine, select

from geodata.spatial.systems import CGCS2000, CoordinateSystem
from geodata.store.session import reading
from geodata.store.tables import Site
from tests.builders import square

WHERE = {
    "东苑小区": square(0.12, 0.02, 0.02),
    "东安里": square(0.16, 0.02, 0.02),
    "东街5号楼": square(0.12, 0.06, 0.004),
    "西里小区": square(0.02, 0.02, 0.02),
    "西新村": square(0.06, 0.06, 0.02),
    "西机关宿舍": square(0.02, 0.06, 0.02),
}
"""The boundaries that the sites of the world have."""


def a_vector_file(
    folder: Path,
    shapes: Mapping[str, BaseGeometry | None] = WHERE,
    *,
    system: CoordinateSystem = CGCS2000,
    swapped: bool = False,
    name: str = "边界.gpkg",
    crs: int | None = None,
) -> Path:
    """Write outlines in a system; without ``crs`` the file does not say in which."""

    def moved(xy: np.ndarray) -> np.ndarray:
        pair = np.column_stack(system.from_cgcs2000(xy[:, 0], xy[:, 1]))
        return pair[:, ::-1] if swapped else pair

    drawn = [None if one is None else shapely.transform(one, moved) for one in shapes.values()]
    geometry = gpd.GeoSeries(np.array(drawn, dtype=object), crs=crs)
    frame = gpd.GeoDataFrame({"小区名称": list(shapes)}, geometry=geometry)
    path = folder / name
    if path.suffix != ".zip":
        pyogrio.write_dataframe(frame, path)
        return path
    pyogrio.write_dataframe(frame, folder / f"{path.stem}.shp", encoding="GBK")
    with zipfile.ZipFile(path, "w") as archive:
        for part in sorted(folder.glob(f"{path.stem}.*")):
            if part != path:
                archive.write(part, part.name)
    return path


def boundary_of(engine: Engine, name: str) -> BaseGeometry | None:
    """Return the boundary that a site has now."""
    with reading(engine) as session:
        wkb = session.scalar(select(Site.geom).where(Site.name == name))
        return None if wkb is None else shapely.from_wkb(bytes(wkb.data))
