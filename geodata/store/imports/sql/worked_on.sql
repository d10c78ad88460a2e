-- The sites that somebody has changed where an import wrote, or on which new work hangs.
-- In:  :import_id.
-- Out: their names, once each.
WITH own AS (
  SELECT * FROM site_version WHERE import_id = :import_id
), sites AS MATERIALIZED (
  -- Taken down once a site, not once a field.
  SELECT s.id, v.old, v.new, site_snapshot(s) AS now
  FROM own AS v JOIN site AS s ON s.id = v.row_id WHERE v.subject = 'site'
), fields AS (
  SELECT id FROM sites
  WHERE old IS NULL AND now - 'row_version' IS DISTINCT FROM new - 'row_version'
  UNION ALL
  SELECT id FROM sites CROSS JOIN LATERAL jsonb_each(new) AS n(name, value)
  WHERE old IS NOT NULL AND n.name <> 'row_version'
    AND old -> n.name IS DISTINCT FROM n.value AND now -> n.name IS DISTINCT FROM n.value
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
