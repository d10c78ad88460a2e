-- Building footprints in a vector tile.
-- In:  the layer's id and zooms; the tile; the scope.
-- Out: one layer of a vector tile: outlines, merged below merged_below into points with count
--      over cells of the grid that footprint_count keeps, 16 a side.
CREATE OR REPLACE FUNCTION tile_footprints(
  layer text, merged_below integer, names_from integer, z integer, x integer, y integer,
  kind text, code text
) RETURNS bytea LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  finer integer := 17 - z; -- zooms from the tile down to the grid's
  box geometry := tile_box(z, x, y);
  wide geometry := tile_surroundings(z, x, y);
  dx float8 := tile_dx(z, x);
  dy float8 := tile_dy(z, y);
  scale float8 := 4096 / tile_side(z);
BEGIN
  IF z >= merged_below THEN
    RETURN (SELECT ST_AsMVT(q, layer, 4096, 'geom', 'id') FROM (
      SELECT f.id, CASE WHEN f.geom_3857 @ wide
          THEN ST_TransScale(f.geom_3857, dx, dy, scale, -scale)
          ELSE cut_to_tile(f.geom_3857, z, x, y) END AS geom, f.use, f.floors,
        f.site_id AS site, f.town_code AS town,
        CASE WHEN z >= names_from THEN f.neighbourhood_code END AS neighbourhood
      FROM footprint AS f
      WHERE f.geom_3857 && box
        AND lies_within(kind, code, f.district_code, f.town_code, f.neighbourhood_code)
      ORDER BY f.id
    ) AS q);
  END IF;
  RETURN (SELECT ST_AsMVT(q, layer, 4096, 'geom') FROM (
    SELECT ST_Point(c.column_at * 256 + 128, c.row_at * 256 + 128) AS geom, c.count FROM (
      SELECT (f.x >> (finer - 4)) - (tile_footprints.x << 4) AS column_at,
        (f.y >> (finer - 4)) - (tile_footprints.y << 4) AS row_at,
        sum(f.count)::bigint AS count
      FROM footprint_count AS f
      WHERE f.x BETWEEN tile_footprints.x << finer AND ((tile_footprints.x + 1) << finer) - 1
        AND f.y BETWEEN tile_footprints.y << finer AND ((tile_footprints.y + 1) << finer) - 1
        AND lies_within(kind, code, f.district_code, f.town_code, f.neighbourhood_code)
      GROUP BY 1, 2 HAVING sum(f.count) > 0 ORDER BY 1, 2
    ) AS c
  ) AS q);
END
$$;
