-- Geometry in the coordinates of a vector tile: 4096 units a side, y downwards.
-- In:  a shape in web mercator; the tile's zoom, column and row.
-- Out: tile_side, metres at the equator; tile_box, the tile with a rim of 64 units; in_tile, the
--      shape in tile coordinates, outlines running clockwise; cut_to_tile, the part of a large one
--      (one that reaches out of tile_surroundings).
-- Moving and scaling takes a fraction of what ST_AsMVTGeom does and is enough for shapes that
-- need no clipping; half a unit makes the truncation that follows a rounding.
CREATE OR REPLACE FUNCTION tile_side(z integer) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 40075016.68557849::float8 / (1 << z) $$;

CREATE OR REPLACE FUNCTION tile_box(z integer, x integer, y integer) RETURNS geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT ST_TileEnvelope(z, x, y, margin => 64.0 / 4096) $$;

-- What is the same for every shape of a tile is worked out once by whoever draws many of them:
-- dx, dy and scale as in in_tile, and the ground beyond which a shape must be cut.
CREATE OR REPLACE FUNCTION tile_dx(z integer, x integer) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT 20037508.342789244 - (x - 1 / 8192::float8) * tile_side(z)
$$;

CREATE OR REPLACE FUNCTION tile_dy(z integer, y integer) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (y - 1 / 8192::float8) * tile_side(z) - 20037508.342789244
$$;

CREATE OR REPLACE FUNCTION tile_surroundings(z integer, x integer, y integer) RETURNS geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT ST_Expand(tile_box(z, x, y), 3 * tile_side(z)) $$;

CREATE OR REPLACE FUNCTION in_tile(shape geometry, z integer, x integer, y integer) RETURNS geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ST_TransScale(shape, tile_dx(z, x), tile_dy(z, y), 4096 / tile_side(z), -4096 / tile_side(z))
$$;

CREATE OR REPLACE FUNCTION cut_to_tile(shape geometry, z integer, x integer, y integer) RETURNS geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ST_AsMVTGeom(shape, ST_TileEnvelope(z, x, y)::box2d, 4096, 64, true)
$$;

-- Points in a tile, merged into one for each of 16 cells a side, in the middle of those that it stands
-- for. Whole units are averaged: a sum of fractions depends on the order of rows, and so the bytes of
-- a tile would on the plan.
CREATE OR REPLACE FUNCTION merged_places(places geometry[]) RETURNS TABLE (geom geometry, count bigint)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ST_Point(avg(floor(ST_X(p))::integer), avg(floor(ST_Y(p))::integer)), count(*)
  FROM unnest(places) AS p
  WHERE ST_X(p) >= 0 AND ST_X(p) < 4096 AND ST_Y(p) >= 0 AND ST_Y(p) < 4096
  GROUP BY width_bucket(ST_X(p), 0, 4096, 16), width_bucket(ST_Y(p), 0, 4096, 16)
$$;
