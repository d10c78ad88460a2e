-- The site in which a footprint lies as a whole.
-- In:  ids of footprints.
-- Out: id and site of those that one listed site covers, the smallest id where several do.
-- Few footprints look their site up one by one. Many are picked by the sites round them: a site's
-- outline is prepared once for all its houses, which makes each five times as fast.
CREATE OR REPLACE FUNCTION whole_sites(ids bigint[]) RETURNS TABLE (id bigint, site_id bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100000 AS $$
BEGIN
  IF cardinality(ids) <= 20000 THEN
    RETURN QUERY SELECT f.id, held.site_id
      FROM unnest(ids) AS wanted(id) JOIN footprint AS f ON f.id = wanted.id
      CROSS JOIN LATERAL (
        SELECT s.id AS site_id FROM site AS s
        WHERE f.geom @ s.geom AND s.delisted_on IS NULL AND s.district_code = f.district_code
          AND ST_Covers(s.geom, f.geom) AND NOT ST_IsEmpty(f.geom)
        ORDER BY s.id LIMIT 1) AS held;
  ELSE
    RETURN QUERY SELECT h.id, min(s.id)
      FROM site AS s CROSS JOIN LATERAL (
        SELECT f.id FROM footprint AS f
        WHERE f.geom @ s.geom AND f.district_code = s.district_code
          AND ST_Covers(s.geom, f.geom) AND NOT ST_IsEmpty(f.geom)
        OFFSET 0) AS h
      WHERE s.delisted_on IS NULL AND s.geom && (SELECT ST_SetSRID(ST_Extent(f.geom)::geometry, 4490)
        FROM unnest(ids) AS wanted(id) JOIN footprint AS f ON f.id = wanted.id)
      GROUP BY h.id;
  END IF;
END
$$;
