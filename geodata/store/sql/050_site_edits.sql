-- What differs in the records of sites between the ends of two days.
-- In:  the two days, the earlier first; the sites to look at, NULL for all.
-- Out: one row per site whose own columns differ or at which something that hangs on it changed:
--      the names of the columns, and of the tables, in the order of the alphabet; the columns as
--      they were and as they are. Numbers of rows and the words of files are no difference.
CREATE OR REPLACE FUNCTION site_edits(day_from date, day_to date, only_sites bigint[])
RETURNS TABLE (
  site_id bigint, fields text[], old jsonb, new jsonb
) LANGUAGE sql STABLE AS $$
  WITH recent AS (
    SELECT v.id, v.site_id, v.subject, v.row_id, v.effective_on, v.old, v.new
    FROM site_version AS v
    WHERE (only_sites IS NULL OR v.site_id = ANY(only_sites))
      AND v.effective_on > day_from AND v.effective_on <= day_to
      AND v.subject NOT IN ('management_arrangement', 'inspection', 'finding')
      AND (v.old - 'row_version') IS DISTINCT FROM (v.new - 'row_version')
  ), own AS (
    SELECT sites.site_id, before.new AS old, after.new
    FROM (SELECT DISTINCT recent.site_id FROM recent WHERE recent.subject = 'site') AS sites
    CROSS JOIN LATERAL (
      SELECT one.new FROM site_version AS one
      WHERE one.site_id = sites.site_id AND one.subject = 'site'
        AND one.effective_on <= day_from
      ORDER BY one.effective_on DESC, one.id DESC LIMIT 1
    ) AS before
    CROSS JOIN LATERAL (
      SELECT one.new FROM site_version AS one
      WHERE one.site_id = sites.site_id AND one.subject = 'site' AND one.effective_on <= day_to
      ORDER BY one.effective_on DESC, one.id DESC LIMIT 1
    ) AS after
  ), named AS (
    SELECT own.site_id, field.key AS name
    FROM own CROSS JOIN LATERAL jsonb_each(own.new) AS field
    WHERE field.value IS DISTINCT FROM own.old -> field.key
      AND field.key NOT IN ('row_version', 'source_row')
    UNION
    SELECT recent.site_id, recent.subject FROM recent WHERE recent.subject <> 'site'
  )
  SELECT told.site_id, told.fields, own.old, own.new
  FROM (
    SELECT named.site_id, array_agg(named.name ORDER BY named.name) AS fields
    FROM named GROUP BY named.site_id
  ) AS told
  LEFT JOIN own ON own.site_id = told.site_id
$$;
