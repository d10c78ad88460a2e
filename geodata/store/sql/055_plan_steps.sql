-- Let a plan take only steps that there are, and keep it as it is once it is closed.
-- In:  changes of site_plan.
-- Out: a refusal (FU003) for any other step.
CREATE OR REPLACE FUNCTION check_plan_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT plan_may_become(OLD.plan_state, NEW.plan_state) OR OLD.closed_on IS NOT NULL THEN
    RAISE EXCEPTION 'no such step of a plan: % to %', OLD.plan_state, NEW.plan_state USING ERRCODE = 'FU003';
  END IF;
  RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER check_step BEFORE UPDATE ON site_plan
  FOR EACH ROW EXECUTE FUNCTION check_plan_step();
