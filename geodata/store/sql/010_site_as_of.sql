-- The ledger as it stood at the end of a day in Shanghai.
-- In:  day. Out: rows of site that were listed that day, with the values of their last version
-- effective by then; for today and later the table itself.
-- The planner drops one of the two halves: their conditions on the day exclude each other. It
-- also reads only those fields of a version that a query asks for, which is why each is named.
CREATE OR REPLACE FUNCTION site_as_of(day date) RETURNS SETOF site
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT s.* FROM site AS s
  WHERE day >= (now() AT TIME ZONE 'Asia/Shanghai')::date
    AND s.listed_on <= day AND (s.delisted_on IS NULL OR s.delisted_on > day)
  UNION ALL
  SELECT latest.site_id, v ->> 'external_id', v ->> 'district_code', v ->> 'town_code',
    v ->> 'neighbourhood_code', v ->> 'name', v ->> 'address', v ->> 'category',
    (v ->> 'built_year')::integer, (v ->> 'floor_area_m2')::numeric(14, 2),
    (v ->> 'buildings')::integer, (v ->> 'households')::integer,
    (v ->> 'occupied_households')::integer, v ->> 'service_star', v ->> 'company',
    v ->> 'developer', v ->> 'project_manager', v ->> 'phone',
    (v ->> 'fee_min_yuan')::numeric(8, 2), (v ->> 'fee_max_yuan')::numeric(8, 2),
    (v ->> 'subsidised')::boolean, (v ->> 'owners_committee')::boolean,
    (v ->> 'maintenance_fund')::boolean, (v ->> 'utility_handover')::boolean, v ->> 'note',
    v -> 'source_row', (v ->> 'listed_on')::date, (v ->> 'delisted_on')::date,
    (v ->> 'row_version')::integer, (v ->> 'geom')::geometry(MultiPolygon, 4490),
    (v ->> 'point')::geometry(Point, 4490), v ->> 'geom_source',
    ST_Transform((v ->> 'geom')::geometry(MultiPolygon, 4490), 3857)
  FROM (
    SELECT DISTINCT ON (v.site_id) v.site_id, v.new AS v
    FROM site_version AS v
    WHERE v.subject = 'site' AND v.effective_on <= day
      AND day < (now() AT TIME ZONE 'Asia/Shanghai')::date
    ORDER BY v.site_id, v.effective_on DESC, v.id DESC
  ) AS latest
  WHERE (v ->> 'listed_on')::date <= day
    AND (v ->> 'delisted_on' IS NULL OR (v ->> 'delisted_on')::date > day)
$$;
