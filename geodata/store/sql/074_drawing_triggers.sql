-- Let every change of the ground be told.
-- In:  nothing.
-- Out: triggers on footprint, division, road and landuse.
CREATE OR REPLACE TRIGGER write_changes_insert AFTER INSERT ON footprint
  REFERENCING NEW TABLE AS became FOR EACH STATEMENT EXECUTE FUNCTION write_footprint_changes();
CREATE OR REPLACE TRIGGER write_changes_update AFTER UPDATE ON footprint
  REFERENCING OLD TABLE AS was NEW TABLE AS became
  FOR EACH STATEMENT EXECUTE FUNCTION write_footprint_changes();
CREATE OR REPLACE TRIGGER write_changes_delete AFTER DELETE ON footprint
  REFERENCING OLD TABLE AS was FOR EACH STATEMENT EXECUTE FUNCTION write_footprint_changes();

DO $$
DECLARE
  name text;
  event text;
BEGIN
  FOREACH name IN ARRAY ARRAY['division', 'road', 'landuse'] LOOP
    FOREACH event IN ARRAY ARRAY['INSERT', 'UPDATE', 'DELETE'] LOOP
      EXECUTE format('CREATE OR REPLACE TRIGGER %I AFTER %s ON %I REFERENCING %s TABLE AS touched'
        ' FOR EACH STATEMENT EXECUTE FUNCTION write_ground_change()',
        'write_change_' || lower(event), event, name,
        CASE event WHEN 'DELETE' THEN 'OLD' ELSE 'NEW' END);
    END LOOP;
  END LOOP;
END
$$;
