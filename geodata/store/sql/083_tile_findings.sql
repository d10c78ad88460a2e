-- Findings that are open, in a vector tile.
-- In:  the layer's id and zooms; the tile; the scope; the day.
-- Out: one layer of a vector tile: points where the site is, merged below merged_below into
--      points with count over 16 cells a side.
CREATE OR REPLACE FUNCTION tile_findings(
  layer text, merged_below integer, names_from integer, z integer, x integer, y integer,
  kind text, code text, day date
) RETURNS bytea LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  RETURN (
    WITH here AS (
      SELECT f.id, f.site_id AS site, s.name, f.clause, f.opened_on, f.due_on, s.town_code,
        s.neighbourhood_code, in_tile(s.centre, z, x, y) AS place,
        finding_status(f.started_on, f.handed_in_on, f.rejected_on, f.closed_on, day) AS status
      FROM sites_within(day, tile_box(z, x, y)) AS s JOIN finding AS f ON f.site_id = s.site_id
      WHERE s.centre && tile_box(z, x, y)
        AND f.opened_on <= day AND (f.closed_on IS NULL OR f.closed_on > day)
        AND lies_within(kind, code, s.district_code, s.town_code, s.neighbourhood_code)
    )
    SELECT CASE WHEN z < merged_below THEN (
      SELECT ST_AsMVT(q, layer, 4096, 'geom') FROM (
        SELECT m.geom, m.count, day::text AS "on"
        FROM merged_places(ARRAY(SELECT place FROM here)) AS m ORDER BY m.geom
      ) AS q
    ) ELSE (
      SELECT ST_AsMVT(q, layer, 4096, 'geom', 'id') FROM (
        SELECT here.id, here.place AS geom, here.site, here.clause, here.status,
          here.due_on < day AS overdue, here.opened_on::text AS opened_on,
          here.due_on::text AS due_on, day::text AS "on", here.town_code AS town,
          CASE WHEN z >= names_from THEN here.name END AS site_name,
          CASE WHEN z >= names_from THEN here.neighbourhood_code END AS neighbourhood
        FROM here ORDER BY here.id
      ) AS q
    ) END
  );
END
$$;
