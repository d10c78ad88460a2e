-- Keep sites drawn as of a few days that somebody looks at, besides today.
-- In:  the day; changes of sites.
-- Out: begin_past_day: the number of a row of drawn_past_day, NULL while somebody changes sites.
--      finish_past_day: whether the day is drawn as a whole. redraw_past_sites: nothing; few sites
--      are drawn anew on each day that is kept, after many the days are forgotten.
-- In two transactions, so that nobody waits for a whole district to be drawn. From the first on
-- whoever changes a site draws it on that day too, and what they wrote stays: the second adds what
-- is missing. Where a site is nowhere any more a row without a place says so, or the second would
-- bring it back.
CREATE OR REPLACE FUNCTION begin_past_day(wanted date) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  number bigint := (SELECT id FROM drawn_past_day WHERE day = wanted);
BEGIN
  IF number IS NOT NULL OR NOT pg_try_advisory_xact_lock(hashtext('drawn_day')) THEN
    RETURN number;
  END IF;
  WITH old AS (
    DELETE FROM drawn_past_day WHERE id IN (SELECT id FROM drawn_past_day ORDER BY id DESC OFFSET 12)
    RETURNING day
  ) DELETE FROM drawn_past_site AS site USING old WHERE site.day = old.day;
  INSERT INTO drawn_past_day (day) VALUES (wanted) ON CONFLICT (day) DO NOTHING;
  RETURN (SELECT id FROM drawn_past_day WHERE day = wanted);
END
$$;

-- Planned as undrawn_sites is, and for its reasons.
CREATE OR REPLACE FUNCTION finish_past_day(number bigint) RETURNS boolean LANGUAGE plpgsql
SET plan_cache_mode = force_custom_plan SET enable_nestloop = off AS $$
DECLARE
  wanted date;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('drawn_past_day'), number::integer);
  SELECT day INTO wanted FROM drawn_past_day WHERE id = number AND NOT is_whole;
  IF wanted IS NULL THEN
    RETURN EXISTS (SELECT FROM drawn_past_day WHERE id = number);
  END IF;
  INSERT INTO drawn_past_site SELECT wanted, s.* FROM sites_on_maps(wanted) AS s ORDER BY s.place
    ON CONFLICT DO NOTHING;
  UPDATE drawn_past_day SET is_whole = true WHERE id = number;
  IF NOT FOUND THEN
    RAISE serialization_failure; -- Forgotten meanwhile, and what was drawn may be old.
  END IF;
  RETURN true;
EXCEPTION WHEN serialization_failure THEN
  RETURN false;
END
$$;

-- Planning a site's state anew takes ten times as long as reading it.
CREATE OR REPLACE FUNCTION redraw_past_sites(wanted bigint[]) RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  kept date;
BEGIN
  IF cardinality(wanted) > 100 THEN
    DELETE FROM drawn_past_day;
    DELETE FROM drawn_past_site;
    RETURN;
  END IF;
  FOR kept IN SELECT day FROM drawn_past_day ORDER BY id LOOP
    -- Whoever finishes the day may be about to write the same site: this waits for them.
    INSERT INTO drawn_past_site (day, site_id) SELECT kept, one FROM unnest(wanted) AS one ORDER BY one
      ON CONFLICT DO NOTHING;
    DELETE FROM drawn_past_site WHERE day = kept AND site_id = ANY(wanted);
    INSERT INTO drawn_past_site SELECT kept, found.* FROM unnest(wanted) AS one
      CROSS JOIN LATERAL (SELECT s.* FROM sites_on_maps(kept) AS s WHERE s.site_id = one OFFSET 0) AS found;
    INSERT INTO drawn_past_site (day, site_id) SELECT kept, one FROM unnest(wanted) AS one
      ON CONFLICT DO NOTHING;
  END LOOP;
END
$$;

-- What was drawn by the rules of another release is forgotten.
DELETE FROM drawn_past_day;
DELETE FROM drawn_past_site;
