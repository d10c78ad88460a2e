-- Missing footprints that stand together, as candidates for the ledger.
-- In:  ids of footprints whose class, place or outline has changed.
-- Out: rows of gap_candidate, and footprint.candidate_id, for what they touch: joined are
--      footprints within reach of each other, unless a main road lies between them.
-- Web mercator is longer than the ground by 1 / cos(latitude); both ends of a pair measure by
-- the latitude of the one with the smaller id.
CREATE OR REPLACE FUNCTION gap_reach(outline geometry) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT gap_join_within_m() / cos(radians((ST_YMin(outline) + ST_YMax(outline)) / 2))
$$;

CREATE OR REPLACE FUNCTION gap_pool(ids bigint[]) RETURNS bigint[] LANGUAGE sql STABLE AS $$
  -- Whoever was or may be in one candidate with a touched footprint.
  WITH touched AS MATERIALIZED (SELECT f.* FROM footprint AS f WHERE f.id = ANY(ids)),
  near AS MATERIALIZED (
    SELECT n.id, n.candidate_id FROM touched AS t CROSS JOIN LATERAL (
      SELECT o.id, o.candidate_id FROM footprint AS o WHERE o.gap_class = 'missing'
        AND t.gap_class = 'missing'
        AND ST_DWithin(o.geom_3857, t.geom_3857, gap_reach(t.geom) * 1.001) OFFSET 0) AS n
  ), old AS (
    SELECT candidate_id FROM touched UNION SELECT candidate_id FROM near
  )
  SELECT array_agg(u.id) FROM (
    SELECT f.id FROM footprint AS f JOIN old USING (candidate_id)
    UNION SELECT id FROM touched WHERE gap_class = 'missing' UNION SELECT id FROM near) AS u
$$;

CREATE OR REPLACE FUNCTION gap_components(pool bigint[])
RETURNS TABLE (id bigint, component integer) LANGUAGE sql STABLE AS $$
  WITH member AS MATERIALIZED (
    SELECT f.id, f.geom, f.geom_3857, ST_Centroid(f.geom_3857) AS node
    FROM unnest(pool) AS p(id) JOIN footprint AS f ON f.id = p.id WHERE f.gap_class = 'missing'
  ), edge AS (
    SELECT a.id, ST_Collect(a.node, b.node) AS drawn
    FROM member AS a CROSS JOIN LATERAL (
      SELECT n.id, n.geom_3857, ST_Centroid(n.geom_3857) AS node FROM footprint AS n
      WHERE n.gap_class = 'missing' AND n.id > a.id
        AND ST_DWithin(n.geom_3857, a.geom_3857, gap_reach(a.geom)) OFFSET 0) AS b
    CROSS JOIN LATERAL (SELECT ST_ShortestLine(a.geom_3857, b.geom_3857) AS line) AS way
    WHERE NOT EXISTS (SELECT FROM road AS r WHERE r.geom_3857 && way.line
      AND road_rank(r.highway) <= gap_main_road_rank() AND ST_Intersects(r.geom_3857, way.line))
  ), graph AS (
    -- Pairs of points hang together where they share one: that is all the clustering there is.
    SELECT m.id, ST_Multi(m.node) AS drawn FROM member AS m UNION ALL SELECT e.id, e.drawn FROM edge AS e
  )
  SELECT DISTINCT g.id, ST_ClusterDBSCAN(g.drawn, 0, 1) OVER () FROM graph AS g
$$;
