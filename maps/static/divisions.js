// The outlines of divisions: lines, a veil over what is not chosen, a tint by what is uncovered.
"use strict";

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
        const layer = L.polygon(rings, style).on("click", ({ latlng }) => onTown(code, latlng));
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

/** Bounds of west, south, east, north. */
fugai.boundsOfExtent = ([west, south, east, north]) => L.latLngBounds([[south, west], [north, east]]);
