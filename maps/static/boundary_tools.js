// The tools: what a click on the map means just now.
"use strict";

const DRAWING = { draw: "Polygon", add: "Polygon", hole: "Polygon", split: "Line" };
const NEEDS_SHAPE = new Set(["edit", "move", "add", "hole", "split"]);
const SNAP_PX = 14;
const TEMPORARY = { color: "#c2410c", weight: 2.5 };

fugai.BoundaryTools = class {
  /** `acts`: shape, around, post(path, body), onMode(mode), onParts(parts), onFault(text). */
  constructor(map, acts) {
    Object.assign(this, { map, acts });
    this.mode = null;
    this.parts = L.layerGroup().addTo(map);
    map.pm.setGlobalOptions({ snappable: true, snapDistance: SNAP_PX, snapMiddle: false });
    map.on("pm:create", ({ layer }) => this.created(layer));
  }

  start(mode) {
    const { shape, around, onMode } = this.acts;
    this.stop();
    if (NEEDS_SHAPE.has(mode) && shape.isEmpty) return;
    this.mode = mode;
    if (DRAWING[mode]) this.draw(DRAWING[mode]);
    if (mode === "pick") {
      this.base = shape.state.picked.length ? this.base || null : shape.state.geometry;
      around.isPicking = true;
    }
    this.resume();
    onMode(mode);
  }

  draw(kind) {
    this.map.pm.enableDraw(kind, {
      snappable: true,
      snapDistance: SNAP_PX,
      allowSelfIntersection: true,
      continueDrawing: false,
      templineStyle: TEMPORARY,
      hintlineStyle: { ...TEMPORARY, dashArray: "5 5" },
      pathOptions: TEMPORARY,
    });
  }

  stop() {
    const { shape, around, onMode } = this.acts;
    this.mode = null;
    this.map.pm.disableDraw();
    if (shape.layer && shape.layer.pm) {
      shape.layer.pm.disable();
      shape.layer.pm.disableLayerDrag();
    }
    shape.lookThrough(false);
    around.isPicking = false;
    this.parts.clearLayers();
    onMode(null);
  }

  /** Handles belong to a layer; when the shape is drawn anew, they are put on again. */
  resume() {
    const { shape } = this.acts;
    if (this.mode === "pick") shape.lookThrough(true);
    if (!shape.layer) return;
    const options = { snappable: true, snapDistance: SNAP_PX, allowSelfIntersection: true };
    if (this.mode === "edit") {
      shape.layer.on("pm:edit", () => shape.takeLayer());
      shape.layer.pm.enable({ ...options, draggable: false });
    } else if (this.mode === "move") {
      shape.layer.on("pm:dragend", () => shape.takeLayer());
      shape.layer.pm.enableLayerDrag();
    }
  }

  get isDrawing() {
    return Boolean(DRAWING[this.mode]);
  }

  /** Take the last corner back; false where there is none. */
  backOne() {
    const pen = this.pen();
    if (!pen || !pen._layer || pen._layer.getLatLngs().flat(2).length === 0) return false;
    pen._removeLastVertex();
    return true;
  }

  finish() {
    const pen = this.pen();
    if (pen) pen._finishShape();
    else this.stop();
  }

  pen() {
    return this.isDrawing ? this.map.pm.Draw[DRAWING[this.mode]] : null;
  }

  async created(layer) {
    const { mode } = this;
    const { shape, post, onFault } = this.acts;
    const drawn = fugai.drawnGeometry(layer);
    layer.remove();
    this.stop();
    const now = shape.state.geometry;
    try {
      if (mode === "draw") shape.set({ geometry: drawn, source: "drawn", picked: [] });
      else if (mode === "split") this.choose((await post("split", { geometry: now, line: drawn })).parts);
      else {
        const path = mode === "add" ? "merge" : "cut";
        const { geometry } = await post(path, { geometry: now, other: drawn });
        shape.set({ geometry, source: mode === "add" ? "merge" : "drawn" });
      }
    } catch (error) {
      onFault(error.message);
    }
  }

  /** Show the parts of a split to choose from. */
  choose(parts) {
    this.mode = "choose";
    const { shape, onMode, onParts } = this.acts;
    parts.forEach((part, index) => {
      const colour = ["#0072b2", "#009e73", "#cc79a7", "#e69f00"][index % 4];
      const style = { color: colour, weight: 3, fillColor: colour, fillOpacity: 0.35 };
      const layer = shape.polygon(part.geometry, style, {}).addTo(this.parts);
      layer.bindTooltip(fugai.element("b", {}, String(index + 1)), { permanent: true, direction: "center" });
      layer.on("click", () => onParts.take(index));
    });
    onMode("choose");
    onParts.show(parts);
  }

  /** A building was clicked: take it in, or leave it out. */
  async pick(id) {
    const { shape, around, post, onFault } = this.acts;
    const picked = new Set(shape.state.picked);
    if (!picked.delete(id)) picked.add(id);
    const ids = [...picked];
    around.setPicked(ids);
    try {
      let geometry = this.base;
      if (ids.length) {
        geometry = (await post("outline", { footprints: ids })).geometry;
        if (this.base) geometry = (await post("merge", { geometry: this.base, other: geometry })).geometry;
      }
      shape.set({ geometry, source: "footprints", picked: ids });
    } catch (error) {
      around.setPicked(shape.state.picked);
      onFault(error.message);
    }
  }
};
