-- Sites in a vector tile.
-- In:  the layer's id (communities, standalone_buildings, gaps) and its zooms as
--      geodata/layers.py declares them; the tile; the scope (kind and code of a division, NULL for
--      all); the day.
-- Out: one layer of a vector tile. Below merged_below as tile_sites_merged; below drawn_from
--      points; then outlines.
CREATE OR REPLACE FUNCTION tile_sites(
  layer text, merged_below integer, drawn_from integer, names_from integer, z integer, x integer, y integer, kind text, code text, day date
) RETURNS bytea LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  box geometry := tile_box(z, x, y);
  wide geometry := tile_surroundings(z, x, y);
  dx float8 := tile_dx(z, x);
  dy float8 := tile_dy(z, y);
  scale float8 := 4096 / tile_side(z);
  has_outlines boolean := z >= drawn_from;
  has_names boolean := z >= names_from;
  is_gap boolean := layer = 'gaps';
  told text := day::text;
BEGIN
  IF z < merged_below THEN
    RETURN tile_sites_merged(layer, z, x, y, kind, code, day);
  END IF;
  RETURN (SELECT ST_AsMVT(q, layer, 4096, 'geom', 'id') FROM (
    SELECT s.site_id AS id,
      CASE WHEN NOT has_outlines OR s.outline IS NULL THEN ST_TransScale(s.centre, dx, dy, scale, -scale)
        WHEN NOT s.place @ wide THEN cut_to_tile(s.outline, z, x, y)
        ELSE ST_TransScale(CASE WHEN z < 15 THEN s.outline_far ELSE s.outline END, dx, dy, scale, -scale)
      END AS geom,
      s.category,
      CASE WHEN is_gap THEN
        CASE WHEN s.is_standalone THEN 'standalone_uncovered' ELSE 'community_uncovered' END
      END AS gap,
      CASE WHEN NOT is_gap THEN s.management_types END AS management_types,
      CASE WHEN NOT is_gap THEN s.inspection_status END AS inspection_status,
      CASE WHEN NOT is_gap THEN s.covered END AS covered,
      CASE WHEN NOT is_gap AND has_names THEN s.market_covered END AS market_covered,
      CASE WHEN NOT is_gap AND has_names THEN s.verified END AS verified,
      s.town_code AS town,
      told AS "on",
      CASE WHEN is_gap OR has_names THEN s.uncovered_since::text END AS uncovered_since,
      CASE WHEN has_names THEN s.name END AS name,
      CASE WHEN has_names THEN s.households END AS households,
      CASE WHEN has_names THEN s.neighbourhood_code END AS neighbourhood
    FROM sites_within(day, box) AS s
    WHERE (has_outlines AND s.outline IS NOT NULL OR s.centre && box)
      AND in_layer(layer, s.is_standalone, s.covered)
      AND lies_within(kind, code, s.district_code, s.town_code, s.neighbourhood_code)
    ORDER BY s.site_id
  ) AS q);
END
$$;
