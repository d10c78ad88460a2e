// Where sites changed between two days: what was gained, what was lost, and the rest.
"use strict";

fugai.startChanges = (map, config) => {
  fugai.attribute(map, config.attribution);
  const renderer = fugai.layGround(map);
  L.control.zoom({ zoomInTitle: config.words.zoom_in, zoomOutTitle: config.words.zoom_out }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  fugai.layBasemap(map, config.basemap);
  if (config.bounds) {
    const [west, south, east, north] = config.bounds;
    map.fitBounds([[south, west], [north, east]], { animate: false });
  }
  const styleOf = (feature) => ({
    color: config.colours[feature.properties.mark],
    fillColor: config.colours[feature.properties.mark],
    weight: 2,
    fillOpacity: 0.5,
    radius: 7,
  });
  const popup = (feature) => {
    const box = document.createElement("div");
    const link = document.createElement("a");
    link.href = config.record.replace("{id}", encodeURIComponent(feature.id));
    link.textContent = feature.properties.name;
    const what = document.createElement("div");
    what.textContent = feature.properties.kinds.join("、");
    box.append(link, what);
    return box;
  };
  fetch(config.sites)
    .then((answer) => (answer.ok ? answer.json() : { features: [] }))
    .then((sites) => {
      const layer = L.geoJSON(sites, {
        style: styleOf,
        pointToLayer: (feature, at) => L.circleMarker(at, styleOf(feature)),
        onEachFeature: (feature, one) => one.bindPopup(() => popup(feature)),
      }).addTo(map);
      if (layer.getBounds().isValid()) map.fitBounds(layer.getBounds().pad(0.1), { animate: false, maxZoom: 16 });
      map.getContainer().dataset.changes = String(sites.features.length);
    })
    .catch(() => {});
  fetch(config.ground)
    .then((answer) => (answer.ok ? answer.json() : { features: [] }))
    .then((ground) => fugai.drawGround(map, ground.features, renderer))
    // Streets are an extra here: the list beside the map tells the same.
    .catch(() => {});
};
