// Sites and divisions as layers: one canvas, so that a click finds whatever is on top.
"use strict";

const POLYGON_FROM_ZOOM = 15.5;
const GAP_RAMP = ["#fff7ec", "#fee8c8", "#fdd49e", "#fdbb84", "#fc8d59"];

/** The outlines of towns and neighbourhoods. */
fugai.Divisions = class {
  constructor(map, renderer, features, onTown) {
    this.map = map;
    this.towns = new Map();
    this.neighbourhoods = L.layerGroup();
    for (const feature of features) {
      if (!feature.geometry) continue;
      const rings = L.GeoJSON.coordsToLatLngs(feature.geometry.coordinates, 2);
      const { code, kind } = feature.properties;
      const line = { renderer, fill: false, interactive: false };
      if (kind === "neighbourhood") {
        const style = { ...line, color: "#9aa3af", weight: 0.8, dashArray: "3 4" };
        this.neighbourhoods.addLayer(L.polygon(rings, style));
      } else if (kind === "town") {
        const style = { renderer, color: "#6b7684", weight: 1.4, fillOpacity: 0, fillColor: "#fff" };
        const layer = L.polygon(rings, style).on("click", () => onTown(code));
        this.towns.set(code, layer.addTo(map));
      } else {
        L.polygon(rings, { ...line, color: "#3d4856", weight: 2.6 }).addTo(map);
      }
    }
    map.on("zoomend", () => this.showNeighbourhoods());
    this.showNeighbourhoods();
  }

  showNeighbourhoods() {
    const isShown = this.map.getZoom() >= 13;
    if (isShown === this.map.hasLayer(this.neighbourhoods)) return;
    this.map[isShown ? "addLayer" : "removeLayer"](this.neighbourhoods);
  }

  /** Veil the towns that are not chosen; on the map of gaps tint each by its uncovered share. */
  style(chosen, shareUncovered) {
    for (const [code, layer] of this.towns) {
      const share = shareUncovered ? shareUncovered(code) : null;
      const isVeiled = chosen !== null && chosen !== code;
      const step = Math.min(GAP_RAMP.length - 1, Math.floor((share || 0) * 10));
      layer.setStyle({
        fillColor: isVeiled || share === null ? "#ffffff" : GAP_RAMP[step],
        fillOpacity: isVeiled ? 0.6 : share === null ? 0 : 0.55,
        weight: code === chosen ? 3 : 1.4,
        color: code === chosen ? "#1f2937" : "#6b7684",
      });
    }
  }

  boundsOf(code) {
    const layer = this.towns.get(code);
    return layer ? layer.getBounds() : null;
  }
};

/** All sites; each is a polygon, or a dot where it is small on screen or has no boundary. */
fugai.SiteLayers = class {
  constructor(map, renderer, sites, { symbols, onClick, describe }) {
    this.map = map;
    this.renderer = renderer;
    this.symbols = symbols;
    this.onClick = onClick;
    this.describe = describe;
    this.shown = [];
    this.selected = null;
    this.tooltip = L.tooltip({ sticky: true, direction: "top", className: "fugai-tip" });
    for (const site of sites) this.locate(site);
    map.on("zoomend", () => this.draw());
  }

  locate(site) {
    const geometry = site.geometry;
    if (!geometry) return;
    if (geometry.type === "Point") {
      site.centre = L.GeoJSON.coordsToLatLng(geometry.coordinates);
      site.bounds = L.latLngBounds([site.centre]);
      return;
    }
    site.rings = L.GeoJSON.coordsToLatLngs(geometry.coordinates, 2);
    site.bounds = L.latLngBounds(site.rings.flat(2));
    site.centre = site.bounds.getCenter();
  }

  /** Show these sites in this colouring. */
  show(sites, colouring) {
    this.colouring = colouring;
    this.shown = sites.filter((site) => site.centre);
    this.draw();
  }

  draw() {
    const zoom = this.map.getZoom();
    const wanted = new Set();
    for (const site of this.shown) {
      const layer = this.layerOf(site, zoom);
      layer.setStyle(this.styleOf(site, zoom));
      wanted.add(layer);
    }
    for (const layer of this.drawn || []) if (!wanted.has(layer)) layer.remove();
    for (const layer of wanted) {
      if (!this.map.hasLayer(layer)) layer.addTo(this.map);
    }
    this.drawn = wanted;
    this.raiseGaps();
  }

  /** What needs action lies on top. */
  raiseGaps() {
    for (const site of this.shown) {
      if (!site.properties.covered || site === this.selected) site.layer.bringToFront();
    }
  }

  layerOf(site, zoom) {
    const isDot =
      !site.rings || (site.properties.category === "standalone_building" && zoom < POLYGON_FROM_ZOOM);
    const slot = isDot ? "dot" : "polygon";
    if (!site[slot]) {
      site[slot] = isDot
        ? L.circleMarker(site.centre, { renderer: this.renderer })
        : L.polygon(site.rings, { renderer: this.renderer });
      site[slot]
        .on("click", (event) => {
          L.DomEvent.stop(event);
          this.onClick(site);
        })
        .on("mouseover", (event) => this.point(site, event))
        .on("mousemove", (event) => this.tooltip.setLatLng(event.latlng))
        .on("mouseout", () => this.tooltip.remove());
    }
    site.layer = site[slot];
    return site.layer;
  }

  styleOf(site, zoom) {
    const symbol = this.symbols.of(site, this.colouring);
    const { covered } = site.properties;
    const isGapMap = this.colouring.key === "gap";
    const isQuiet = isGapMap && covered;
    const size = zoom < 11 ? 1.7 : zoom < 12 ? 2.4 : zoom < 13.5 ? 3.2 : zoom < 15 ? 4.6 : 6;
    const isSelected = site === this.selected;
    return {
      fillColor: symbol.fill,
      fillOpacity: isQuiet ? 0.7 : 0.88,
      color: isSelected ? "#111827" : covered ? "#ffffff" : "#5b1a00",
      weight: isSelected ? 3.5 : covered || (zoom < 12 && !isGapMap) ? 0.7 : isGapMap ? 1.6 : 1.1,
      opacity: covered && !isSelected ? 0.9 : 1,
      radius: size + (isGapMap && !covered ? 0.8 : 0) - (isQuiet ? 1 : 0),
    };
  }

  point(site, event) {
    this.tooltip.setContent(this.describe(site)).setLatLng(event.latlng).addTo(this.map);
  }

  /** Mark one site, and unmark the last. */
  select(site) {
    const before = this.selected;
    this.selected = site;
    for (const one of [before, site]) {
      if (one && one.layer) one.layer.setStyle(this.styleOf(one, this.map.getZoom()));
    }
    if (site && site.layer) site.layer.bringToFront();
  }
};
