-- Tell servers that somebody may see less than a moment ago.
-- In:  ends of logins and tokens, changes of accounts.
-- Out: a notification on the channel fugai_access when the transaction commits.
CREATE OR REPLACE FUNCTION tell_access() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('fugai_access', '');
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER tell_access AFTER DELETE ON login_session
  FOR EACH ROW EXECUTE FUNCTION tell_access();
CREATE OR REPLACE TRIGGER tell_access AFTER UPDATE OR DELETE ON api_token
  FOR EACH ROW EXECUTE FUNCTION tell_access();
CREATE OR REPLACE TRIGGER tell_access AFTER UPDATE OR DELETE ON account
  FOR EACH ROW EXECUTE FUNCTION tell_access();
