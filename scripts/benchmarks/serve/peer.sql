-- The peer's tables: the same sites and footprints, as its own documents would have them.
-- In:  the schema's tables; sites drawn as of today.
-- Out: schema peer. `*_plain` are what one has at first: degrees, every column. `sites_whole`,
--      `sites_near` and `footprints`: web mercator, the columns of our tiles, ordered by place.
--      `sites_points`, `sites_far`, `sites_named`: the same with our generalised outlines.
DROP SCHEMA IF EXISTS peer CASCADE;
CREATE SCHEMA peer;
CREATE TABLE peer.sites_plain AS
  SELECT s.site_id AS id, s.name, s.category, s.management_types, s.inspection_status, s.covered,
    s.market_covered, s.verified, s.uncovered_since::text AS uncovered_since, s.households,
    s.town_code AS town, s.neighbourhood_code AS neighbourhood, (SELECT day::text FROM drawn_day) AS "on",
    coalesce(g.geom, g.point)::geometry(Geometry, 4490) AS geom
  FROM drawn_site AS s JOIN site AS g ON g.id = s.site_id WHERE NOT s.is_standalone;
CREATE TABLE peer.footprints_plain AS
  SELECT id, use, floors, site_id AS site, town_code AS town, neighbourhood_code AS neighbourhood, geom
  FROM footprint;
CREATE TABLE peer.sites_whole AS
  SELECT p.id, p.category, p.management_types, p.inspection_status, p.covered, p.town, p."on",
    coalesce(s.outline, s.centre)::geometry(Geometry, 3857) AS geom
  FROM peer.sites_plain AS p JOIN drawn_site AS s ON s.site_id = p.id ORDER BY 8;
CREATE TABLE peer.sites_points AS
  SELECT p.id, p.category, p.management_types, p.inspection_status, p.covered, p.town, p."on",
    s.centre AS geom
  FROM peer.sites_plain AS p JOIN drawn_site AS s ON s.site_id = p.id ORDER BY s.centre;
CREATE TABLE peer.sites_far AS
  SELECT p.id, p.category, p.management_types, p.inspection_status, p.covered, p.town, p."on",
    coalesce(s.outline_far, s.centre)::geometry(Geometry, 3857) AS geom
  FROM peer.sites_plain AS p JOIN drawn_site AS s ON s.site_id = p.id ORDER BY 8;
CREATE TABLE peer.sites_named AS
  SELECT p.id, p.name, p.category, p.management_types, p.inspection_status, p.covered,
    p.market_covered, p.verified, p.uncovered_since, p.households, p.town, p.neighbourhood, p."on",
    coalesce(s.outline_far, s.centre)::geometry(Geometry, 3857) AS geom
  FROM peer.sites_plain AS p JOIN drawn_site AS s ON s.site_id = p.id ORDER BY 14;
CREATE TABLE peer.sites_near AS
  SELECT p.id, p.name, p.category, p.management_types, p.inspection_status, p.covered,
    p.market_covered, p.verified, p.uncovered_since, p.households, p.town, p.neighbourhood, p."on",
    coalesce(s.outline, s.centre)::geometry(Geometry, 3857) AS geom
  FROM peer.sites_plain AS p JOIN drawn_site AS s ON s.site_id = p.id ORDER BY 14;
CREATE TABLE peer.footprints AS
  SELECT id, use, floors, site_id AS site, town_code AS town, neighbourhood_code AS neighbourhood,
    geom_3857 AS geom
  FROM footprint ORDER BY geom_3857;
DO $$
DECLARE
  one text;
BEGIN
  FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'peer' LOOP
    EXECUTE format('ALTER TABLE peer.%I ADD PRIMARY KEY (id)', one);
    EXECUTE format('CREATE INDEX ON peer.%I USING gist (geom)', one);
    EXECUTE format('ANALYZE peer.%I', one);
  END LOOP;
END
$$;
