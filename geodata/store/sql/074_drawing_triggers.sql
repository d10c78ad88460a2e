-- Let every change of sites be drawn and of the ground be told, and of findings and planned stops,
-- which are drawn from their own rows: a second one at a site may leave the site looking as before.
-- In:  nothing.
-- Out: triggers on site, management_arrangement, inspection, site_to_draw, footprint, division, road,
--      landuse, finding and planned_stop.
CREATE OR REPLACE FUNCTION write_hanging_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changes drawn_change[];
BEGIN
  WITH changed AS (
    INSERT INTO drawn_change (change_group, x, y, district_code, town_code)
    SELECT DISTINCT 'sites', b.x, b.y, d.district_code, d.town_code
    FROM touched AS t JOIN drawn_site AS d ON d.site_id = t.site_id
    CROSS JOIN LATERAL map_blocks(d.place) AS b
    RETURNING drawn_change
  ) SELECT array_agg(drawn_change) INTO changes FROM changed;
  PERFORM tell_drawn(changes, ARRAY(SELECT DISTINCT site_id FROM touched));
  RETURN NULL;
END
$$;

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
  FOREACH name IN ARRAY ARRAY['division', 'road', 'landuse', 'finding', 'planned_stop'] LOOP
    FOREACH event IN ARRAY ARRAY['INSERT', 'UPDATE', 'DELETE'] LOOP
      EXECUTE format('CREATE OR REPLACE TRIGGER %I AFTER %s ON %I REFERENCING %s TABLE AS touched'
        ' FOR EACH STATEMENT EXECUTE FUNCTION %I()',
        'write_change_' || lower(event), event, name,
        CASE event WHEN 'DELETE' THEN 'OLD' ELSE 'NEW' END,
        CASE WHEN name IN ('finding', 'planned_stop') THEN 'write_hanging_change' ELSE 'write_ground_change' END);
    END LOOP;
  END LOOP;
END
$$;

DO $$
DECLARE
  name text;
  event text;
BEGIN
  FOREACH name IN ARRAY ARRAY['site', 'management_arrangement', 'inspection', 'finding'] LOOP
    FOREACH event IN ARRAY ARRAY['INSERT', 'UPDATE', 'DELETE'] LOOP
      EXECUTE format('CREATE OR REPLACE TRIGGER %I AFTER %s ON %I REFERENCING %s TABLE AS touched'
        ' FOR EACH STATEMENT EXECUTE FUNCTION note_sites_to_draw()',
        'note_to_draw_' || lower(event), event, name,
        CASE event WHEN 'DELETE' THEN 'OLD' ELSE 'NEW' END);
    END LOOP;
  END LOOP;
END
$$;
DROP TRIGGER IF EXISTS draw ON site_to_draw;
CREATE CONSTRAINT TRIGGER draw AFTER INSERT ON site_to_draw DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION draw_noted_sites();
