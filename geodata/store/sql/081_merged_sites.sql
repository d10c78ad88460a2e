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

-- Sites of one cell that look alike are counted first: what follows depends on how many looks there
-- are, not on how many sites. Whole numbers, as their sum is the same in any order.
-- plpgsql, as all that fills a layer is: PostgreSQL keeps its plan, which takes longer than the tile.
CREATE OR REPLACE FUNCTION tile_sites_merged(
  layer text, z integer, x integer, y integer,
  kind text, code text, day date
) RETURNS bytea LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  RETURN (
    WITH alike AS (
      SELECT floor(ST_X(at))::integer >> 8 AS column_at, floor(ST_Y(at))::integer >> 8 AS row_at,
        s.category, s.inspection_status, s.management_types, s.covered, count(*) AS n,
        sum(floor(ST_X(at))::integer) AS x_sum, sum(floor(ST_Y(at))::integer) AS y_sum
      FROM sites_within(day, ST_TileEnvelope(z, x, y)) AS s
      CROSS JOIN LATERAL (SELECT in_tile(s.centre, z, x, y) AS at OFFSET 0) AS placed
      WHERE ST_X(at) >= 0 AND ST_X(at) < 4096 AND ST_Y(at) >= 0 AND ST_Y(at) < 4096
        AND in_layer(layer, s.is_standalone, s.covered)
        AND lies_within(kind, code, s.district_code, s.town_code, s.neighbourhood_code)
      GROUP BY 1, 2, 3, 4, 5, 6
    ), held AS (
      SELECT v.column_at, v.row_at, jsonb_object_agg('n_' || v.name, v.n) AS numbers FROM (
        SELECT a.column_at, a.row_at, name, sum(a.n) AS n
        FROM alike AS a CROSS JOIN LATERAL unnest(
          ARRAY['category_' || coalesce(a.category, 'unreported'),
            'inspection_status_' || a.inspection_status]
          || string_to_array('management_types_' || replace(
            coalesce(a.management_types, 'unreported'), ',', ',management_types_'), ',')) AS name
        GROUP BY 1, 2, 3
      ) AS v GROUP BY 1, 2
    ), cell AS (
      SELECT column_at, row_at, sum(n) AS n, sum(n) FILTER (WHERE alike.covered) AS covered,
        ST_Point(sum(x_sum) / sum(n), sum(y_sum) / sum(n)) AS geom
      FROM alike GROUP BY 1, 2
    )
    SELECT ST_AsMVT(q, layer, 4096, 'geom') FROM (
      SELECT cell.geom, cell.n::bigint AS count, coalesce(cell.covered, 0)::bigint AS covered,
        day::text AS "on", held.numbers
      FROM cell JOIN held USING (column_at, row_at) ORDER BY column_at, row_at
    ) AS q
  );
END
$$;
