-- Who, when, old, new, why for every change of a site and of what hangs on it (S23).
-- In:  the settings fugai.actor, fugai.reason, fugai.effective_on, fugai.import_id of the
--      transaction.
-- Out: rows of site_version; a change by nobody or for no reason is refused.
-- Keep a version in one piece: taken apart, it would be put together again for every field.
ALTER TABLE site_version SET (toast_tuple_target = 8160);

CREATE OR REPLACE FUNCTION site_snapshot(s site) RETURNS jsonb
LANGUAGE sql STABLE AS $$
  -- Geometries as hex EWKB: exact, and read back by the type's own input function.
  SELECT to_jsonb(t) || jsonb_build_object('geom', (s).geom::text, 'point', (s).point::text)
  FROM (SELECT (s).id, (s).external_id, (s).district_code, (s).town_code,
    (s).neighbourhood_code, (s).name, (s).address, (s).category, (s).built_year,
    (s).floor_area_m2, (s).buildings, (s).households, (s).occupied_households,
    (s).service_star, (s).company, (s).developer, (s).project_manager, (s).phone,
    (s).fee_min_yuan, (s).fee_max_yuan, (s).subsidised, (s).owners_committee,
    (s).maintenance_fund, (s).utility_handover, (s).note, (s).source_row, (s).listed_on,
    (s).delisted_on, (s).row_version, (s).geom_source, (s).is_ready_for_star,
    (s).readiness_reason, (s).has_cleaning, (s).has_security, (s).has_order,
    (s).collection_share, (s).responsible, (s).grid_members, (s).geom_accuracy_m,
    (s).geom_note) AS t
$$;

CREATE OR REPLACE FUNCTION write_site_version() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  actor text := current_setting('fugai.actor', true);
  reason text := current_setting('fugai.reason', true);
  before jsonb;
  after jsonb;
BEGIN
  IF coalesce(actor, '') = '' OR coalesce(reason, '') = '' THEN
    RAISE EXCEPTION 'change without actor or reason' USING ERRCODE = 'FU001';
  END IF;
  IF TG_TABLE_NAME = 'site' THEN
    IF TG_OP = 'DELETE' THEN
      RAISE EXCEPTION 'a site ends by a date, it is not deleted' USING ERRCODE = 'FU002';
    END IF;
    before := CASE WHEN TG_OP = 'UPDATE' THEN site_snapshot(OLD) END;
    after := site_snapshot(NEW);
  ELSE
    before := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    after := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
  END IF;
  INSERT INTO site_version
    (site_id, subject, row_id, old, new, changed_by, reason, effective_on, import_id)
  VALUES (
    (coalesce(after, before)
      ->> CASE WHEN TG_TABLE_NAME = 'site' THEN 'id' ELSE 'site_id' END)::bigint,
    TG_TABLE_NAME, (coalesce(after, before) ->> 'id')::bigint, before, after, actor, reason,
    coalesce(nullif(current_setting('fugai.effective_on', true), '')::date,
             (now() AT TIME ZONE 'Asia/Shanghai')::date),
    nullif(current_setting('fugai.import_id', true), '')::bigint);
  RETURN NULL;
END
$$;

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['site', 'management_arrangement', 'inspection', 'finding',
      'site_contact', 'site_utility', 'site_separation', 'site_milestone', 'site_evidence'] LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER write_version AFTER INSERT OR UPDATE OR DELETE'
      ' ON %I FOR EACH ROW EXECUTE FUNCTION write_site_version()', name);
  END LOOP;
END
$$;
