// Names over an archive's tiles, as a style says; none covers another.
"use strict";

fugai.ArchiveLabels = class {
  constructor(map, tiles) {
    this.map = map;
    this.tiles = tiles;
    this.box = fugai.element("div", { class: "fugai-archive-labels" });
    map.getPane("tooltipPane").append(this.box);
    map.on("zoomstart", () => this.box.replaceChildren());
    tiles.on("load", () => this.lay());
    map.on("moveend", () => this.lay());
  }

  lay() {
    const taken = [];
    const made = [];
    const known = new Set();
    const { style } = this.tiles.options;
    for (const layer of style.layers.filter(({ type }) => type === "symbol").reverse()) {
      for (const { name, point } of this.namesOf(layer)) {
        const size = layer.layout["text-size"];
        const half = { x: (name.length * size) / 2 + 3, y: size * 0.75 };
        const box = [point.x - half.x, point.y - half.y, point.x + half.x, point.y + half.y];
        const hits = (other) =>
          box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1];
        const key = `${layer.id}/${name}`;
        if (known.has(key) || taken.some(hits)) continue;
        known.add(key);
        taken.push(box);
        const css = `left:${point.x}px;top:${point.y}px;font-size:${size}px`;
        made.push(fugai.element("span", { style: css }, name));
      }
    }
    this.box.replaceChildren(...made);
  }

  *namesOf(layer) {
    const view = this.map.getPixelBounds();
    const origin = this.map.getPixelOrigin();
    for (const square of this.tiles.shown.values()) {
      if (!square.part || square.coords.z !== this.map.getZoom()) continue;
      if (!fugai.isDrawn(layer, square.z, square.part.z)) continue;
      for (const feature of square.layers[layer["source-layer"]] || []) {
        if (layer.filter && !fugai.evaluate(layer.filter, feature, square.z)) continue;
        const name = fugai.evaluate(layer.layout["text-field"], feature, square.z);
        if (!name) continue;
        const [left, top, right, bottom] = feature.bbox();
        const scale = (512 * 2 ** square.up) / 4096;
        const { x, y } = square.part;
        const at = L.point(x * 4096 + (left + right) / 2, y * 4096 + (top + bottom) / 2);
        const pixel = at.multiplyBy(scale);
        if (view.contains(pixel)) yield { name, point: pixel.subtract(origin) };
      }
    }
  }
};
