-- The day from which an uncovered site that was covered while it was listed is not any more
-- (S39), NULL for one that never was.
-- In:  the site, since when it is listed, the last day on which an ended arrangement of an
--      effective type covered it, the day that is looked at.
-- Out: the day after the last cover ended: of that arrangement, or of a subsidy, which counts as
--      simple management (note 2); not before the day the site was listed.
CREATE OR REPLACE FUNCTION lapsed_on(site bigint, listed_on date, covered_until date, day date)
RETURNS date LANGUAGE sql STABLE PARALLEL SAFE AS $$
  WITH days AS (
    SELECT v.effective_on, v.new ->> 'subsidised' = 'true' AS is_subsidised,
      lag(v.new ->> 'subsidised' = 'true') OVER (ORDER BY v.effective_on) AS was_subsidised,
      least(min((v.new ->> 'listed_on')::date) OVER (), listed_on) AS first_listed_on
    FROM (
      SELECT DISTINCT ON (one.effective_on) one.effective_on, one.new FROM site_version AS one
      WHERE one.site_id = site AND one.subject = 'site' AND one.effective_on <= day
      ORDER BY one.effective_on, one.id DESC
    ) AS v
  )
  SELECT greatest(listed_on, max(ended_on)) FROM (
    SELECT effective_on AS ended_on FROM days WHERE was_subsidised AND NOT coalesce(is_subsidised, false)
    UNION ALL
    SELECT covered_until + 1 FROM days WHERE covered_until >= first_listed_on
  ) AS ended HAVING max(ended_on) IS NOT NULL
$$;
