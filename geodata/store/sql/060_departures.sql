-- The sites that had left the ledger by the end of a day.
-- In:  day. Out: one row per such site: its columns as it left, since when it is not listed, who
--      wrote that down and why.
CREATE OR REPLACE FUNCTION departures(day date) RETURNS TABLE (
  site_id bigint, name text, address text, category text, district_code text, town_code text,
  neighbourhood_code text, left_on date, reason text, changed_by text
) LANGUAGE sql STABLE AS $$
  SELECT s.site_id, s.new ->> 'name', s.new ->> 'address', s.new ->> 'category',
    s.new ->> 'district_code', s.new ->> 'town_code', s.new ->> 'neighbourhood_code',
    (s.new ->> 'delisted_on')::date, why.reason, why.changed_by
  FROM (
    SELECT DISTINCT ON (v.site_id) v.site_id, v.new FROM site_version AS v
    WHERE v.subject = 'site' AND v.effective_on <= day AND v.site_id IN (
      SELECT ever.site_id FROM site_version AS ever
      WHERE ever.subject = 'site' AND ever.new ->> 'delisted_on' IS NOT NULL)
    ORDER BY v.site_id, v.effective_on DESC, v.id DESC
  ) AS s
  CROSS JOIN LATERAL (
    SELECT v.reason, v.changed_by FROM site_version AS v
    WHERE v.site_id = s.site_id AND v.subject = 'site' AND v.effective_on <= day
      AND v.new -> 'delisted_on' IS DISTINCT FROM v.old -> 'delisted_on'
    ORDER BY v.effective_on DESC, v.id DESC LIMIT 1
  ) AS why
  WHERE (s.new ->> 'delisted_on')::date <= day
$$;
