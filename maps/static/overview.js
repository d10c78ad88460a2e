// A district on one screen: towns by coverage and sites nobody manages, of one day or of two.
"use strict";

fugai.startOverview = (map, config) => {
  const { words } = config;
  fugai.attribute(map, config.attribution);
  const ground = fugai.layGround(map);
  L.control.zoom({ position: "topright", zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  fugai.layBasemap(map, config.basemap);
  const [west, south, east, north] = config.bounds || [105, 30, 118, 40];
  const whole = L.latLngBounds([south, west], [north, east]);
  map.fitBounds(whole, { animate: false });
  const found = (address) => fetch(address).then((answer) => (answer.ok ? answer.json() : { features: [] }));
  // Streets are an extra here: towns and sites are drawn without them too.
  found(config.ground).then(({ features }) => fugai.drawGround(map, features, ground)).catch(() => {});
  found(config.divisions)
    .catch(() => ({ features: [] }))
    .then(({ features }) => {
      fugai.overviewMap = overviewMap(map, config.colours, features, whole);
      document.dispatchEvent(new Event("fugai:overview-map"));
    });
};

const shareOf = (truth, rate) => (truth.sites ? truth[rate] / truth.sites : null);
const percentOf = (truth, rate) => (truth.sites ? `${(100 * shareOf(truth, rate)).toFixed(1)}%` : "—");

/** The towns and spots of one day, in a pane of their own that can be cut. */
class DayOnMap {
  constructor(map, name, colours, towns, state) {
    this.map = map;
    this.colours = colours;
    this.state = state;
    this.pane = map.createPane(name);
    this.pane.style.zIndex = 410;
    this.renderer = L.canvas({ pane: name, padding: 0.5 });
    this.towns = new Map();
    for (const feature of towns) {
      const rings = L.GeoJSON.coordsToLatLngs(feature.geometry.coordinates, 2);
      const layer = L.polygon(rings, { renderer: this.renderer, pane: name, color: "#46535f", weight: 1.4 });
      layer.on("click", () => state.onTown(feature.properties.code));
      this.towns.set(feature.properties.code, layer.addTo(map));
    }
    this.spots = L.layerGroup().addTo(map);
  }

  /** Draw a day: towns by one of their rates (claimed, approved, verified), all three told. */
  show(day, town, rate) {
    const rows = new Map(day.towns.map((one) => [one.code, one]));
    for (const [code, layer] of this.towns) {
      const row = rows.get(code);
      const isVeiled = town && town !== code;
      layer.setStyle({ fillColor: row ? this.colourOf(shareOf(row.truth, rate)) : "#ffffff", fillOpacity: isVeiled ? 0.15 : 0.55, weight: town === code ? 3.2 : 1.4 });
      layer.unbindTooltip().bindTooltip(() => this.tip(row, code), { sticky: true });
    }
    this.spots.clearLayers();
    for (const one of day.spots) {
      if (one.longitude === null || (town && one.town_code !== town)) continue;
      const fillColor = this.colours[one.category === "standalone_building" ? "standalone" : "community"];
      const style = { renderer: this.renderer, radius: 4.5, weight: 1, color: "#5b1a00", fillColor, fillOpacity: 1 };
      const dot = L.circleMarker([one.latitude, one.longitude], style);
      dot.bindTooltip(() => document.createTextNode(one.name)).on("click", () => this.state.onSite(one.site_id));
      this.spots.addLayer(dot);
    }
  }

  tip(row, code) {
    const lines = row ? this.state.rates.map(([key, label]) => `${label} ${percentOf(row.truth, key)} = ${row.truth[key]} ÷ ${row.truth.sites}`) : [];
    return fugai.element("div", {}, fugai.element("b", {}, row ? row.name : code), ...lines.map((one) => fugai.element("div", {}, one)));
  }

  colourOf(rate) {
    return this.colours.steps.find(([least]) => (rate ?? 1) >= least)[1];
  }
}

function overviewMap(map, colours, features, whole) {
  const state = { onTown: () => {}, onSite: () => {}, rates: [] };
  const towns = features.filter(({ geometry, properties }) => geometry && properties.kind === "town");
  const first = new DayOnMap(map, "fugai-day-one", colours, towns, state);
  let second = null;
  let share = 1;

  /** Cut the panes where the handle stands: the first day left of it, the second right. */
  const cut = () => {
    const size = map.getSize();
    const [corner, end] = [map.containerPointToLayerPoint([0, 0]), map.containerPointToLayerPoint(size)];
    const at = corner.x + size.x * share;
    first.pane.style.clip = second ? `rect(${corner.y}px, ${at}px, ${end.y}px, ${corner.x}px)` : "";
    if (second) second.pane.style.clip = `rect(${corner.y}px, ${end.x}px, ${end.y}px, ${at}px)`;
  };
  map.on("move zoomend resize", cut);

  return {
    map,
    on: (handlers) => Object.assign(state, handlers),
    show: (day, town, rate) => {
      first.show(day, town, rate);
      map.getContainer().dataset.colouredBy = rate;
      map.getContainer().dataset.day = day.on;
      map.getContainer().dataset.spots = String(first.spots.getLayers().length);
    },
    /** Draw a second day right of a share of the width, 0-1; nothing for one day alone. */
    compare: (day, town, rate, where) => {
      share = where;
      second ??= new DayOnMap(map, "fugai-day-two", colours, towns, state);
      second.pane.style.display = "";
      second.show(day, town, rate);
      map.getContainer().dataset.compared = day.on;
      cut();
    },
    swipe: (where) => {
      share = where;
      cut();
    },
    alone: () => {
      if (second) second.pane.style.display = "none";
      first.pane.style.clip = "";
      delete map.getContainer().dataset.compared;
    },
    look: (town) => map.fitBounds(town && first.towns.has(town) ? first.towns.get(town).getBounds().pad(0.15) : whole, { animate: false }),
  };
}
