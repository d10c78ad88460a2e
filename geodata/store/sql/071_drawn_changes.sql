-- Say where the map has changed, so that nothing kept of it goes stale.
-- In:  drawn things as boxes in web mercator, with the divisions that see them.
-- Out: rows of drawn_change and, when the transaction commits, a notification on the channel
--      fugai_drawn: {"group", "district", "blocks", "sites", "transaction", "id"}. A block stands there
--      for each row, as TOWN:COLUMN/ROW; NULL where they are many.
-- Whoever listens counts the rows by what they are told. So nothing that is told may be told
-- just so twice in a transaction, as PostgreSQL drops the second: the id of a row is told too.
-- It takes 8,000 bytes at most, and a longer one would fail the edit.
-- A tile shows a rim of its neighbours: boxes are widened by that of a tile at zoom 10, the
-- farthest view in which single features are drawn.
-- What spans more than a thousand blocks counts everywhere (NULL, NULL).
CREATE OR REPLACE FUNCTION map_blocks(box geometry) RETURNS TABLE (x integer, y integer)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT at.x, at.y
  FROM (VALUES (20037508.342789244::float8, 2445.984905125640::float8, 612::float8)) AS k(half, side, rim)
  CROSS JOIN LATERAL (SELECT
    floor((ST_XMin(box) - k.rim + k.half) / k.side)::integer AS west,
    floor((ST_XMax(box) + k.rim + k.half) / k.side)::integer AS east,
    floor((k.half - ST_YMax(box) - k.rim) / k.side)::integer AS north,
    floor((k.half - ST_YMin(box) + k.rim) / k.side)::integer AS south) AS e
  CROSS JOIN LATERAL (
    SELECT column_at, row_at
    FROM generate_series(e.west, e.east) AS column_at, generate_series(e.north, e.south) AS row_at
    WHERE (e.east - e.west + 1) * (e.south - e.north + 1)::bigint <= 1000
    UNION ALL
    SELECT NULL, NULL WHERE (e.east - e.west + 1) * (e.south - e.north + 1)::bigint > 1000
  ) AS at(x, y)
$$;

DROP FUNCTION IF EXISTS tell_drawn(text, text, text[], bigint[]);
CREATE OR REPLACE FUNCTION tell_drawn(changes drawn_change[], sites bigint[] DEFAULT NULL)
RETURNS void LANGUAGE sql AS $$
  SELECT pg_notify('fugai_drawn', json_build_object(
    'group', c.change_group, 'district', c.district_code,
    'blocks', CASE WHEN sum(octet_length(block) + 4) <= 6000 THEN json_agg(block ORDER BY c.id) END,
    -- Nobody may learn of the sites of another district.
    'sites', CASE WHEN cardinality(sites) <= 50 AND is_one_district THEN sites END,
    'transaction', pg_current_xact_id()::text::bigint, 'id', min(c.id))::text)
  FROM unnest(changes) AS c
  CROSS JOIN LATERAL concat(c.town_code, ':', coalesce(c.x || '/' || c.y, '*')) AS block
  CROSS JOIN (
    SELECT count(DISTINCT district_code) = 1 AS is_one_district FROM unnest(changes)) AS d
  GROUP BY c.change_group, c.district_code, is_one_district
$$;

CREATE OR REPLACE FUNCTION replace_drawn_sites(wanted bigint[], fresh drawn_site[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  gone drawn_site[];
  come drawn_site[];
  changes drawn_change[];
BEGIN
  gone := ARRAY(SELECT old FROM drawn_site AS old
    WHERE (wanted IS NULL OR old.site_id = ANY(wanted))
      AND NOT EXISTS (SELECT FROM unnest(fresh) AS new WHERE new.site_id = old.site_id AND new = old));
  DELETE FROM drawn_site AS old USING unnest(gone) AS g WHERE old.site_id = g.site_id;
  come := ARRAY(SELECT new FROM unnest(fresh) AS new
    WHERE NOT EXISTS (SELECT FROM drawn_site AS kept WHERE kept.site_id = new.site_id));
  INSERT INTO drawn_site SELECT c.* FROM unnest(come) AS c ORDER BY c.place;
  WITH changed AS (
    INSERT INTO drawn_change (change_group, x, y, district_code, town_code)
    SELECT DISTINCT 'sites', b.x, b.y, d.district_code, d.town_code
    FROM unnest(gone || come) AS d CROSS JOIN LATERAL map_blocks(d.place) AS b
    RETURNING drawn_change
  ) SELECT array_agg(drawn_change) INTO changes FROM changed;
  PERFORM tell_drawn(changes, ARRAY(SELECT DISTINCT site_id FROM unnest(gone || come)));
END
$$;
