-- Who, when, old, new, why for every change of a site and of what hangs on it (S23).
-- In:  the settings fugai.actor, fugai.reason, fugai.effective_on, fugai.import_id of the
--      transaction.
-- Out: rows of site_version; a change by nobody or for no reason is refused, one of an earlier
--      day is carried through what came after it (025_carried_versions.sql).
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
  fresh site_version;
BEGIN
  fresh.subject := TG_TABLE_NAME;
  fresh.changed_by := current_setting('fugai.actor', true);
  fresh.reason := current_setting('fugai.reason', true);
  IF coalesce(fresh.changed_by, '') = '' OR coalesce(fresh.reason, '') = '' THEN
    RAISE EXCEPTION 'change without actor or reason' USING ERRCODE = 'FU001';
  END IF;
  IF TG_TABLE_NAME = 'site' THEN
    IF TG_OP = 'DELETE' THEN
      RAISE EXCEPTION 'a site ends by a date, it is not deleted' USING ERRCODE = 'FU002';
    END IF;
    fresh.old := CASE WHEN TG_OP = 'UPDATE' THEN site_snapshot(OLD) END;
    fresh.new := site_snapshot(NEW);
    fresh.site_id := NEW.id;
  ELSE
    fresh.old := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    fresh.new := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    fresh.site_id := (coalesce(fresh.new, fresh.old) ->> 'site_id')::bigint;
  END IF;
  fresh.row_id := (coalesce(fresh.new, fresh.old) ->> 'id')::bigint;
  fresh.effective_on := coalesce(
    nullif(current_setting('fugai.effective_on', true), '')::date,
    (now() AT TIME ZONE 'Asia/Shanghai')::date);
  fresh.import_id := nullif(current_setting('fugai.import_id', true), '')::bigint;
  PERFORM keep_version(fresh);
  RETURN NULL;
END
$$;

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['site', 'management_arrangement', 'inspection', 'finding',
      'site_contact', 'site_utility', 'site_separation', 'site_milestone', 'site_evidence', 'site_plan'] LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER write_version AFTER INSERT OR UPDATE OR DELETE'
      ' ON %I FOR EACH ROW EXECUTE FUNCTION write_site_version()', name);
  END LOOP;
END
$$;
