-- The site in which a footprint lies as a whole.
-- In:  ids of footprints.
-- Out: each id once; the listed site that covers it, the smallest id where several do, NULL where
--      none does; its area then.
-- Few footprints look their site up one by one. Many are picked by the sites round them, on all
-- processors: a site's outline is prepared once for all its houses, which makes each five times as
-- fast. The outer join, with no other kind allowed, fixes which of the two is looked up: the
-- planner, left free, turns the join round where footprints are many, and takes twenty times as long.
-- A district is compared so that no index answers it: in the transaction that brings a million
-- footprints nothing is known of them yet, and all of the district would be read for each site.
DROP FUNCTION IF EXISTS whole_sites(bigint[]);
CREATE OR REPLACE FUNCTION covered_by_sites(ids bigint[])
RETURNS TABLE (id bigint, site_id bigint, area_m2 float8)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100000
SET enable_hashjoin = off SET enable_mergejoin = off
SET min_parallel_table_scan_size = 0 SET parallel_setup_cost = 0 SET parallel_tuple_cost = 0 AS $$
DECLARE ground geometry;
BEGIN
  -- Where nearly all are asked for, looking where they lie costs as much as finding their sites.
  IF cardinality(ids) < (SELECT reltuples / 4 FROM pg_class WHERE oid = 'footprint'::regclass) THEN
    ground := (SELECT ST_SetSRID(ST_Extent(f.geom)::geometry, 4490)
      FROM unnest(ids) AS wanted(id) JOIN footprint AS f ON f.id = wanted.id);
  END IF;
  RETURN QUERY SELECT f.id, s.id, f.area_m2
    FROM site AS s LEFT JOIN footprint AS f
      ON ST_Covers(s.geom, f.geom) AND NOT ST_IsEmpty(f.geom)
    WHERE s.delisted_on IS NULL AND (ground IS NULL OR s.geom && ground)
      AND f.district_code IS NOT DISTINCT FROM s.district_code;
END
$$;
CREATE OR REPLACE FUNCTION whole_sites(ids bigint[])
RETURNS TABLE (id bigint, site_id bigint, area_m2 float8)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100000
SET work_mem = '256MB' AS $$
BEGIN
  IF cardinality(ids) <= 20000 THEN
    RETURN QUERY SELECT f.id, held.site_id, f.area_m2
      FROM (SELECT DISTINCT unnest(ids) AS id) AS wanted JOIN footprint AS f ON f.id = wanted.id
      LEFT JOIN LATERAL (
        SELECT s.id AS site_id FROM site AS s
        WHERE f.geom @ s.geom AND s.delisted_on IS NULL
          AND s.district_code IS NOT DISTINCT FROM f.district_code
          AND ST_Covers(s.geom, f.geom) AND NOT ST_IsEmpty(f.geom)
        ORDER BY s.id LIMIT 1) AS held ON true;
  ELSE
    RETURN QUERY SELECT wanted.id, min(h.site_id), min(h.area_m2)
      FROM unnest(ids) AS wanted(id) LEFT JOIN covered_by_sites(ids) AS h ON h.id = wanted.id
      GROUP BY wanted.id;
  END IF;
END
$$;
