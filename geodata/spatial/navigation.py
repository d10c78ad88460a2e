"""Links that open a place in the map applications of a phone, in the datum each expects.

Schemes of the applications themselves: nothing is asked of any other host. Amap, Tencent and
Apple (in China) take GCJ-02, Baidu BD-09.
"""

from __future__ import annotations

from urllib.parse import quote

import numpy as np

from geodata.spatial.datum import Datum, from_cgcs2000

_DECIMALS = 6


def navigation_links(longitude: float, latitude: float, name: str) -> dict[str, str]:
    """Return links by application: ``amap_android``, ``_ios``, ``baidu``, ``tencent``, ``apple``.

    Args:
        longitude: EPSG:4490 degrees.
        latitude: EPSG:4490 degrees.
        name: Shown there.
    """
    x, y = _as(longitude, latitude, Datum.GCJ02)
    bx, by = _as(longitude, latitude, Datum.BD09)
    called = quote(name, safe="")
    return {
        "amap_android": f"amapuri://route/plan/?dlat={y}&dlon={x}&dname={called}&dev=0&t=0",
        "amap_ios": f"iosamap://path?dlat={y}&dlon={x}&dname={called}&dev=0&t=0",
        "baidu": (
            f"baidumap://map/direction?destination=latlng:{by},{bx}%7Cname:{called}"
            "&coord_type=bd09ll&mode=driving&src=fugai"
        ),
        "tencent": f"qqmap://map/routeplan?type=drive&to={called}&tocoord={y},{x}&referer=fugai",
        "apple": f"maps://?daddr={y},{x}&q={called}",
    }


def _as(longitude: float, latitude: float, datum: Datum) -> tuple[float, float]:
    x, y = from_cgcs2000(np.array([longitude]), np.array([latitude]), datum)
    return round(float(x[0]), _DECIMALS), round(float(y[0]), _DECIMALS)
