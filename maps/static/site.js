// One site where it stands, on the page of its record.
"use strict";

fugai.startSite = (map, config) => {
  fugai.attribute(map, config.attribution);
  const renderer = fugai.layGround(map);
  L.control.zoom({ zoomInTitle: config.words.zoom_in, zoomOutTitle: config.words.zoom_out }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  fugai.layBasemap(map, config.basemap);
  const style = { color: config.colour, weight: 2.5, fillColor: config.colour, fillOpacity: 0.35, radius: 9 };
  const layer = L.geoJSON(config.geometry, {
    style,
    pointToLayer: (_, at) => L.circleMarker(at, style),
    interactive: false,
  }).addTo(map);
  map.fitBounds(layer.getBounds().pad(0.6), { maxZoom: 17, animate: false });
  fugai.drawFootprints(map, renderer, config.footprints);
  fetch(config.ground)
    .then((answer) => (answer.ok ? answer.json() : { features: [] }))
    .then((ground) => fugai.drawGround(map, ground.features, renderer))
    // Streets are an extra here: the site is drawn already.
    .catch(() => {});
};
