-- What every figure, map and list is made of: one row per site listed on a day.
-- In:  day; verified_days, how long an inspection confirms coverage.
-- Out: the site's key columns, ticked and effective types in force, whether it is covered,
--      market-covered, verified, since when uncovered, since when not covered any more (nothing
--      for a site that never was while it was listed), and its inspection status.
DROP FUNCTION IF EXISTS site_state(date, integer);
CREATE FUNCTION site_state(day date, verified_days integer) RETURNS TABLE (
  site_id bigint, external_id text, district_code text, town_code text,
  neighbourhood_code text, name text, address text, category text, buildings integer,
  households integer, floor_area_m2 numeric, company text, listed_on date,
  geom geometry, point geometry, ticked_types text[], effective_types text[],
  subsidised boolean, is_covered boolean, is_market_covered boolean, is_verified boolean,
  uncovered_since date, lapsed_on date, last_inspected_on date, inspection_status text
) LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT s.id, s.external_id, s.district_code, s.town_code, s.neighbourhood_code,
    s.name, s.address, s.category, s.buildings, s.households, s.floor_area_m2, s.company,
    s.listed_on, s.geom, s.point,
    coalesce(m.ticked, '{}'), e.types, s.subsidised,
    is_covered(e.types), is_market_covered(e.types),
    is_covered(e.types) AND coalesce(i.last_confirmed_on > day - verified_days, false),
    CASE WHEN NOT is_covered(e.types)
         THEN coalesce(lapsed_on(s.id, s.listed_on, m.covered_until, day), s.listed_on) END,
    CASE WHEN NOT is_covered(e.types)
         THEN lapsed_on(s.id, s.listed_on, m.covered_until, day) END,
    i.last_on,
    worst_inspection_status(array_append(coalesce(f.shown, '{}'),
      CASE WHEN i.last_on IS NULL THEN 'not_inspected' ELSE 'passed' END))
  FROM site_as_of(day) AS s
  LEFT JOIN (
    SELECT a.site_id,
      array_agg(a.management_type) FILTER (WHERE a.ends_on IS NULL OR a.ends_on >= day) AS ticked,
      max(a.ends_on) FILTER (
        WHERE is_covered(ARRAY[a.management_type]) AND a.ends_on < day) AS covered_until
    FROM management_arrangement AS a WHERE a.starts_on <= day GROUP BY a.site_id
  ) AS m ON m.site_id = s.id
  LEFT JOIN (
    SELECT n.site_id, max(n.inspected_on) AS last_on,
      max(n.inspected_on) FILTER (WHERE n.confirms_cover) AS last_confirmed_on
    FROM inspection AS n WHERE n.inspected_on <= day GROUP BY n.site_id
  ) AS i ON i.site_id = s.id
  LEFT JOIN (
    SELECT g.site_id, array_agg(finding_shows_as(
        finding_status(g.started_on, g.handed_in_on, g.rejected_on, g.closed_on, day), g.due_on < day)) AS shown
    FROM finding AS g WHERE g.opened_on <= day GROUP BY g.site_id
  ) AS f ON f.site_id = s.id
  CROSS JOIN LATERAL (SELECT effective_types(m.ticked, s.subsidised) AS types) AS e
$$;
