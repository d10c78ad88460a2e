-- The ledger as it stood at the end of a day in Shanghai.
-- In:  day. Out: rows of site that were listed that day, with the values of their last version
-- effective by then. What has not changed since is read from the table itself, which holds the
-- last version of each site (025_carried_versions.sql sees to it).
-- Each field is named, so that PostgreSQL reads only those that a query asks for; and there is
-- one scan of site, so that it knows how many rows to expect.
CREATE OR REPLACE FUNCTION site_as_of(day date) RETURNS SETOF site
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT s.id,
    CASE WHEN v IS NULL THEN s.external_id ELSE v ->> 'external_id' END,
    CASE WHEN v IS NULL THEN s.district_code ELSE v ->> 'district_code' END,
    CASE WHEN v IS NULL THEN s.town_code ELSE v ->> 'town_code' END,
    CASE WHEN v IS NULL THEN s.neighbourhood_code ELSE v ->> 'neighbourhood_code' END,
    CASE WHEN v IS NULL THEN s.name ELSE v ->> 'name' END,
    CASE WHEN v IS NULL THEN s.address ELSE v ->> 'address' END,
    CASE WHEN v IS NULL THEN s.category ELSE v ->> 'category' END,
    CASE WHEN v IS NULL THEN s.built_year ELSE (v ->> 'built_year')::integer END,
    CASE WHEN v IS NULL THEN s.floor_area_m2 ELSE (v ->> 'floor_area_m2')::numeric(14, 2) END,
    CASE WHEN v IS NULL THEN s.buildings ELSE (v ->> 'buildings')::integer END,
    CASE WHEN v IS NULL THEN s.households ELSE (v ->> 'households')::integer END,
    CASE WHEN v IS NULL THEN s.occupied_households ELSE (v ->> 'occupied_households')::integer END,
    CASE WHEN v IS NULL THEN s.service_star ELSE v ->> 'service_star' END,
    CASE WHEN v IS NULL THEN s.company ELSE v ->> 'company' END,
    CASE WHEN v IS NULL THEN s.developer ELSE v ->> 'developer' END,
    CASE WHEN v IS NULL THEN s.project_manager ELSE v ->> 'project_manager' END,
    CASE WHEN v IS NULL THEN s.phone ELSE v ->> 'phone' END,
    CASE WHEN v IS NULL THEN s.fee_min_yuan ELSE (v ->> 'fee_min_yuan')::numeric(8, 2) END,
    CASE WHEN v IS NULL THEN s.fee_max_yuan ELSE (v ->> 'fee_max_yuan')::numeric(8, 2) END,
    CASE WHEN v IS NULL THEN s.subsidised ELSE (v ->> 'subsidised')::boolean END,
    CASE WHEN v IS NULL THEN s.owners_committee ELSE (v ->> 'owners_committee')::boolean END,
    CASE WHEN v IS NULL THEN s.maintenance_fund ELSE (v ->> 'maintenance_fund')::boolean END,
    CASE WHEN v IS NULL THEN s.utility_handover ELSE (v ->> 'utility_handover')::boolean END,
    CASE WHEN v IS NULL THEN s.note ELSE v ->> 'note' END,
    CASE WHEN v IS NULL THEN s.source_row ELSE v -> 'source_row' END,
    CASE WHEN v IS NULL THEN s.listed_on ELSE (v ->> 'listed_on')::date END,
    CASE WHEN v IS NULL THEN s.delisted_on ELSE (v ->> 'delisted_on')::date END,
    CASE WHEN v IS NULL THEN s.row_version ELSE (v ->> 'row_version')::integer END,
    CASE WHEN v IS NULL THEN s.geom ELSE (v ->> 'geom')::geometry(MultiPolygon, 4490) END,
    CASE WHEN v IS NULL THEN s.point ELSE (v ->> 'point')::geometry(Point, 4490) END,
    CASE WHEN v IS NULL THEN s.geom_source ELSE v ->> 'geom_source' END,
    CASE WHEN v IS NULL THEN s.geom_3857 ELSE
      ST_Transform((v ->> 'geom')::geometry(MultiPolygon, 4490), 3857) END,
    CASE WHEN v IS NULL THEN s.is_ready_for_star ELSE (v ->> 'is_ready_for_star')::boolean END,
    CASE WHEN v IS NULL THEN s.readiness_reason ELSE v ->> 'readiness_reason' END,
    CASE WHEN v IS NULL THEN s.has_cleaning ELSE (v ->> 'has_cleaning')::boolean END,
    CASE WHEN v IS NULL THEN s.has_security ELSE (v ->> 'has_security')::boolean END,
    CASE WHEN v IS NULL THEN s.has_order ELSE (v ->> 'has_order')::boolean END,
    CASE WHEN v IS NULL THEN s.collection_share ELSE (v ->> 'collection_share')::numeric(5, 4) END,
    CASE WHEN v IS NULL THEN s.responsible ELSE v ->> 'responsible' END,
    CASE WHEN v IS NULL THEN s.grid_members ELSE (v ->> 'grid_members')::integer END,
    CASE WHEN v IS NULL THEN s.geom_accuracy_m ELSE (v ->> 'geom_accuracy_m')::numeric(8, 2) END,
    CASE WHEN v IS NULL THEN s.geom_note ELSE v ->> 'geom_note' END
  FROM site AS s
  LEFT JOIN (
    SELECT DISTINCT later.site_id FROM site_version AS later
    WHERE later.effective_on > day AND later.subject = 'site'
      AND day < (now() AT TIME ZONE 'Asia/Shanghai')::date
  ) AS changed ON changed.site_id = s.id
  LEFT JOIN LATERAL (
    SELECT one.new AS v FROM site_version AS one
    WHERE changed.site_id IS NOT NULL
      AND one.site_id = s.id AND one.subject = 'site' AND one.effective_on <= day
    ORDER BY one.effective_on DESC, one.id DESC LIMIT 1
  ) AS past ON true
  WHERE (v IS NOT NULL OR changed.site_id IS NULL)
    AND CASE WHEN v IS NULL THEN s.listed_on ELSE (v ->> 'listed_on')::date END <= day
    AND coalesce(CASE WHEN v IS NULL THEN s.delisted_on ELSE (v ->> 'delisted_on')::date END
                 > day, true)
$$;
