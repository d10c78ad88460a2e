-- Buildings that the ledger misses, joined to candidates, in a vector tile.
-- In:  the layer's id and zooms; the tile; the scope.
-- Out: one layer of a vector tile: outlines, merged below merged_below into points with count
--      over 16 cells a side.
CREATE OR REPLACE FUNCTION tile_candidates(
  layer text, merged_below integer, names_from integer, z integer, x integer, y integer,
  kind text, code text
) RETURNS bytea LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  RETURN (
    WITH here AS (
      SELECT c.id, c.geom_3857, c.footprints, c.area_m2, c.name, c.first_found_on, c.town_code,
        c.neighbourhood_code
      FROM gap_candidate AS c
      WHERE c.geom_3857 && tile_box(z, x, y)
        AND lies_within(kind, code, c.district_code, c.town_code, c.neighbourhood_code)
    ), placed AS (
      SELECT in_tile(ST_Centroid(ST_Envelope(geom_3857)), z, x, y) AS place FROM here
      WHERE z < merged_below
    )
    SELECT CASE WHEN z < merged_below THEN (
      SELECT ST_AsMVT(q, layer, 4096, 'geom') FROM (
        SELECT m.geom, m.count
        FROM merged_places(ARRAY(SELECT place FROM placed)) AS m ORDER BY m.geom
      ) AS q
    ) ELSE (
      SELECT ST_AsMVT(q, layer, 4096, 'geom', 'id') FROM (
        SELECT here.id, cut_to_tile(here.geom_3857, z, x, y) AS geom, here.footprints,
          round(here.area_m2)::integer AS area_m2, here.first_found_on::text AS first_found_on,
          here.town_code AS town,
          CASE WHEN z >= names_from THEN here.name END AS name,
          CASE WHEN z >= names_from THEN here.neighbourhood_code END AS neighbourhood
        FROM here ORDER BY here.id
      ) AS q
    ) END
  );
END
$$;
