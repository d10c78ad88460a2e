-- The audit: lines stay as they were written, and each is sealed to the one before it.
--
-- A seal is made when the transaction commits, so that no other lock is waited for while the
-- chain is held. Whoever changes, removes or inserts a line breaks every later seal.

-- In:  the digest of the seal before, and a line.
-- Out: SHA-256 in hex over both; `geodata.store.audit_chain` counts the same by itself.
CREATE OR REPLACE FUNCTION audit_digest(previous text, line audit_line) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT encode(sha256(convert_to(concat_ws(E'\x1f', previous, line.id,
    round(extract(epoch FROM line.at) * 1000000)::bigint, line.actor, line.action, line.subject,
    line.outcome, line.facts::text), 'UTF8')), 'hex')
$$;

-- Seals lines that have no seal yet, in their order, behind the last one.
CREATE OR REPLACE FUNCTION seal_audit_line(line audit_line) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  last audit_seal;
BEGIN
  PERFORM pg_advisory_xact_lock(1262017, 8);
  SELECT * INTO last FROM audit_seal ORDER BY number DESC LIMIT 1;
  INSERT INTO audit_seal (number, line_id, digest)
  VALUES (coalesce(last.number, 0) + 1, line.id, audit_digest(coalesce(last.digest, ''), line));
END
$$;

CREATE OR REPLACE FUNCTION audit_line_sealed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM seal_audit_line(NEW);
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION audit_stays() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit stays as it was written';
END
$$;

-- From before there were seals: once, while there is none.
DO $$
DECLARE
  line audit_line;
BEGIN
  IF NOT EXISTS (SELECT FROM audit_seal) THEN
    FOR line IN SELECT * FROM audit_line ORDER BY id LOOP
      PERFORM seal_audit_line(line);
    END LOOP;
  END IF;
END
$$;

DROP TRIGGER IF EXISTS audit_line_sealed ON audit_line;
CREATE CONSTRAINT TRIGGER audit_line_sealed AFTER INSERT ON audit_line
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_line_sealed();
CREATE OR REPLACE TRIGGER audit_line_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_line
FOR EACH STATEMENT EXECUTE FUNCTION audit_stays();
CREATE OR REPLACE TRIGGER audit_seal_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seal
FOR EACH STATEMENT EXECUTE FUNCTION audit_stays();
