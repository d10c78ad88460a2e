-- Let a finding take only steps that there are, and keep what happened as it happened.
-- In:  new rows of finding_step, changes of them.
-- Out: a refusal (FU004) for any other step, and for any change.
CREATE OR REPLACE FUNCTION check_finding_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' OR NEW.before = NEW.after OR NOT finding_may_become(NEW.before, NEW.after) THEN
    RAISE EXCEPTION 'no such step of a finding: % % to %', TG_OP, NEW.before, NEW.after USING ERRCODE = 'FU004';
  END IF;
  RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER check_step BEFORE INSERT OR UPDATE ON finding_step
  FOR EACH ROW EXECUTE FUNCTION check_finding_step();
