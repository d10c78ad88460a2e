// Gaps on a map: what the list shows, the one that is looked at, and a lasso to choose many.
"use strict";

const OUTLINES_FROM_ZOOM = 15;

fugai.startGaps = (map, config) => {
  fugai.attribute(map, config.attribution);
  const renderer = fugai.layGround(map);
  L.control.zoom({ position: "topright", zoomInTitle: config.words.zoom_in, zoomOutTitle: config.words.zoom_out }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  fugai.layBasemap(map, config.basemap);
  if (config.bounds) {
    const [west, south, east, north] = config.bounds;
    map.fitBounds([[south, west], [north, east]], { animate: false });
  }
  fugai.drawFootprints(map, renderer, config.footprints, { fillColor: "#b9cbe0", color: "#8fa8c4" });
  fetch(config.ground)
    .then((answer) => (answer.ok ? answer.json() : { features: [] }))
    .then((ground) => fugai.drawGround(map, ground.features, renderer))
    // Streets are an extra here: the list beside the map tells the same.
    .catch(() => {});
  fugai.gapsMap = gapsMap(map, config.colours);
  document.dispatchEvent(new Event("fugai:gaps-map"));
};

function gapsMap(map, colours) {
  const layers = new Map();
  const dots = new Map();
  const group = L.featureGroup().addTo(map);
  // From afar an outline is a speck: a dot stands for it.
  const far = L.layerGroup();
  const tellFar = () => (map.getZoom() < OUTLINES_FROM_ZOOM ? far.addTo(map) : far.remove());
  map.on("zoomend", tellFar);
  tellFar();
  const preview = L.geoJSON(null, { interactive: false, style: { color: "#009e73", weight: 3, dashArray: "6 5", fillOpacity: 0.12 } }).addTo(map);
  const state = { active: null, chosen: new Set(), onPick: () => {}, onLasso: () => {} };

  const styleOf = (id) => {
    const feature = layers.get(id).feature;
    const colour = colours[feature.properties.kind];
    const isActive = id === state.active;
    const isChosen = state.chosen.has(id);
    return {
      color: isActive ? "#12385a" : isChosen ? "#0072b2" : colour,
      weight: isActive ? 4 : isChosen ? 3 : 2,
      fillColor: colour,
      fillOpacity: isChosen ? 0.75 : 0.5,
      radius: isActive ? 10 : 7,
    };
  };
  const restyle = (id) => {
    layers.get(id)?.setStyle(styleOf(id));
    dots.get(id)?.setStyle({ ...styleOf(id), radius: id === state.active ? 8 : 4.5, weight: 1.2, fillOpacity: 0.9 });
  };

  const show = (features, fits) => {
    group.clearLayers();
    far.clearLayers();
    layers.clear();
    dots.clear();
    preview.clearLayers();
    state.active = null;
    for (const feature of features) {
      if (!feature.geometry) continue;
      const made = L.geoJSON(feature, { pointToLayer: (_, at) => L.circleMarker(at) });
      const layer = made.getLayers()[0];
      layers.set(feature.id, layer);
      group.addLayer(layer);
      const shown = [layer];
      if (layer.getBounds) {
        const dot = L.circleMarker(layer.getBounds().getCenter());
        dots.set(feature.id, dot);
        far.addLayer(dot);
        shown.push(dot);
      }
      for (const one of shown) {
        one.on("click", () => state.onPick(feature.id));
        one.bindTooltip(() => document.createTextNode(feature.properties.label));
      }
      restyle(feature.id);
    }
    if (fits && layers.size) map.fitBounds(group.getBounds().pad(0.08), { animate: false, maxZoom: 17 });
    map.getContainer().dataset.gaps = String(layers.size);
  };

  const activate = (id, follows) => {
    const before = state.active;
    state.active = id;
    preview.clearLayers();
    if (before) restyle(before);
    const layer = layers.get(id);
    if (!layer) return;
    restyle(id);
    layer.bringToFront();
    if (!follows) return;
    const bounds = layer.getBounds ? layer.getBounds() : layer.getLatLng().toBounds(120);
    map.fitBounds(bounds.pad(1.2), { maxZoom: 18, animate: false });
  };

  const choose = (ids) => {
    const touched = new Set([...state.chosen, ...ids]);
    state.chosen = new Set(ids);
    touched.forEach(restyle);
  };

  const middleOf = (layer) => (layer.getBounds ? layer.getBounds().getCenter() : layer.getLatLng());

  /** Let the pointer draw a loop; what has its middle in it is chosen. */
  const lasso = () => {
    const canvas = map.getContainer();
    let points = [];
    let line = null;
    canvas.classList.add("fugai-lasso");
    map.dragging.disable();
    const at = (event) => map.mouseEventToLatLng(event);
    const draw = (event) => {
      points.push(at(event));
      if (line) line.setLatLngs(points);
    };
    const begin = (event) => {
      event.preventDefault();
      event.stopPropagation();
      points = [at(event)];
      line = L.polygon(points, { color: "#0072b2", weight: 2, dashArray: "4 4", fillOpacity: 0.08, interactive: false }).addTo(map);
      canvas.setPointerCapture(event.pointerId);
      canvas.addEventListener("pointermove", draw);
      canvas.addEventListener("pointerup", end, { once: true });
    };
    const end = () => {
      stop();
      const ring = points.map((point) => map.latLngToContainerPoint(point));
      const inside = [...layers].filter(([, layer]) => isInside(map.latLngToContainerPoint(middleOf(layer)), ring));
      state.onLasso(inside.map(([id]) => id));
    };
    const stop = () => {
      canvas.classList.remove("fugai-lasso");
      canvas.removeEventListener("pointerdown", begin, true);
      canvas.removeEventListener("pointermove", draw);
      map.dragging.enable();
      line?.remove();
    };
    canvas.addEventListener("pointerdown", begin, true);
    return stop;
  };

  const isInside = (point, ring) => {
    let inside = false;
    for (let one = 0, last = ring.length - 1; one < ring.length; last = one, one += 1) {
      const [a, b] = [ring[one], ring[last]];
      const crosses = a.y > point.y !== b.y > point.y;
      if (crosses && point.x < ((b.x - a.x) * (point.y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
    }
    return inside;
  };

  const showBoundary = (geometry) => {
    preview.clearLayers();
    map.getContainer().dataset.preview = String(Boolean(geometry));
    if (!geometry) return;
    preview.addData(geometry);
    map.fitBounds(preview.getBounds().pad(0.4), { maxZoom: 18, animate: false });
  };

  return { show, activate, choose, lasso, showBoundary, map, on: (handlers) => Object.assign(state, handlers) };
}
