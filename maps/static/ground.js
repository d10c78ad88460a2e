// The ground under the sites: water, green, streets, buildings, and the divisions.
"use strict";

const GROUND_PANE = "fugai-ground";
const FOOTPRINTS_FROM_ZOOM = 15;
fugai.ROADS = {
  // rank: width in pixels at zoom 12 and at zoom 17, colour, first zoom
  1: { thin: 2.6, thick: 13, colour: "#ffffff", casing: "#d5cdbd", from: 0 },
  2: { thin: 2, thick: 11, colour: "#ffffff", casing: "#ddd6c8", from: 0 },
  3: { thin: 1.2, thick: 8, colour: "#ffffff", casing: "#e3ddd1", from: 11 },
  4: { thin: 0.8, thick: 6, colour: "#ffffff", casing: "#e6e1d6", from: 13 },
  5: { thin: 0.5, thick: 3, colour: "#ffffff", casing: "#eae6dc", from: 15 },
};
fugai.AREAS = { water: "#a9cfe8", green: "#cfe6c2", residential: "#eae4d9" };

/** How wide a road is on the screen; its casing is a little wider. */
fugai.roadWidth = (rank, zoom, pass) => {
  const { thin, thick } = fugai.ROADS[rank];
  const near = Math.min(1, Math.max(0, (zoom - 12) / 5));
  return thin + (thick - thin) * near ** 1.6 + (pass === "casing" ? 1.6 : 0);
};

/** Panes below the sites, so that the ground never takes a click. */
fugai.layGround = (map) => {
  map.createPane(GROUND_PANE).style.zIndex = 250;
  map.getPane(GROUND_PANE).style.pointerEvents = "none";
  return L.canvas({ pane: GROUND_PANE, padding: 0.4 });
};

/** Draw roads, water and green; widths follow the zoom. */
fugai.drawGround = (map, features, renderer) => {
  const areas = L.layerGroup();
  const roads = [];
  const base = { renderer, pane: GROUND_PANE, interactive: false };
  for (const feature of features) {
    const { layer, rank } = feature.properties;
    if (layer === "road") {
      const points = L.GeoJSON.coordsToLatLngs(feature.geometry.coordinates);
      roads.push({ rank, points });
    } else if (fugai.AREAS[layer]) {
      const rings = L.GeoJSON.coordsToLatLngs(feature.geometry.coordinates, 2);
      const style = { ...base, stroke: false, fillColor: fugai.AREAS[layer], fillOpacity: 1 };
      areas.addLayer(L.polygon(rings, style));
    }
  }
  areas.addTo(map);
  // Casings of all roads before the roads themselves, so that crossings stay open.
  const lines = [];
  for (const pass of ["casing", "colour"]) {
    for (let rank = 5; rank >= 1; rank -= 1) {
      const points = roads.filter((road) => road.rank === rank).map((road) => road.points);
      if (points.length === 0) continue;
      const style = { ...base, color: fugai.ROADS[rank][pass], lineCap: "round", smoothFactor: 1 };
      lines.push({ rank, pass, layer: L.polyline(points, style) });
    }
  }
  const restyle = () => {
    const zoom = map.getZoom();
    for (const { rank, pass, layer } of lines) {
      const isShown = zoom >= fugai.ROADS[rank].from;
      if (isShown !== map.hasLayer(layer)) map[isShown ? "addLayer" : "removeLayer"](layer);
      layer.setStyle({ weight: fugai.roadWidth(rank, zoom, pass) });
    }
  };
  map.on("zoomend", restyle);
  restyle();
};

/** Draw building outlines of the view, fetched when zoomed in; those of listed sites may look otherwise. */
fugai.drawFootprints = (map, renderer, template, listed = {}) => {
  const group = L.layerGroup().addTo(map);
  let asked = null;
  const style = {
    renderer,
    pane: GROUND_PANE,
    interactive: false,
    weight: 0.6,
    color: "#b9ae9c",
    fillColor: "#d9d0c1",
    fillOpacity: 1,
  };
  const show = async () => {
    if (map.getZoom() < FOOTPRINTS_FROM_ZOOM) {
      group.clearLayers();
      asked = null;
      return;
    }
    if (asked && asked.contains(map.getBounds())) return;
    const bounds = map.getBounds().pad(0.3);
    asked = bounds;
    try {
      const answer = await fetch(template.replace("{bbox}", bounds.toBBoxString()));
      if (!answer.ok || asked !== bounds) return;
      const found = await answer.json();
      group.clearLayers();
      for (const feature of found.features) {
        const rings = L.GeoJSON.coordsToLatLngs(feature.geometry.coordinates, 2);
        group.addLayer(L.polygon(rings, feature.properties.site ? { ...style, ...listed } : style));
      }
    } catch (error) {
      // Outlines are an extra: the map is whole without them, and the next move asks again.
      asked = null;
    }
  };
  map.on("moveend", show);
  show();
};

/** Lay an operator's basemap under everything. */
fugai.layBasemap = (map, basemap) => {
  if (!basemap) return;
  map.createPane("fugai-basemap").style.zIndex = 150;
  for (const url of basemap.urls) {
    L.tileLayer(url, {
      pane: "fugai-basemap",
      subdomains: basemap.subdomains,
      maxNativeZoom: basemap.max_zoom,
      maxZoom: 19,
    }).addTo(map);
  }
};
