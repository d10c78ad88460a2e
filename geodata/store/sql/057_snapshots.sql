-- Keep closed months as they were closed.
-- In:  changes of snapshot and snapshot_row.
-- Out: a refusal (FU005).
CREATE OR REPLACE FUNCTION refuse_snapshot_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a closed month stays as it was closed' USING ERRCODE = 'FU005';
END
$$;
CREATE OR REPLACE TRIGGER stay_as_closed BEFORE UPDATE OR DELETE ON snapshot
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_snapshot_change();
CREATE OR REPLACE TRIGGER stay_as_closed BEFORE UPDATE OR DELETE ON snapshot_row
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_snapshot_change();
