-- Count footprints by town, class and site in the transaction that changes them, so that figures
-- over a million buildings are read from a few thousand rows.
-- In:  changes of footprint.
-- Out: rows of footprint_tally.
CREATE OR REPLACE FUNCTION tally_footprints() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  parts text := concat_ws(' UNION ALL ',
    CASE WHEN TG_OP <> 'INSERT' THEN 'SELECT -1 AS sign, was.* FROM was' END,
    CASE WHEN TG_OP <> 'DELETE' THEN 'SELECT 1 AS sign, became.* FROM became' END);
BEGIN
  EXECUTE format($query$
    INSERT INTO footprint_tally AS t (district_code, town_code, neighbourhood_code, gap_class,
      site_id, footprints, area_m2)
    SELECT d.district_code, d.town_code, d.neighbourhood_code, d.gap_class, d.site_id,
      sum(d.sign), sum(d.sign * coalesce(d.area_m2, 0))
    FROM (%s) AS d WHERE d.gap_class IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5 HAVING sum(d.sign) <> 0 OR abs(sum(d.sign * coalesce(d.area_m2, 0))) > 1e-6
    ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (district_code, coalesce(town_code, ''), coalesce(neighbourhood_code, ''), gap_class,
      coalesce(site_id, 0))
    DO UPDATE SET footprints = t.footprints + excluded.footprints, area_m2 = t.area_m2 + excluded.area_m2
    $query$, parts);
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER tally_insert AFTER INSERT ON footprint
  REFERENCING NEW TABLE AS became FOR EACH STATEMENT EXECUTE FUNCTION tally_footprints();
CREATE OR REPLACE TRIGGER tally_update AFTER UPDATE ON footprint
  REFERENCING OLD TABLE AS was NEW TABLE AS became
  FOR EACH STATEMENT EXECUTE FUNCTION tally_footprints();
CREATE OR REPLACE TRIGGER tally_delete AFTER DELETE ON footprint
  REFERENCING OLD TABLE AS was FOR EACH STATEMENT EXECUTE FUNCTION tally_footprints();
