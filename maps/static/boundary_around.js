// What lies round a site that is being drawn: all of it takes snapping, buildings take clicks.
"use strict";

const AROUND_FROM_ZOOM = 15;
const NAMES_FROM_ZOOM = 16;
const AROUND_STYLES = {
  town: { color: "#12385a", weight: 2.5, dashArray: "10 5", fill: false },
  site: { color: "#6b7280", weight: 1.6, fillColor: "#6b7280", fillOpacity: 0.14 },
  residential: { color: "#b5a27a", weight: 1, dashArray: "3 3", fill: false },
  road: { opacity: 0, weight: 1, fill: false },
};
const BUILDING_STYLES = {
  free: { color: "#a4947a", weight: 1, fillColor: "#d9d0c1", fillOpacity: 0.9 },
  held: { color: "#9aa3af", weight: 1, fillColor: "#cfd4da", fillOpacity: 0.9 },
  picked: { color: "#00528a", weight: 2.5, fillColor: "#56b4e9", fillOpacity: 0.9 },
};

fugai.BoundaryAround = class {
  /** `onPick` is called with the id of a building that was clicked while picking. */
  constructor(map, template, siteId, onPick) {
    Object.assign(this, { map, template, siteId, onPick });
    this.group = L.layerGroup().addTo(map);
    this.buildings = new Map();
    this.picked = new Set();
    this.isPicking = false;
    this.known = null;
    map.on("moveend", () => this.load());
    map.on("zoomend", () => this.showNames());
  }

  /** Fetch what the view needs; anew where a save has moved buildings to another site. */
  async load(isAnew = false) {
    const view = this.map.getBounds();
    const isNear = this.map.getZoom() >= AROUND_FROM_ZOOM;
    if (!isAnew && this.known && (!isNear || this.known.contains(view))) return;
    const asked = isNear ? view.pad(0.4) : view;
    this.known = isNear ? asked : L.latLngBounds(view.getCenter(), view.getCenter());
    const box = isNear ? asked : asked.pad(-0.49);
    try {
      const answer = await fetch(this.template.replace("{bbox}", box.toBBoxString()));
      if (!answer.ok) throw new Error(String(answer.status));
      this.draw((await answer.json()).features);
    } catch (error) {
      // The next move asks again.
      this.known = null;
    }
  }

  draw(features) {
    this.group.clearLayers();
    this.buildings.clear();
    this.names = [];
    for (const feature of features) {
      const { layer, id, name } = feature.properties;
      const isLine = layer === "road";
      const points = L.GeoJSON.coordsToLatLngs(feature.geometry.coordinates, isLine ? 0 : 2);
      if (layer === "footprint") this.drawBuilding(points, feature.properties);
      else {
        const style = { ...AROUND_STYLES[layer], snapIgnore: false, interactive: false };
        const drawn = (isLine ? L.polyline : L.polygon)(points, style).addTo(this.group);
        if (layer === "site") this.name(drawn, name || String(id));
      }
    }
    this.showNames();
  }

  drawBuilding(points, { id, site, name, floors }) {
    const drawn = L.polygon(points, { snapIgnore: false }).addTo(this.group);
    drawn.held = site !== null && site !== this.siteId;
    drawn.on("click", () => this.isPicking && this.onPick(id));
    const said = [name, floors ? `${floors}F` : ""].filter(Boolean).join(" · ");
    if (said) drawn.bindTooltip(fugai.element("span", {}, said), { sticky: true });
    this.buildings.set(id, drawn);
    this.styleBuilding(id);
  }

  name(layer, text) {
    layer.bindTooltip(fugai.element("span", {}, text), {
      permanent: true,
      direction: "center",
      className: "fugai-edge-name",
    });
    this.names.push(layer);
  }

  showNames() {
    const isShown = this.map.getZoom() >= NAMES_FROM_ZOOM;
    for (const layer of this.names || []) layer[isShown ? "openTooltip" : "closeTooltip"]();
  }

  setPicked(ids) {
    const before = this.picked;
    this.picked = new Set(ids);
    for (const id of new Set([...before, ...ids])) this.styleBuilding(id);
  }

  styleBuilding(id) {
    const drawn = this.buildings.get(id);
    if (!drawn) return;
    const state = this.picked.has(id) ? "picked" : drawn.held ? "held" : "free";
    drawn.setStyle(BUILDING_STYLES[state]);
  }
};
