-- The ledger as it stood at the end of a day in Shanghai.
-- In:  day. Out: rows of site that were listed that day, with the values of their last version
-- effective by then. What has not changed since is read from the table itself, which holds the
-- last version of each site (025_carried_versions.sql sees to it).
-- In two parts, so that PostgreSQL knows how many rows to expect of the first; each field of the
-- second is named, so that it reads only those that a query asks for.
CREATE OR REPLACE FUNCTION site_as_of(day date) RETURNS SETOF site
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT s.* FROM site AS s
  WHERE s.listed_on <= day AND (s.delisted_on > day OR s.delisted_on IS NULL)
    AND NOT EXISTS (
      SELECT FROM site_version AS later
      WHERE later.site_id = s.id AND later.effective_on > day AND later.subject = 'site'
        AND day < (now() AT TIME ZONE 'Asia/Shanghai')::date)
  UNION ALL
  SELECT changed.site_id,
    v ->> 'external_id',
    v ->> 'district_code',
    v ->> 'town_code',
    v ->> 'neighbourhood_code',
    v ->> 'name',
    v ->> 'address',
    v ->> 'category',
    (v ->> 'built_year')::integer,
    (v ->> 'floor_area_m2')::numeric(14, 2),
    (v ->> 'buildings')::integer,
    (v ->> 'households')::integer,
    (v ->> 'occupied_households')::integer,
    v ->> 'service_star',
    v ->> 'company',
    v ->> 'developer',
    v ->> 'project_manager',
    v ->> 'phone',
    (v ->> 'fee_min_yuan')::numeric(8, 2),
    (v ->> 'fee_max_yuan')::numeric(8, 2),
    (v ->> 'subsidised')::boolean,
    (v ->> 'owners_committee')::boolean,
    (v ->> 'maintenance_fund')::boolean,
    (v ->> 'utility_handover')::boolean,
    v ->> 'note',
    v -> 'source_row',
    (v ->> 'listed_on')::date,
    (v ->> 'delisted_on')::date,
    (v ->> 'row_version')::integer,
    (v ->> 'geom')::geometry(MultiPolygon, 4490),
    (v ->> 'point')::geometry(Point, 4490),
    v ->> 'geom_source',
    ST_Transform((v ->> 'geom')::geometry(MultiPolygon, 4490), 3857),
    (v ->> 'is_ready_for_star')::boolean,
    v ->> 'readiness_reason',
    (v ->> 'has_cleaning')::boolean,
    (v ->> 'has_security')::boolean,
    (v ->> 'has_order')::boolean,
    (v ->> 'collection_share')::numeric(5, 4),
    v ->> 'responsible',
    (v ->> 'grid_members')::integer,
    (v ->> 'geom_accuracy_m')::numeric(8, 2),
    v ->> 'geom_note'
  FROM (
    SELECT DISTINCT later.site_id FROM site_version AS later
    WHERE later.effective_on > day AND later.subject = 'site'
      AND day < (now() AT TIME ZONE 'Asia/Shanghai')::date
  ) AS changed
  CROSS JOIN LATERAL (
    SELECT one.new AS v FROM site_version AS one
    WHERE one.site_id = changed.site_id AND one.subject = 'site' AND one.effective_on <= day
    ORDER BY one.effective_on DESC, one.id DESC LIMIT 1
  ) AS past
  WHERE (v ->> 'listed_on')::date <= day AND coalesce((v ->> 'delisted_on')::date > day, true)
$$;
