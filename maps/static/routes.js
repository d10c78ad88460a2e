// Routes of visits on a map: the way on the streets, numbered stops, where each begins and ends.
"use strict";

const ROUTE_COLOURS = ["#12385a", "#d55e00", "#009e73", "#b5548f", "#0072b2", "#a36a00", "#5b4fa0", "#3d7a6d"];

fugai.startRoutes = (map, config) => {
  fugai.attribute(map, config.attribution);
  const renderer = config.ground ? fugai.layGround(map) : null;
  L.control.zoom({ position: "topright", zoomInTitle: config.words.zoom_in, zoomOutTitle: config.words.zoom_out }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  fugai.layBasemap(map, config.basemap);
  if (config.bounds) {
    const [west, south, east, north] = config.bounds;
    map.fitBounds([[south, west], [north, east]], { animate: false });
  }
  if (renderer) drawStreets(map, config.ground, renderer);
  fugai.routesMap = routesMap(map);
  document.dispatchEvent(new Event("fugai:routes-map"));
};

function drawStreets(map, address, renderer) {
  fetch(address)
    .then((answer) => (answer.ok ? answer.json() : { features: [] }))
    .then((ground) => fugai.drawGround(map, ground.features, renderer))
    // Streets are an extra here: the list beside the map tells the same.
    .catch(() => {});
}

function routesMap(map) {
  // Above the sites of tiles, below the numbers.
  map.createPane("fugai-routes").style.zIndex = 450;
  const group = L.featureGroup().addTo(map);
  const marks = new Map();
  const state = { onPick: () => {} };
  const at = ([longitude, latitude]) => [latitude, longitude];

  const numbered = (stop, colour) => {
    const text = document.createElement("span");
    text.textContent = stop.state === "done" ? "✓" : String(stop.position);
    text.style.setProperty("--route", colour);
    const icon = L.divIcon({ className: `fugai-stop is-${stop.state}`, html: text, iconSize: [28, 28] });
    const mark = L.marker([stop.latitude, stop.longitude], { icon, title: `${stop.position}. ${stop.name}` });
    mark.on("click", () => state.onPick(stop.site));
    return mark;
  };

  /** Draw routes; each carries `line` (its ways), `stops`, `start` and `end`. */
  const show = (routes, fits) => {
    group.clearLayers();
    marks.clear();
    routes.forEach((route, number) => {
      const colour = ROUTE_COLOURS[number % ROUTE_COLOURS.length];
      for (const leg of route.line) {
        L.polyline(leg.map(at), { color: "#ffffff", weight: 8, opacity: 0.8, interactive: false, pane: "fugai-routes" }).addTo(group);
        L.polyline(leg.map(at), { color: colour, weight: 4.5, opacity: 0.9, interactive: false, pane: "fugai-routes" }).addTo(group);
      }
      if (route.stops.length) {
        L.circleMarker(at(route.start), { radius: 7, color: "#ffffff", weight: 2, fillColor: "#009e73", fillOpacity: 1, pane: "fugai-routes" }).addTo(group);
      }
      for (const stop of route.stops) {
        if (stop.longitude === null) continue;
        const mark = numbered(stop, colour);
        marks.set(stop.site, mark);
        mark.addTo(group);
      }
    });
    if (fits && group.getLayers().length) map.fitBounds(group.getBounds().pad(0.12), { animate: false, maxZoom: 16 });
    map.getContainer().dataset.stops = String(marks.size);
  };

  const activate = (site, follows) => {
    for (const [one, mark] of marks) mark.getElement()?.classList.toggle("is-active", one === site);
    const mark = marks.get(site);
    if (mark && follows) map.panTo(mark.getLatLng(), { animate: false });
  };

  const on = (handlers) => Object.assign(state, handlers);
  return { show, activate, on, map };
}
