-- The sites that somebody has changed where an import wrote, or on which new work hangs.
-- In:  :import_id.
-- Out: their names, once each.
WITH own AS (
  SELECT * FROM site_version WHERE import_id = :import_id
), fields AS (
  -- What the import wrote into each site, and what stands there now.
  SELECT s.id FROM own AS v JOIN site AS s ON s.id = v.row_id
  CROSS JOIN LATERAL jsonb_each(v.new) AS n(name, value)
  WHERE v.subject = 'site' AND n.name <> 'row_version'
    AND (v.old IS NULL OR v.old -> n.name IS DISTINCT FROM n.value)
    AND site_snapshot(s) -> n.name IS DISTINCT FROM n.value
), arrangements AS (
  SELECT v.site_id FROM own AS v LEFT JOIN management_arrangement AS a ON a.id = v.row_id
  WHERE v.subject = 'management_arrangement' AND v.new IS NOT NULL
    AND to_jsonb(a) IS DISTINCT FROM v.new
), hanging AS (
  SELECT later.site_id FROM own AS v JOIN site_version AS later ON later.site_id = v.site_id
  WHERE v.subject = 'site' AND v.old IS NULL AND later.id > v.id
    AND later.import_id IS DISTINCT FROM :import_id
)
SELECT DISTINCT s.name FROM site AS s
WHERE s.id IN (SELECT id FROM fields UNION SELECT site_id FROM arrangements
               UNION SELECT site_id FROM hanging)
ORDER BY s.name
