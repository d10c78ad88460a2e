-- What footprints are to the ledger: the site that holds them, the share, class and reason.
-- In:  ids of footprints.
-- Out: footprint_findings tells it as the ledger stands; class_footprints keeps it.
-- Most lie in one site as a whole; only the others are measured, and looked up elsewhere. How
-- their sites are found is fixed (OFFSET 0), and districts compared, for the reasons that 089 gives.
CREATE OR REPLACE FUNCTION usable_outline(shape geometry) RETURNS geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  -- What crosses itself is made whole, what has no area is kept as nothing: none is lost.
  SELECT ST_Multi(CASE WHEN ST_IsValid(shape) THEN ST_Force2D(shape)
    ELSE ST_CollectionExtract(ST_MakeValid(ST_Force2D(shape)), 3) END)
$$;

CREATE OR REPLACE FUNCTION footprint_findings(ids bigint[])
RETURNS TABLE (id bigint, site_id bigint, site_share float8, found text[])
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  WITH looked_up AS MATERIALIZED (SELECT * FROM whole_sites(ids))
  SELECT w.id, CASE WHEN (c.found)[2] = 'share' THEN w.site_id END, 1::float8, c.found
  FROM looked_up AS w
  CROSS JOIN LATERAL (SELECT footprint_class(1::float8, false, NULL, NULL, w.area_m2, NULL) AS found) AS c
  WHERE w.site_id IS NOT NULL
  UNION ALL
  SELECT f.id,
    CASE WHEN (c.found)[2] = 'share' THEN held.site_id
         WHEN (c.found)[2] = 'point' THEN stands.site_id END,
    c.share, c.found
  FROM looked_up AS w
  JOIN footprint AS f ON f.id = w.id
  LEFT JOIN LATERAL (
    SELECT (array_agg(o.site_id ORDER BY o.share DESC, o.site_id))[1] AS site_id,
      -- What neighbours hold together counts together, ground that they both claim once.
      CASE WHEN count(*) > 1 AND max(o.share) < gap_min_share()
        THEN ST_Area(ST_Intersection(f.geom, ST_Union(array_agg(o.geom)))) / nullif(ST_Area(f.geom), 0)
        ELSE max(o.share) END AS share
    FROM (
      SELECT s.id AS site_id, s.geom,
        ST_Area(ST_Intersection(f.geom, s.geom)) / nullif(ST_Area(f.geom), 0) AS share
      FROM site AS s
      WHERE s.geom && f.geom AND s.delisted_on IS NULL
        AND s.district_code IS NOT DISTINCT FROM f.district_code AND ST_Intersects(s.geom, f.geom)
      OFFSET 0
    ) AS o
  ) AS held ON true
  LEFT JOIN LATERAL (
    SELECT s.id AS site_id FROM site AS s
    WHERE s.point && f.geom AND s.geom IS NULL AND s.delisted_on IS NULL
      AND s.district_code IS NOT DISTINCT FROM f.district_code AND ST_Contains(f.geom, s.point)
    ORDER BY s.id LIMIT 1
  ) AS stands ON true
  LEFT JOIN LATERAL (
    SELECT class_decided(g.decision) AS class
    FROM decided_footprint AS d JOIN decided_gap AS g ON g.id = d.decided_gap_id
    CROSS JOIN LATERAL (SELECT ST_Area(ST_Intersection(d.geom, f.geom)) AS area OFFSET 0) AS shared
    WHERE d.geom && f.geom AND g.withdrawn_at IS NULL
      AND class_decided(g.decision) IS NOT NULL AND g.district_code = f.district_code
      AND shared.area >= gap_remembered_share() * greatest(ST_Area(d.geom), ST_Area(f.geom))
    ORDER BY g.id DESC LIMIT 1
  ) AS decided ON true
  CROSS JOIN LATERAL (SELECT s.share, footprint_class(s.share, stands.site_id IS NOT NULL,
      decided.class, f.use, f.area_m2, f.floors) AS found
    FROM (SELECT coalesce(held.share, 0)) AS s(share)) AS c
  WHERE w.site_id IS NULL
$$;

CREATE OR REPLACE FUNCTION class_footprints(ids bigint[]) RETURNS void LANGUAGE sql AS $$
  UPDATE footprint AS f
  SET site_id = n.site_id, site_share = n.site_share, gap_class = (n.found)[1],
    gap_reason = (n.found)[2]
  FROM footprint_findings(ids) AS n
  WHERE f.id = n.id AND (f.site_id, f.site_share, f.gap_class, f.gap_reason)
    IS DISTINCT FROM (n.site_id, n.site_share, (n.found)[1], (n.found)[2])
$$;
