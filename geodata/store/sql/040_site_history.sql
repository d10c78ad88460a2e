-- The versions of a site and of what hangs on it, each with where the site lay after and before
-- it, so that every one can be cut by scope: a town reads of its own time only.
-- In:  the site. Out: the columns of site_version; district_code, town_code,
--      neighbourhood_code after it; the same before it, NULL for the first version of a site.
CREATE OR REPLACE FUNCTION site_history(site bigint) RETURNS TABLE (
  id bigint, subject text, row_id bigint, old jsonb, new jsonb, changed_by text, reason text,
  effective_on date, recorded_at timestamptz, import_id bigint,
  district_code text, town_code text, neighbourhood_code text,
  district_before text, town_before text, neighbourhood_before text
) LANGUAGE sql STABLE AS $$
  SELECT v.id, v.subject, v.row_id, v.old, v.new, v.changed_by, v.reason,
    v.effective_on, v.recorded_at, v.import_id,
    after.place ->> 'district_code', after.place ->> 'town_code',
    after.place ->> 'neighbourhood_code',
    before.place ->> 'district_code', before.place ->> 'town_code',
    before.place ->> 'neighbourhood_code'
  FROM site_version AS v
  LEFT JOIN LATERAL (
    -- What was written of a day before the site's first lies where the site first lay.
    SELECT p.new AS place FROM site_version AS p
    WHERE v.subject <> 'site' AND p.site_id = v.site_id AND p.subject = 'site'
    ORDER BY p.effective_on <= v.effective_on DESC,
      abs(p.effective_on - v.effective_on),
      CASE WHEN p.effective_on <= v.effective_on THEN -p.id ELSE p.id END
    LIMIT 1
  ) AS hung ON true
  CROSS JOIN LATERAL (SELECT coalesce(hung.place, v.new) AS place) AS after
  CROSS JOIN LATERAL (SELECT coalesce(hung.place, v.old) AS place) AS before
  WHERE v.site_id = site
$$;
