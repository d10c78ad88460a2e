-- Keep a version; one of an earlier day is carried through the versions that came after it, so
-- that the last version of a row is always the row itself, and every day between tells both.
-- In:  the version, without id and time.
-- Out: rows of site_version. The change itself stands against the row as it was on its own day;
--      each later day gets one that repeats it, old and new alike: nothing changed on that day.
CREATE OR REPLACE FUNCTION keep_version(fresh site_version) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  changed jsonb;
  base jsonb;
BEGIN
  IF NOT EXISTS (
    SELECT FROM site_version AS v
    WHERE v.site_id = fresh.site_id AND v.subject = fresh.subject AND v.row_id = fresh.row_id
      AND v.effective_on > fresh.effective_on
  ) THEN
    INSERT INTO site_version
      (site_id, subject, row_id, old, new, changed_by, reason, effective_on, import_id)
    VALUES (fresh.site_id, fresh.subject, fresh.row_id, fresh.old, fresh.new,
      fresh.changed_by, fresh.reason, fresh.effective_on, fresh.import_id);
    RETURN;
  END IF;
  SELECT jsonb_object_agg(field.key, field.value) INTO changed
  FROM jsonb_each(fresh.new) AS field
  WHERE field.value IS DISTINCT FROM fresh.old -> field.key;
  -- A day before the row's first: the row as it first was.
  SELECT v.new INTO base FROM site_version AS v
  WHERE v.site_id = fresh.site_id AND v.subject = fresh.subject AND v.row_id = fresh.row_id
  ORDER BY v.effective_on <= fresh.effective_on DESC,
    CASE WHEN v.effective_on <= fresh.effective_on THEN v.effective_on END DESC,
    CASE WHEN v.effective_on <= fresh.effective_on THEN v.id END DESC,
    v.effective_on, v.id
  LIMIT 1;
  INSERT INTO site_version
    (site_id, subject, row_id, old, new, changed_by, reason, effective_on, import_id)
  SELECT fresh.site_id, fresh.subject, fresh.row_id, one.old, one.new,
    fresh.changed_by, fresh.reason, one.effective_on, fresh.import_id
  FROM (
    SELECT fresh.effective_on, base AS old,
      CASE WHEN fresh.new IS NOT NULL THEN base || coalesce(changed, '{}') END AS new
    UNION ALL
    SELECT later.effective_on, later.carried, later.carried FROM (
      SELECT DISTINCT ON (v.effective_on) v.effective_on,
        CASE WHEN fresh.new IS NOT NULL THEN v.new || coalesce(changed, '{}') END AS carried
      FROM site_version AS v
      WHERE v.site_id = fresh.site_id AND v.subject = fresh.subject
        AND v.row_id = fresh.row_id AND v.effective_on > fresh.effective_on
      ORDER BY v.effective_on, v.id DESC
    ) AS later
  ) AS one ORDER BY one.effective_on;
END
$$;
