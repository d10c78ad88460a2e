-- The last day on which the cover of each covered site is certain.
-- In:  day; emergency_months, how long emergency service may last.
-- Out: site, that day (NULL where something in force has no end), the company and the type of
--      what lasts longest, and whether only emergency service keeps the site covered.
-- A contract's day and the end of emergency service end nothing by themselves: what is past and
-- neither renewed nor ended still stands, and is told.
CREATE OR REPLACE FUNCTION cover_ends(day date, emergency_months integer)
RETURNS TABLE (site_id bigint, ends_on date, company text, management_type text, is_emergency boolean)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT DISTINCT ON (a.site_id) a.site_id, nullif(e.last_on, 'infinity'), a.company,
    a.management_type, bool_and(a.is_emergency) OVER (PARTITION BY a.site_id)
  FROM management_arrangement AS a
  CROSS JOIN LATERAL (SELECT least(
    coalesce(a.ends_on, 'infinity'), coalesce(a.contract_until, 'infinity'),
    CASE WHEN a.is_emergency
         THEN (a.starts_on + make_interval(months => emergency_months))::date - 1
         ELSE 'infinity' END) AS last_on) AS e
  WHERE a.starts_on <= day AND (a.ends_on >= day OR a.ends_on IS NULL)
    AND is_covered(ARRAY[a.management_type])
  ORDER BY a.site_id, e.last_on DESC, a.id
$$;
