-- Give the sites of an import the values they had; those that it added left on their first day.
-- In:  :import_id; {assignments}, every stored column of site taken from before.
-- Out: ids of the sites.
UPDATE site AS s SET {assignments}, row_version = s.row_version + 1
FROM site AS now JOIN site_version AS v ON v.row_id = now.id AND v.subject = 'site'
CROSS JOIN LATERAL (
  SELECT jsonb_object_agg(n.name, v.old -> n.name) AS was FROM jsonb_each(v.new) AS n(name, value)
  WHERE v.old IS NOT NULL AND v.old -> n.name IS DISTINCT FROM n.value
) AS d
CROSS JOIN LATERAL jsonb_populate_record(now, CASE WHEN v.old IS NULL
  THEN jsonb_build_object('delisted_on', now.listed_on) ELSE d.was END) AS before
WHERE v.import_id = :import_id AND s.id = now.id
  -- A version that was only carried through a later day changed nothing.
  AND (v.old IS NULL OR d.was IS NOT NULL)
RETURNING s.id
