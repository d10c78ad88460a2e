-- Keep drawn_site as the ledger has it, in the transaction that changes the ledger.
-- In:  changes of site, management_arrangement, inspection, finding; draw_day's day.
-- Out: rows of drawn_site, and of drawn_change for the blocks that look different.
-- Statements only note the sites that they touch; just before the commit each is drawn once,
-- however often it was touched. Whoever draws shares a lock that a change of day takes alone.
CREATE OR REPLACE FUNCTION note_sites_to_draw() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('INSERT INTO site_to_draw (transaction_id, site_id)'
    ' SELECT DISTINCT txid_current(), %I FROM touched ON CONFLICT DO NOTHING',
    CASE WHEN TG_TABLE_NAME = 'site' THEN 'id' ELSE 'site_id' END);
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION draw_noted_sites() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  noted bigint[];
BEGIN
  IF NOT EXISTS (SELECT FROM site_to_draw AS one
      WHERE one.transaction_id = NEW.transaction_id AND one.site_id = NEW.site_id) THEN
    RETURN NULL; -- Drawn with the first of the transaction.
  END IF;
  WITH taken AS (
    DELETE FROM site_to_draw WHERE transaction_id = NEW.transaction_id RETURNING site_id
  ) SELECT array_agg(site_id) INTO noted FROM taken;
  PERFORM pg_advisory_xact_lock_shared(hashtext('drawn_day'));
  -- Two who change one site, or what hangs on it, draw it one after the other: else the first would
  -- be drawn without what the second has not yet committed, and the second without the first's.
  PERFORM FROM site WHERE id = ANY(noted) ORDER BY id FOR NO KEY UPDATE;
  PERFORM draw_sites(noted);
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION draw_sites(wanted bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  today date := (SELECT day FROM drawn_day);
  fresh drawn_site[];
BEGIN
  IF today IS NULL THEN
    RETURN; -- Nothing has been drawn yet; the first who looks draws all.
  END IF;
  -- Few sites are looked up one by one, many are picked out of all.
  IF cardinality(wanted) <= 300 THEN
    fresh := ARRAY(SELECT found.one FROM unnest(wanted) AS id CROSS JOIN LATERAL (
      SELECT s FROM sites_on_maps(today) AS s WHERE s.site_id = id OFFSET 0) AS found(one));
  ELSE
    fresh := ARRAY(SELECT s FROM sites_on_maps(today) AS s WHERE s.site_id = ANY(wanted));
  END IF;
  PERFORM replace_drawn_sites(wanted, fresh);
  PERFORM redraw_past_sites(wanted);
END
$$;

CREATE OR REPLACE FUNCTION draw_day(today date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('drawn_day'));
  IF today IS NOT DISTINCT FROM (SELECT day FROM drawn_day) THEN
    RETURN; -- Somebody else was faster.
  END IF;
  INSERT INTO drawn_day (day) VALUES (today)
    ON CONFLICT (is_only) DO UPDATE SET day = excluded.day;
  PERFORM replace_drawn_sites(NULL, ARRAY(SELECT s FROM sites_on_maps(today) AS s));
END
$$;
