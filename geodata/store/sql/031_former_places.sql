-- Note where a site was, when it is given to another division.
-- In:  updates of a site's place.
-- Out: rows of former_place; the policies of geodata/store/server_role.py let who had a site read
--      of it still, and every query cuts what they read to their own time.
CREATE OR REPLACE FUNCTION note_former_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO former_place (site_id, division_code)
  SELECT OLD.id, was.code
  FROM unnest(ARRAY[OLD.district_code, OLD.town_code, OLD.neighbourhood_code]) AS was(code)
  WHERE was.code IS NOT NULL
    AND was.code <> ALL (array_remove(ARRAY[NEW.district_code, NEW.town_code, NEW.neighbourhood_code], NULL))
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER note_former_place
AFTER UPDATE OF district_code, town_code, neighbourhood_code ON site
FOR EACH ROW WHEN ((OLD.district_code, OLD.town_code, OLD.neighbourhood_code)
  IS DISTINCT FROM (NEW.district_code, NEW.town_code, NEW.neighbourhood_code))
EXECUTE FUNCTION note_former_place();
