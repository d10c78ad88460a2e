// Positions before and after: what a file says, what was made of it, and what is known already.
"use strict";

const STAGES = {
  known: { color: "#b45309", weight: 1.6, dashArray: "2 4", fill: false, radius: 5 },
  before: { color: "#5b6470", weight: 1.6, dashArray: "5 4", fillColor: "#8a94a0", fillOpacity: 0.25, radius: 4.5 },
  after: { color: "#0072b2", weight: 2, fillColor: "#0072b2", fillOpacity: 0.3, radius: 4.5 },
};

const STAGE_WORDS = {
  known: (words) => words.stage_known,
  before: (words) => words.stage_before,
  after: (words) => words.stage_after,
};

/** Draw a district, and on it whatever "fugai:compare" brings: GeoJSON whose features have a stage. */
fugai.startComparison = (map, config) => {
  const { words } = config;
  fugai.attribute(map, config.attribution);
  const ground = fugai.layGround(map);
  const renderer = L.canvas({ padding: 0.3 });
  L.control
    .zoom({ position: "bottomright", zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out })
    .addTo(map);
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  fugai.layBasemap(map, config.basemap);
  const [west, south, east, north] = config.bounds || [105, 30, 118, 40];
  map.fitBounds([[south, west], [north, east]], { animate: false });
  for (const [address, draw] of [
    [config.divisions, (found) => new fugai.Divisions(map, ground, found, () => {})],
    [config.ground, (found) => fugai.drawGround(map, found, ground)],
  ]) {
    fetch(address)
      .then((answer) => (answer.ok ? answer.json() : { features: [] }))
      .then((found) => draw(found.features))
      // Streets and borders are an extra: positions are drawn without them too.
      .catch(() => {});
  }
  fugai.drawFootprints(map, ground, config.footprints);
  let drawn = L.layerGroup().addTo(map);
  const legend = L.control({ position: "topright" });
  const box = fugai.element("div", { class: "fugai-stages" });
  legend.onAdd = () => box;

  document.addEventListener("fugai:look", (event) => {
    map.fitBounds(L.latLngBounds(event.detail).pad(0.5), { maxZoom: 18, animate: false });
  });
  document.addEventListener("fugai:compare", (event) => {
    drawn.remove();
    const layers = [];
    const seen = new Set();
    for (const stage of ["before", "known", "after"]) {
      const features = event.detail.features.filter((one) => one.properties.stage === stage);
      if (features.length === 0) continue;
      seen.add(stage);
      const style = { ...STAGES[stage], renderer };
      layers.push(
        L.geoJSON(features, { style, pointToLayer: (_, at) => L.circleMarker(at, style), interactive: false }),
      );
    }
    drawn = L.featureGroup(layers).addTo(map);
    box.replaceChildren(
      ...[...seen].map((stage) => {
        const mark = fugai.element("i", {});
        mark.style.borderColor = STAGES[stage].color;
        return fugai.element("span", {}, mark, STAGE_WORDS[stage](words));
      }),
    );
    legend.addTo(map);
    if (layers.length) map.fitBounds(drawn.getBounds().pad(0.1), { maxZoom: 17, animate: false });
    map.getContainer().dataset.compared = String(event.detail.features.length);
  });
};
