-- Divisions, roads and areas in a vector tile, thinned to half a screen pixel.
-- In:  the layer's id, the zoom from which names are told; the tile; the scope; for roads the rank
--      of the smallest.
-- Out: seen_divisions: codes of the divisions that a scope sees, itself, what lies in it and what it
--      lies in; NULL for all. The others: one layer of a vector tile. Areas under four pixels are
--      left out: nobody can see them.
DROP FUNCTION IF EXISTS sees_division(text, text, division);
CREATE OR REPLACE FUNCTION seen_divisions(kind text, code text) RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN asked.kind IS NOT NULL THEN ARRAY(
    SELECT d.code FROM division AS d
    WHERE d.code = asked.code OR asked.kind = 'district' AND d.district_code = asked.code
      OR asked.kind = 'town' AND d.parent_code = asked.code
    UNION SELECT unnest(ARRAY[child.parent_code, parent.parent_code])
    FROM division AS child LEFT JOIN division AS parent ON parent.code = child.parent_code
    WHERE child.code = asked.code AND asked.kind <> 'district') END
  FROM (SELECT seen_divisions.kind, seen_divisions.code) AS asked
$$;

-- Outlines are thinned when they are written (drawn_far to half a pixel at zoom 9, drawn_middle at
-- zoom 12): thinning all of a district for each tile takes longer than all else.
CREATE OR REPLACE FUNCTION tile_divisions(
  layer text, z integer, x integer, y integer, kind text, code text
) RETURNS bytea LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  box geometry := tile_box(z, x, y);
  wide geometry := tile_surroundings(z, x, y);
  seen text[] := seen_divisions(kind, code);
BEGIN
  RETURN (SELECT ST_AsMVT(q, layer, 4096, 'geom') FROM (
    SELECT CASE WHEN one.shape @ wide AND z < 13 THEN in_tile(one.shape, z, x, y)
        ELSE cut_to_tile(one.shape, z, x, y) END AS geom,
      d.code, d.kind, d.name, d.parent_code AS parent, d.sort_order
    FROM division AS d CROSS JOIN LATERAL (SELECT CASE WHEN z < 10 THEN d.drawn_far
      WHEN z < 13 THEN d.drawn_middle ELSE d.geom_3857 END AS shape OFFSET 0) AS one
    WHERE d.geom_3857 && box AND (seen IS NULL OR d.code = ANY(seen))
    ORDER BY d.district_code, d.sort_order, d.code
  ) AS q);
END
$$;

CREATE OR REPLACE FUNCTION tile_roads(
  layer text, smallest_rank integer, names_from integer, z integer, x integer, y integer,
  kind text, code text
) RETURNS bytea LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  seen text[] := seen_divisions(kind, code);
BEGIN
  RETURN (
    SELECT ST_AsMVT(q, layer, 4096, 'geom', 'id') FROM (
      SELECT r.id, cut_to_tile(ST_Simplify(r.geom_3857, tile_side(z) / 512), z, x, y) AS geom,
        r.highway, road_rank(r.highway) AS rank, CASE WHEN z >= names_from THEN r.name END AS name
      FROM road AS r
      WHERE r.geom_3857 && tile_box(z, x, y) AND road_rank(r.highway) <= smallest_rank
        AND (seen IS NULL OR r.district_code = ANY(seen))
      ORDER BY rank DESC, r.id
    ) AS q WHERE q.geom IS NOT NULL
  );
END
$$;

CREATE OR REPLACE FUNCTION tile_landuse(
  layer text, names_from integer, z integer, x integer, y integer, kind text, code text
) RETURNS bytea LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  seen text[] := seen_divisions(kind, code);
BEGIN
  RETURN (
    SELECT ST_AsMVT(q, layer, 4096, 'geom', 'id') FROM (
      SELECT l.id, cut_to_tile(ST_SimplifyPreserveTopology(l.geom_3857, tile_side(z) / 512), z, x, y)
        AS geom, l.kind, CASE WHEN z >= names_from THEN l.name END AS name
      FROM landuse AS l
      WHERE l.geom_3857 && tile_box(z, x, y)
        AND ST_Area(l.geom_3857::box2d::geometry) > 4 * (tile_side(z) / 256) ^ 2
        AND (seen IS NULL OR l.district_code = ANY(seen))
      ORDER BY l.kind = 'residential' DESC, l.id
    ) AS q WHERE q.geom IS NOT NULL
  );
END
$$;
