-- Take away the arrangements that an import began.
-- In:  :import_id.
-- Out: ids of their sites.
DELETE FROM management_arrangement AS a USING site_version AS v
WHERE v.import_id = :import_id AND v.subject = 'management_arrangement' AND v.old IS NULL
  AND a.id = v.row_id
RETURNING a.site_id
