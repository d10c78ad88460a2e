-- Visits that are planned for a day or later, or were made on it, in a vector tile.
-- In:  the layer's id and zooms; the tile; the scope; the day.
-- Out: one layer of a vector tile: points where the site is, merged below merged_below into
--      points with count over 16 cells a side. Who goes is told to nobody.
CREATE OR REPLACE FUNCTION standing_stops(day date) RETURNS SETOF planned_stop
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT p.* FROM planned_stop AS p
  JOIN (SELECT inspector, visits_on, max(plan_id) AS plan_id FROM planned_stop
        WHERE visits_on >= day GROUP BY inspector, visits_on) AS newest
    USING (inspector, visits_on, plan_id)
  WHERE p.state IN ('planned', 'done')
$$;
CREATE OR REPLACE FUNCTION tile_stops(
  layer text, merged_below integer, names_from integer, z integer, x integer, y integer,
  kind text, code text, day date
) RETURNS bytea LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  RETURN (
    WITH here AS (
      SELECT p.id, p.site_id AS site, s.name, p.visits_on, p.position, p.state, p.reason,
        s.town_code, s.neighbourhood_code, in_tile(s.centre, z, x, y) AS place
      FROM sites_within(day, tile_box(z, x, y)) AS s
      JOIN standing_stops(day) AS p ON p.site_id = s.site_id
      WHERE s.centre && tile_box(z, x, y)
        AND lies_within(kind, code, s.district_code, s.town_code, s.neighbourhood_code)
    )
    SELECT CASE WHEN z < merged_below THEN (
      SELECT ST_AsMVT(q, layer, 4096, 'geom') FROM (
        SELECT m.geom, m.count, day::text AS "on"
        FROM merged_places(ARRAY(SELECT place FROM here)) AS m ORDER BY m.geom
      ) AS q
    ) ELSE (
      SELECT ST_AsMVT(q, layer, 4096, 'geom', 'id') FROM (
        SELECT here.id, here.place AS geom, here.site, here.visits_on::text AS visits_on,
          here.position, here.state, here.reason, day::text AS "on", here.town_code AS town,
          CASE WHEN z >= names_from THEN here.name END AS site_name,
          CASE WHEN z >= names_from THEN here.neighbourhood_code END AS neighbourhood
        FROM here ORDER BY here.id
      ) AS q
    ) END
  );
END
$$;
