-- The ledger as it stood at the end of a day in Shanghai.
-- In:  day. Out: rows of site that were listed that day, with the values of their last version
-- effective by then; for today and later the table itself.
-- The planner drops one of the two halves: their conditions on the day exclude each other.
CREATE OR REPLACE FUNCTION site_as_of(day date) RETURNS SETOF site
LANGUAGE sql STABLE AS $$
  SELECT s.* FROM site AS s
  WHERE day >= (now() AT TIME ZONE 'Asia/Shanghai')::date
    AND s.listed_on <= day AND (s.delisted_on IS NULL OR s.delisted_on > day)
  UNION ALL
  SELECT past.* FROM (
    SELECT DISTINCT ON (v.site_id) v.new
    FROM site_version AS v
    WHERE v.subject = 'site' AND v.effective_on <= day
      AND day < (now() AT TIME ZONE 'Asia/Shanghai')::date
    ORDER BY v.site_id, v.effective_on DESC, v.id DESC
  ) AS latest
  CROSS JOIN LATERAL jsonb_populate_record(NULL::site, latest.new) AS past
  WHERE past.listed_on <= day AND (past.delisted_on IS NULL OR past.delisted_on > day)
$$;
