-- Ground to measure on: {sites} sites in a grid, {houses} houses round their middles, every
-- twentieth of them in the lane between two sites.
-- In:  {sites}, {houses}, {order} of the rows by the number i of a house; triggers are off.
-- Out: rows of division, site and footprint.
TRUNCATE footprint, site, division CASCADE;
INSERT INTO division (code, kind, name, district_code, sort_order)
  VALUES ('370306', 'district', '测区', '370306', 0);
INSERT INTO division (code, kind, name, parent_code, district_code, sort_order)
  VALUES ('370306001', 'town', '测镇', '370306', '370306', 1);
INSERT INTO site (district_code, town_code, name, listed_on, geom)
  SELECT '370306', '370306001', 'S' || n, '2025-01-01', ST_Multi(ST_Segmentize(ST_SetSRID(ST_MakeBox2D(
    ST_Point(117.5 + x * 0.004, 36.5 + y * 0.004),
    ST_Point(117.5 + x * 0.004 + 0.003, 36.5 + y * 0.004 + 0.003)), 4490)::geometry, 0.0005))
  FROM (SELECT n, n % 141 AS x, n / 141 AS y FROM generate_series(0, {sites} - 1) AS n) AS g;
INSERT INTO footprint (district_code, town_code, source_id, use, floors, geom)
  SELECT '370306', '370306001', 'h' || i, 'apartments', 5, ST_Multi(ST_SetSRID(ST_MakeBox2D(
    ST_Point(west, south), ST_Point(west + 0.0002, south + 0.0001)), 4490)::geometry)
  FROM (
    SELECT i, 117.5 + (s % 141) * 0.004 + CASE WHEN i % 20 = 0 THEN 0.0034
        ELSE 0.0001 + (k % 10) * 0.00026 END AS west,
      36.5 + (s / 141) * 0.004 + 0.0001 + (k / 10) % 22 * 0.00012 AS south
    FROM (SELECT i, (i / greatest(1, {houses} / {sites})) % {sites} AS s,
      i % greatest(1, {houses} / {sites}) AS k FROM generate_series(0, {houses} - 1) AS i) AS n
  ) AS h ORDER BY {order}
