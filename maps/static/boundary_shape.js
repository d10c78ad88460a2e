// The boundary that is being drawn, and what it was before: each step can be taken back.
"use strict";

const SHAPE_STYLE = { color: "#c2410c", weight: 3, fillColor: "#f59e0b", fillOpacity: 0.22 };
const GIVEN_STYLE = { color: "#00714f", weight: 2.5, dashArray: "6 4", fillColor: "#00714f", fillOpacity: 0.15 };
const FULL_DIGITS = 15;
const MOST_STEPS = 200;

/** A state: geometry (GeoJSON or null), source, picked (ids), given ({site, name, geometry}). */
fugai.BoundaryShape = class {
  constructor(map, first, onChange) {
    Object.assign(this, { map, onChange });
    this.past = [];
    this.future = [];
    // A pane of its own in SVG: handles lie above it, and picking can look through it.
    map.createPane("fugai-shape").style.zIndex = 450;
    this.renderer = L.svg({ pane: "fugai-shape", padding: 0.5 });
    this.givenGroup = L.layerGroup().addTo(map);
    this.layer = null;
    this.state = first;
    this.kept = JSON.stringify(first.geometry);
    this.redraw();
  }

  get isEmpty() {
    return !this.state.geometry;
  }

  get isDirty() {
    return JSON.stringify(this.state.geometry) !== this.kept || Boolean(this.state.given);
  }

  /** Take a step; what is not named stays, but a part for another site only with its split. */
  set(change) {
    this.past.push(this.state);
    if (this.past.length > MOST_STEPS) this.past.shift();
    this.future = [];
    this.state = { ...this.state, given: null, ...change };
    this.changed();
  }

  undo() {
    if (this.past.length === 0) return;
    this.future.push(this.state);
    this.state = this.past.pop();
    this.changed();
  }

  redo() {
    if (this.future.length === 0) return;
    this.past.push(this.state);
    this.state = this.future.pop();
    this.changed();
  }

  /** What stands is saved now, or comes from the server. */
  keep(state) {
    if (state) {
      this.state = state;
      this.past = [];
      this.future = [];
    } else this.state = { ...this.state, given: null };
    this.kept = JSON.stringify(this.state.geometry);
    this.changed();
  }

  changed() {
    this.redraw();
    this.onChange();
  }

  redraw() {
    if (this.layer) this.layer.remove();
    this.layer = null;
    this.givenGroup.clearLayers();
    const { geometry, given } = this.state;
    if (geometry) this.layer = this.polygon(geometry, SHAPE_STYLE, { pmIgnore: false }).addTo(this.map);
    if (given) this.givenGroup.addLayer(this.polygon(given.geometry, GIVEN_STYLE, {}));
  }

  polygon(geometry, style, options) {
    const many = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    const rings = L.GeoJSON.coordsToLatLngs(many, 2);
    return L.polygon(rings, { ...style, ...options, renderer: this.renderer, pane: "fugai-shape" });
  }

  /** Take what handles have made of the layer. */
  takeLayer() {
    const { geometry } = this.layer.toGeoJSON(FULL_DIGITS);
    const rings = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    const real = rings.filter((polygon) => polygon.length && polygon[0].length > 3);
    this.set({
      geometry: real.length ? { type: "MultiPolygon", coordinates: real } : null,
      source: "drawn",
    });
  }

  lookThrough(isPassing) {
    const pane = this.map.getPane("fugai-shape");
    pane.querySelectorAll("path").forEach((path) => (path.style.pointerEvents = isPassing ? "none" : ""));
  }
};

fugai.drawnGeometry = (layer) => layer.toGeoJSON(FULL_DIGITS).geometry;
