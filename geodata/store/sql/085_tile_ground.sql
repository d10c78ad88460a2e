-- Divisions, roads and areas in a vector tile, simplified to half a screen pixel.
-- In:  the layer's id, the zoom from which names are told; the tile; the scope; for divisions
--      the codes that the scope sees, for roads the rank of the smallest.
-- Out: one layer of a vector tile. Areas under four pixels are left out: nobody can see them.
CREATE OR REPLACE FUNCTION sees_division(kind text, code text, d division) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT kind IS NULL OR kind = 'district' AND d.district_code = code
    OR d.code = code OR kind = 'town' AND d.parent_code = code
    OR d.code IN (
      SELECT unnest(ARRAY[child.parent_code, parent.parent_code]) FROM division AS child
      LEFT JOIN division AS parent ON parent.code = child.parent_code
      WHERE child.code = sees_division.code AND sees_division.kind <> 'district')
$$;

CREATE OR REPLACE FUNCTION tile_divisions(
  layer text, z integer, x integer, y integer, kind text, code text
) RETURNS bytea LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  RETURN (
    SELECT ST_AsMVT(q, layer, 4096, 'geom') FROM (
      SELECT cut_to_tile(ST_SimplifyPreserveTopology(d.geom_3857, tile_side(z) / 512), z, x, y) AS geom,
        d.code, d.kind, d.name, d.parent_code AS parent, d.sort_order
      FROM division AS d
      WHERE d.geom_3857 && tile_box(z, x, y) AND sees_division(tile_divisions.kind, tile_divisions.code, d)
      ORDER BY d.district_code, d.sort_order
    ) AS q
  );
END
$$;

CREATE OR REPLACE FUNCTION tile_roads(
  layer text, smallest_rank integer, names_from integer, z integer, x integer, y integer,
  kind text, code text
) RETURNS bytea LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  RETURN (
    SELECT ST_AsMVT(q, layer, 4096, 'geom', 'id') FROM (
      SELECT r.id, cut_to_tile(ST_Simplify(r.geom_3857, tile_side(z) / 512), z, x, y) AS geom,
        r.highway, road_rank(r.highway) AS rank, CASE WHEN z >= names_from THEN r.name END AS name
      FROM road AS r JOIN division AS d ON d.code = r.district_code
      WHERE r.geom_3857 && tile_box(z, x, y) AND road_rank(r.highway) <= smallest_rank
        AND sees_division(tile_roads.kind, tile_roads.code, d)
      ORDER BY rank DESC, r.id
    ) AS q WHERE q.geom IS NOT NULL
  );
END
$$;

CREATE OR REPLACE FUNCTION tile_landuse(
  layer text, names_from integer, z integer, x integer, y integer, kind text, code text
) RETURNS bytea LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  RETURN (
    SELECT ST_AsMVT(q, layer, 4096, 'geom', 'id') FROM (
      SELECT l.id, cut_to_tile(ST_SimplifyPreserveTopology(l.geom_3857, tile_side(z) / 512), z, x, y)
        AS geom, l.kind, CASE WHEN z >= names_from THEN l.name END AS name
      FROM landuse AS l JOIN division AS d ON d.code = l.district_code
      WHERE l.geom_3857 && tile_box(z, x, y)
        AND ST_Area(l.geom_3857::box2d::geometry) > 4 * (tile_side(z) / 256) ^ 2
        AND sees_division(tile_landuse.kind, tile_landuse.code, d)
      ORDER BY l.kind = 'residential' DESC, l.id
    ) AS q WHERE q.geom IS NOT NULL
  );
END
$$;
