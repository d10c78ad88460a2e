-- Let the arrangements that an import ended go on, and those it voided stand again.
-- In:  :import_id.
-- Out: ids of their sites.
WITH own AS (
  SELECT * FROM site_version
  WHERE import_id = :import_id AND subject = 'management_arrangement' AND old IS NOT NULL
), reopened AS (
  UPDATE management_arrangement AS a SET ends_on = (v.old ->> 'ends_on')::date
  FROM own AS v WHERE v.new IS NOT NULL AND a.id = v.row_id RETURNING a.site_id
), again AS (
  INSERT INTO management_arrangement
    (site_id, management_type, is_backstop, is_emergency, company, starts_on, ends_on,
     contract_until)
  SELECT r.site_id, r.management_type, r.is_backstop, coalesce(r.is_emergency, false), r.company,
    r.starts_on, r.ends_on, r.contract_until
  FROM own AS v
  CROSS JOIN LATERAL jsonb_populate_record(NULL::management_arrangement, v.old) AS r
  WHERE v.new IS NULL RETURNING site_id
)
SELECT site_id FROM reopened UNION SELECT site_id FROM again
