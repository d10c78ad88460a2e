"""OGC API - Features and Tiles over the declared layers."""

from fastapi import APIRouter, Depends

from server.api.ogc import collections, items, tiles, tilesets
from server.api.ogc.parameters import short_enough

router = APIRouter(tags=["ogc"], dependencies=[Depends(short_enough)])
for _part in (collections.router, collections.of_layer, items.of_layer):
    router.include_router(_part)
for _part in (tilesets.router, tilesets.of_layer, tiles.router, tiles.of_layer):
    router.include_router(_part)
