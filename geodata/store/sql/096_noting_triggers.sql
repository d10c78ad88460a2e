-- Let note_footprints hear of every change.
-- In:  nothing.
-- Out: triggers on footprint, site, decided_footprint, decided_gap and road, and the one that
--      works before the commit. `note_` comes before `tally_`: whoever changes footprints waits
--      for his turn before he holds a counter.
DO $$
DECLARE
  one record;
BEGIN
  FOR one IN SELECT * FROM (VALUES
    ('footprint', 'INSERT'), ('footprint', 'UPDATE'), ('footprint', 'DELETE'),
    ('site', 'INSERT'), ('site', 'UPDATE'), ('decided_footprint', 'INSERT'),
    ('decided_gap', 'UPDATE'), ('road', 'INSERT'), ('road', 'UPDATE'), ('road', 'DELETE')
  ) AS heard(name, event) LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER %I AFTER %s ON %I REFERENCING %s'
      ' FOR EACH STATEMENT EXECUTE FUNCTION note_footprints()',
      'note_footprints_' || lower(one.event), one.event, one.name,
      CASE one.event WHEN 'INSERT' THEN 'NEW TABLE AS became' WHEN 'DELETE' THEN 'OLD TABLE AS was'
        ELSE 'OLD TABLE AS was NEW TABLE AS became' END);
  END LOOP;
END
$$;
DROP TRIGGER IF EXISTS class_noted ON footprint_to_class;
CREATE CONSTRAINT TRIGGER class_noted AFTER INSERT ON footprint_to_class
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION class_noted_footprints();
