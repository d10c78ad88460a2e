-- Sites in a vector tile of a far view: merged.
-- In:  the layer's id (communities, standalone_buildings, gaps); the tile; the scope (kind and code
--      of a division, NULL for all); the day.
-- Out: in_layer, whether a site is of a layer. tile_sites_merged, one layer of a vector tile: points
--      with count, covered and the number by each value (n_FIELD_VALUE) over 16 cells a side.
CREATE OR REPLACE FUNCTION in_layer(layer text, is_standalone boolean, covered boolean)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE layer WHEN 'communities' THEN NOT is_standalone
    WHEN 'standalone_buildings' THEN is_standalone ELSE NOT covered END
$$;

CREATE OR REPLACE FUNCTION tile_sites_merged(
  layer text, z integer, x integer, y integer,
  kind text, code text, day date
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
  WITH here AS (
    SELECT s.site_id, s.centre, s.covered, width_bucket(ST_X(at), 0, 4096, 16) AS column_at,
      width_bucket(ST_Y(at), 0, 4096, 16) AS row_at, at,
      ARRAY['category_' || coalesce(s.category, 'unreported'),
        'inspection_status_' || s.inspection_status]
      || string_to_array('management_types_' || replace(
        coalesce(s.management_types, 'unreported'), ',', ',management_types_'), ',') AS held
    FROM sites_within(day, ST_TileEnvelope(z, x, y)) AS s CROSS JOIN LATERAL in_tile(s.centre, z, x, y) AS at
    WHERE ST_X(at) >= 0 AND ST_X(at) < 4096 AND ST_Y(at) >= 0 AND ST_Y(at) < 4096
      AND in_layer(layer, s.is_standalone, s.covered)
      AND lies_within(kind, code, s.district_code, s.town_code, s.neighbourhood_code)
  ), held AS (
    SELECT v.column_at, v.row_at, jsonb_object_agg('n_' || v.name, v.n) AS numbers FROM (
      SELECT here.column_at, here.row_at, name, count(*) AS n
      FROM here CROSS JOIN LATERAL unnest(here.held) AS name GROUP BY 1, 2, 3
    ) AS v GROUP BY 1, 2
  )
  SELECT ST_AsMVT(q, layer, 4096, 'geom') FROM (
    SELECT ST_Point(avg(ST_X(here.at)), avg(ST_Y(here.at))) AS geom, count(*) AS count,
      count(*) FILTER (WHERE here.covered) AS covered, day::text AS "on", held.numbers
    FROM here JOIN held USING (column_at, row_at)
    GROUP BY here.column_at, here.row_at, held.numbers ORDER BY here.column_at, here.row_at
  ) AS q
$$;
