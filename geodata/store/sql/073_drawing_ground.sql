-- Keep count of footprints by grid cell, and tell when ground has changed.
-- In:  changes of footprint; of division, road and landuse.
-- Out: rows of footprint_count and drawn_change; a notification when the transaction commits.
-- The grid is that of tiles at zoom 17: 16 cells across a tile at zoom 13, the nearest view in
-- which footprints stand merged.
CREATE OR REPLACE FUNCTION footprint_cell(box geometry, OUT x integer, OUT y integer)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT floor((ST_XMin(box) + 20037508.342789244) / 305.748113140705)::integer,
    floor((20037508.342789244 - ST_YMax(box)) / 305.748113140705)::integer
$$;

CREATE OR REPLACE FUNCTION write_footprint_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  gone text := 'SELECT -1 AS sign, was.* FROM was';
  come text := 'SELECT 1 AS sign, became.* FROM became';
  changes drawn_change[];
BEGIN
  IF TG_OP = 'UPDATE' THEN
    gone := gone || ' JOIN became AS b ON b.id = was.id WHERE b IS DISTINCT FROM was';
    come := come || ' JOIN was AS w ON w.id = became.id WHERE w IS DISTINCT FROM became';
  END IF;
  EXECUTE format($query$
    WITH different(sign, id, district_code, town_code, neighbourhood_code, geom_3857) AS MATERIALIZED (
      SELECT d.sign, d.id, d.district_code, d.town_code, d.neighbourhood_code, d.geom_3857 FROM (%s) AS d
    ), counted AS (
      INSERT INTO footprint_count (x, y, district_code, town_code, neighbourhood_code, count)
      SELECT c.x, c.y, d.district_code, d.town_code, d.neighbourhood_code, sum(d.sign)
      FROM different AS d CROSS JOIN LATERAL footprint_cell(d.geom_3857) AS c
      GROUP BY 1, 2, 3, 4, 5 HAVING sum(d.sign) <> 0 ORDER BY 1, 2, 3, 4, 5
      ON CONFLICT (x, y, district_code, coalesce(town_code, ''), coalesce(neighbourhood_code, ''))
      DO UPDATE SET count = footprint_count.count + excluded.count
    ), changed AS (
      INSERT INTO drawn_change (change_group, x, y, district_code, town_code)
      SELECT DISTINCT 'footprints', b.x, b.y, d.district_code, d.town_code
      FROM different AS d CROSS JOIN LATERAL map_blocks(d.geom_3857) AS b
      RETURNING drawn_change
    ) SELECT array_agg(drawn_change) FROM changed$query$,
    concat_ws(' UNION ALL ', CASE WHEN TG_OP <> 'INSERT' THEN gone END,
      CASE WHEN TG_OP <> 'DELETE' THEN come END)) INTO changes;
  PERFORM tell_drawn(changes);
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION write_ground_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changes drawn_change[];
BEGIN
  WITH changed AS (
    INSERT INTO drawn_change (change_group, district_code)
    SELECT DISTINCT 'ground', district_code FROM touched RETURNING drawn_change
  ) SELECT array_agg(drawn_change) INTO changes FROM changed;
  PERFORM tell_drawn(changes);
  RETURN NULL;
END
$$;
