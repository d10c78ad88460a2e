-- Sites as maps show them on a day, ready for tiles.
-- In:  day.
-- Out: sites_on_maps: rows as drawn_site holds them, worked out from the ledger; a site that is
--      nowhere has none. undrawn_sites: those within a box, for a day that neither drawn_site nor
--      drawn_past_site tells of. sites_within: those within a box on any day.
-- Outlines seen from zoom 12 to 14 are thinned to 4 m, half a pixel there.
CREATE OR REPLACE FUNCTION sites_on_maps(day date) RETURNS SETOF drawn_site
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT s.site_id, s.district_code, s.town_code, s.neighbourhood_code,
    s.category IS NOT DISTINCT FROM 'standalone_building',
    s.name, s.category, nullif(array_to_string(s.effective_types, ','), ''), s.inspection_status,
    s.is_covered, s.is_market_covered, s.is_verified, s.uncovered_since, s.households,
    coalesce(ST_PointOnSurface(drawn.outline), drawn.point)::geometry(Point, 3857),
    drawn.outline::geometry(MultiPolygon, 3857),
    drawn.outline_far::geometry(MultiPolygon, 3857),
    coalesce(drawn.outline, drawn.point)::geometry(Geometry, 3857)
  FROM site_state(day, verified_within_days()) AS s
  CROSS JOIN LATERAL (
    SELECT whole.outline, ST_Transform(s.point, 3857) AS point,
      ST_ForcePolygonCW(ST_Multi(ST_SimplifyPreserveTopology(whole.outline, 4))) AS outline_far
    FROM (SELECT ST_ForcePolygonCW(ST_Transform(s.geom, 3857)) AS outline OFFSET 0) AS whole
  ) AS drawn
  WHERE s.geom IS NOT NULL OR s.point IS NOT NULL
$$;

-- Nothing on a day that is drawn. Planned anew each time, as days differ widely, and
-- without nested loops: PostgreSQL expects a fraction of the sites that a box holds, and would look
-- up the management of each by going through that of all.
CREATE OR REPLACE FUNCTION undrawn_sites(day date, box geometry) RETURNS drawn_site[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET plan_cache_mode = force_custom_plan SET enable_nestloop = off AS $$
BEGIN
  IF day IS NOT DISTINCT FROM (SELECT drawn.day FROM drawn_day AS drawn)
      OR (SELECT past.is_whole FROM drawn_past_day AS past WHERE past.day = undrawn_sites.day) THEN
    RETURN NULL;
  END IF;
  RETURN ARRAY(SELECT s FROM sites_on_maps(undrawn_sites.day) AS s WHERE s.place && box);
END
$$;

CREATE OR REPLACE FUNCTION sites_within(day date, box geometry) RETURNS SETOF drawn_site
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT kept.* FROM drawn_site AS kept
  WHERE kept.place && box AND day = (SELECT told.day FROM drawn_day AS told)
  UNION ALL
  SELECT past.site_id, past.district_code, past.town_code, past.neighbourhood_code,
    past.is_standalone, past.name, past.category, past.management_types, past.inspection_status,
    past.covered, past.market_covered, past.verified, past.uncovered_since, past.households,
    past.centre, past.outline, past.outline_far, past.place
  FROM drawn_past_site AS past
  WHERE past.place && box AND past.day = sites_within.day
    AND (SELECT told.is_whole FROM drawn_past_day AS told WHERE told.day = sites_within.day)
    AND sites_within.day IS DISTINCT FROM (SELECT told.day FROM drawn_day AS told)
  UNION ALL
  SELECT other.* FROM unnest(undrawn_sites(day, box)) AS other
$$;
