-- Class footprints anew wherever the ledger, a decision, a main road or they themselves change.
-- In:  changes of footprint, site, decided_footprint, decided_gap, road.
-- Out: rows of footprint_to_class; just before the commit each footprint noted is classed once,
--      and the candidates round it are joined anew, one transaction of a district at a time.
CREATE OR REPLACE FUNCTION note_footprints() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  -- What stands on changed ground; of long lines and large areas their boxes are enough. Districts
  -- are compared as in 089.
  on_ground text := 'SELECT f.id FROM (%s) AS c(ground, district_code)'
    ' JOIN footprint AS f ON f.geom && c.ground AND f.district_code IS NOT DISTINCT FROM c.district_code';
  differs text := 'became.geom IS DISTINCT FROM was.geom OR became.point IS DISTINCT FROM was.point'
    ' OR became.delisted_on IS DISTINCT FROM was.delisted_on';
  query text;
  ids bigint[];
BEGIN
  query := CASE TG_TABLE_NAME || ' ' || TG_OP
    WHEN 'footprint INSERT' THEN 'SELECT id FROM became'
    WHEN 'footprint UPDATE' THEN 'SELECT b.id FROM became AS b JOIN was USING (id) WHERE'
      ' (b.use, b.floors, b.town_code, b.neighbourhood_code, b.name) IS DISTINCT FROM'
      ' (was.use, was.floors, was.town_code, was.neighbourhood_code, was.name)'
      ' OR b.geom IS DISTINCT FROM was.geom'
    WHEN 'footprint DELETE' THEN 'SELECT f.id FROM was JOIN footprint AS f USING (candidate_id)'
    WHEN 'site INSERT' THEN format(on_ground,
      'SELECT coalesce(geom, point), district_code FROM became WHERE coalesce(geom, point) IS NOT NULL')
    WHEN 'site UPDATE' THEN format(on_ground, 'SELECT unnest(ARRAY[was.geom, was.point, became.geom,'
      ' became.point]), became.district_code FROM became JOIN was USING (id) WHERE ' || differs)
    WHEN 'decided_footprint INSERT' THEN format(on_ground,
      'SELECT b.geom, g.district_code FROM became AS b JOIN decided_gap AS g ON g.id = b.decided_gap_id')
    WHEN 'decided_gap UPDATE' THEN format(on_ground, 'SELECT d.geom, b.district_code'
      ' FROM became AS b JOIN decided_footprint AS d ON d.decided_gap_id = b.id')
    WHEN 'road INSERT' THEN 'became' WHEN 'road UPDATE' THEN 'became' WHEN 'road DELETE' THEN 'was'
  END;
  IF TG_TABLE_NAME = 'road' THEN
    query := 'SELECT f.id FROM ' || query || ' AS r JOIN footprint AS f ON f.gap_class = ''missing'''
      ' AND f.geom_3857 && ST_Expand(r.geom_3857, gap_reach(r.geom))'
      ' AND f.district_code IS NOT DISTINCT FROM r.district_code WHERE road_rank(r.highway) <= gap_main_road_rank()';
  END IF;
  IF TG_TABLE_NAME = 'footprint' AND TG_OP = 'DELETE' THEN
    DELETE FROM gap_candidate AS k USING was
    WHERE k.id = was.candidate_id AND NOT EXISTS (SELECT FROM footprint AS f WHERE f.candidate_id = k.id);
  END IF;
  EXECUTE format('SELECT array_agg(DISTINCT n.id) FROM (%s) AS n', query) INTO ids;
  IF ids IS NOT NULL THEN
    PERFORM pg_advisory_xact_lock(hashtext('gap_candidate'));
    INSERT INTO footprint_to_class (transaction_id, footprints) VALUES (txid_current(), ids);
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION class_noted_footprints() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  ids bigint[];
BEGIN
  WITH taken AS (
    DELETE FROM footprint_to_class WHERE transaction_id = NEW.transaction_id RETURNING footprints
  ) SELECT array_agg(DISTINCT one) INTO ids FROM taken CROSS JOIN LATERAL unnest(footprints) AS one;
  IF ids IS NOT NULL THEN -- Else they were classed with the first note of the transaction.
    PERFORM class_footprints(ids);
    PERFORM join_candidates(ids);
  END IF;
  RETURN NULL;
END
$$;
