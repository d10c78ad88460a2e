-- Geometry in the coordinates of a vector tile: 4096 units a side, y downwards.
-- In:  a shape in web mercator; the tile's zoom, column and row.
-- Out: tile_side, metres at the equator; tile_box, the tile with a rim of 64 units; in_tile, the
--      shape in tile coordinates. Outlines must run clockwise.
-- Moving and scaling takes a fraction of what ST_AsMVTGeom does and is enough for shapes that
-- need no clipping; half a unit makes the truncation that follows a rounding.
CREATE OR REPLACE FUNCTION tile_side(z integer) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 40075016.68557849 / (1 << z) $$;

CREATE OR REPLACE FUNCTION tile_box(z integer, x integer, y integer) RETURNS geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT ST_TileEnvelope(z, x, y, margin => 64.0 / 4096) $$;

CREATE OR REPLACE FUNCTION in_tile(shape geometry, z integer, x integer, y integer) RETURNS geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ST_TransScale(shape,
    20037508.342789244 - (x - 1 / 8192::float8) * tile_side(z),
    (y - 1 / 8192::float8) * tile_side(z) - 20037508.342789244,
    4096 / tile_side(z), -4096 / tile_side(z))
$$;

CREATE OR REPLACE FUNCTION cut_to_tile(shape geometry, z integer, x integer, y integer) RETURNS geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ST_AsMVTGeom(shape, ST_TileEnvelope(z, x, y)::box2d, 4096, 64, true)
$$;

CREATE OR REPLACE FUNCTION outline_in_tile(shape geometry, z integer, x integer, y integer)
RETURNS geometry LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN greatest(ST_XMax(shape) - ST_XMin(shape), ST_YMax(shape) - ST_YMin(shape))
    > 4 * tile_side(z) THEN cut_to_tile(shape, z, x, y) ELSE in_tile(shape, z, x, y) END
$$;
