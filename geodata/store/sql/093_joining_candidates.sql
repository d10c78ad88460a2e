-- Keep candidates for the ledger as the missing footprints stand.
-- In:  ids of footprints that were touched.
-- Out: rows of gap_candidate, footprint.candidate_id. A candidate keeps its id while more of
--      its former footprints are in it than in any other; it belongs to the town, and to the
--      neighbourhood, that most of its area lies in.
CREATE OR REPLACE FUNCTION join_candidates(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  pool bigint[] := gap_pool(ids);
BEGIN
  IF pool IS NULL THEN
    RETURN;
  END IF;
  WITH old AS MATERIALIZED (
    SELECT DISTINCT f.candidate_id AS id FROM footprint AS f
    WHERE f.id = ANY(pool) AND f.candidate_id IS NOT NULL
  ), member AS MATERIALIZED (
    SELECT c.component, f.* FROM gap_components(pool) AS c JOIN footprint AS f USING (id)
  ), claim AS (
    SELECT component, candidate_id, count(*) AS weight, min(id) AS first
    FROM member WHERE candidate_id IS NOT NULL GROUP BY 1, 2
  ), granted AS (
    SELECT DISTINCT ON (component) component, candidate_id FROM (
      SELECT DISTINCT ON (candidate_id) * FROM claim ORDER BY candidate_id, weight DESC, first) AS best
    ORDER BY component, weight DESC, first
  ), place AS (
    SELECT DISTINCT ON (component) component, district_code, town_code, neighbourhood_code FROM (
      SELECT component, district_code, town_code, neighbourhood_code,
        sum(sum(area_m2)) OVER (PARTITION BY component, town_code) AS in_town, sum(area_m2) AS there
      FROM member GROUP BY 1, 2, 3, 4) AS share
    ORDER BY component, in_town DESC, town_code, there DESC, neighbourhood_code
  ), named AS MATERIALIZED (
    SELECT p.*, coalesce(g.candidate_id,
      nextval(pg_get_serial_sequence('gap_candidate', 'id'))) AS id
    FROM place AS p LEFT JOIN granted AS g USING (component)
  ), kept AS (
    INSERT INTO gap_candidate AS k (id, district_code, town_code, neighbourhood_code, footprints,
      area_m2, floor_area_m2, name, first_found_on, geom) OVERRIDING SYSTEM VALUE
    SELECT n.id, n.district_code, n.town_code, n.neighbourhood_code, count(*), sum(m.area_m2),
      sum(m.area_m2 * greatest(coalesce(m.floors, 1), 1)), mode() WITHIN GROUP (ORDER BY m.name),
      (now() AT TIME ZONE 'Asia/Shanghai')::date, ST_Multi(ST_Union(m.geom))
    FROM named AS n JOIN member AS m USING (component) GROUP BY n.id, 2, 3, 4
    ON CONFLICT (id) DO UPDATE SET (district_code, town_code, neighbourhood_code, footprints,
      area_m2, floor_area_m2, name, geom) = (excluded.district_code, excluded.town_code,
      excluded.neighbourhood_code, excluded.footprints, excluded.area_m2, excluded.floor_area_m2,
      excluded.name, excluded.geom)
  ), joined AS (
    UPDATE footprint AS f SET candidate_id = n.id FROM member AS m JOIN named AS n USING (component)
    WHERE f.id = m.id AND f.candidate_id IS DISTINCT FROM n.id
  ), freed AS (
    UPDATE footprint AS f SET candidate_id = NULL
    WHERE f.id = ANY(pool) AND f.gap_class IS DISTINCT FROM 'missing' AND f.candidate_id IS NOT NULL
  )
  DELETE FROM gap_candidate AS k USING old
  WHERE k.id = old.id AND NOT EXISTS (SELECT FROM named AS n WHERE n.id = old.id);
END
$$;
