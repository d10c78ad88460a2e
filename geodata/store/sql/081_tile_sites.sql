-- Sites in a vector tile.
-- In:  the layer's id (communities, standalone_buildings, gaps) and its zooms as
--      geodata/layers.py declares them; the tile; the scope (kind and code of a division, NULL for
--      all); the day.
-- Out: one layer of a vector tile. Below merged_below points with count, covered and the number
--      by each value (n_FIELD_VALUE) over 16 cells a side; below drawn_from points; then outlines.
CREATE OR REPLACE FUNCTION in_layer(layer text, s drawn_site) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE layer WHEN 'communities' THEN NOT s.is_standalone
    WHEN 'standalone_buildings' THEN s.is_standalone ELSE NOT s.covered END
$$;

CREATE OR REPLACE FUNCTION tile_sites(
  layer text, merged_below integer, drawn_from integer, names_from integer, z integer, x integer, y integer, kind text, code text, day date
) RETURNS bytea LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  IF z < merged_below THEN
    RETURN tile_sites_merged(layer, z, x, y, kind, code, day);
  END IF;
  RETURN (SELECT ST_AsMVT(q, layer, 4096, 'geom', 'id') FROM (
    SELECT s.site_id AS id,
      CASE WHEN z < drawn_from OR s.outline IS NULL THEN in_tile(s.centre, z, x, y)
        ELSE outline_in_tile(CASE WHEN z < 15 THEN s.outline_far ELSE s.outline END, z, x, y)
      END AS geom,
      s.category,
      CASE WHEN layer = 'gaps' THEN
        CASE WHEN s.is_standalone THEN 'standalone_uncovered' ELSE 'community_uncovered' END
      END AS gap,
      CASE WHEN layer <> 'gaps' THEN s.management_types END AS management_types,
      CASE WHEN layer <> 'gaps' THEN s.inspection_status END AS inspection_status,
      CASE WHEN layer <> 'gaps' THEN s.covered END AS covered,
      CASE WHEN layer <> 'gaps' AND z >= names_from THEN s.market_covered END AS market_covered,
      CASE WHEN layer <> 'gaps' AND z >= names_from THEN s.verified END AS verified,
      s.town_code AS town,
      day::text AS "on",
      CASE WHEN layer = 'gaps' OR z >= names_from THEN s.uncovered_since::text END AS uncovered_since,
      CASE WHEN z >= names_from THEN s.name END AS name,
      CASE WHEN z >= names_from THEN s.households END AS households,
      CASE WHEN z >= names_from THEN s.neighbourhood_code END AS neighbourhood
    FROM sites_shown(day) AS s
    WHERE s.place && tile_box(z, x, y)
      AND (z >= drawn_from AND s.outline IS NOT NULL OR s.centre && tile_box(z, x, y))
      AND in_layer(layer, s)
      AND lies_within(kind, code, s.district_code, s.town_code, s.neighbourhood_code)
    ORDER BY s.site_id
  ) AS q);
END
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
    FROM sites_shown(day) AS s CROSS JOIN LATERAL in_tile(s.centre, z, x, y) AS at
    WHERE s.place && ST_TileEnvelope(z, x, y)
      AND ST_X(at) >= 0 AND ST_X(at) < 4096 AND ST_Y(at) >= 0 AND ST_Y(at) < 4096
      AND in_layer(layer, s)
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
