// Tiles out of an archive that lies in the page, drawn on canvases as a style says.
"use strict";

const TILE_PX = 512;
const EXTENT = 4096;

/** The decoder is a module and comes when the page has been read. */
fugai.decoder = new Promise((resolve) => {
  fugai.giveDecoder = resolve;
});

/** An archive in memory; tiles are decoded once. */
fugai.Archive = class {
  constructor(buffer) {
    const source = {
      getKey: () => "archive",
      getBytes: async (offset, length) => ({ data: buffer.slice(offset, offset + length) }),
    };
    this.reader = new pmtiles.PMTiles(source);
    this.kept = new Map();
  }

  header() {
    return this.reader.getHeader();
  }

  /** The layers of a tile by name; none where it is empty. */
  tile(z, x, y) {
    const key = `${z}/${x}/${y}`;
    if (!this.kept.has(key)) this.kept.set(key, this.read(z, x, y));
    return this.kept.get(key);
  }

  async read(z, x, y) {
    const found = await this.reader.getZxy(z, x, y);
    return found ? (await fugai.decoder)(new Uint8Array(found.data)) : {};
  }
};

/** Options: archive, first and last zoom that it has, style. */
fugai.ArchiveLayer = L.GridLayer.extend({
  options: { tileSize: TILE_PX, updateWhenZooming: false },

  initialize(options) {
    L.setOptions(this, options);
    this.shown = new Map();
    this.on("tileunload", ({ tile }) => this.shown.delete(tile));
  },

  createTile(coords, done) {
    const canvas = L.DomUtil.create("canvas");
    const square = { canvas, coords, z: coords.z - 1, layers: {} };
    this.shown.set(canvas, square);
    this.fill(square).then(
      () => done(null, canvas),
      (error) => done(error, canvas),
    );
    return canvas;
  },

  async fill(square) {
    const { archive, first, last } = this.options;
    if (square.z < first) return;
    const up = Math.max(0, square.z - last);
    square.up = up;
    square.part = { z: square.z - up, x: square.coords.x >> up, y: square.coords.y >> up };
    square.layers = await archive.tile(square.part.z, square.part.x, square.part.y);
    this.paint(square);
  },

  /** Draw everything anew in another style. */
  restyle(style) {
    this.options.style = style;
    for (const square of this.shown.values()) if (square.part) this.paint(square);
  },

  paint(square) {
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const { canvas, part, up } = square;
    canvas.width = canvas.height = TILE_PX * ratio;
    const pen = canvas.getContext("2d");
    const scale = (TILE_PX * ratio * 2 ** up) / EXTENT;
    const left = square.coords.x - part.x * 2 ** up;
    const top = square.coords.y - part.y * 2 ** up;
    const side = TILE_PX * ratio;
    pen.setTransform(scale, 0, 0, scale, -left * side, -top * side);
    const frame = { pen, unit: ratio / scale, zoom: square.z };
    for (const layer of this.options.style.layers) {
      if (!fugai.isDrawn(layer, square.z, part.z)) continue;
      for (const feature of square.layers[layer["source-layer"]] || []) {
        if (layer.filter && !fugai.evaluate(layer.filter, feature, square.z)) continue;
        PAINTERS[layer.type]?.(layer, feature, frame);
      }
    }
  },

  /** The features at a place, the topmost first. */
  at(latlng) {
    const world = L.CRS.EPSG3857.latLngToPoint(latlng, 0).divideBy(256);
    const found = [];
    for (const square of this.shown.values()) {
      if (!square.part || square.coords.z !== this._tileZoom) continue;
      const count = 2 ** square.part.z;
      const point = {
        x: (world.x * count - square.part.x) * EXTENT,
        y: (world.y * count - square.part.y) * EXTENT,
      };
      if (Math.min(point.x, point.y) < 0 || Math.max(point.x, point.y) >= EXTENT) continue;
      const near = (10 * EXTENT) / TILE_PX / 2 ** square.up;
      for (const [name, features] of Object.entries(square.layers)) {
        for (const feature of features) {
          if (isAt(feature, point, near)) found.push({ layer: name, feature });
        }
      }
    }
    return found;
  },
});

/** Whether a layer of a style is drawn; what stands merged is as the tile has it. */
fugai.isDrawn = ({ minzoom = 0, maxzoom = 24 }, zoom, tileZoom) =>
  zoom >= minzoom && Math.min(zoom, tileZoom) < maxzoom;

const pathOf = (feature) => {
  if (feature.path) return feature.path;
  feature.path = new Path2D();
  for (const line of feature.loadGeometry()) {
    line.forEach(({ x, y }, index) => feature.path[index ? "lineTo" : "moveTo"](x, y));
    if (feature.type === 3) feature.path.closePath();
  }
  return feature.path;
};

const PAINTERS = {
  fill: ({ paint }, feature, { pen, unit, zoom }) => {
    pen.fillStyle = fugai.evaluate(paint["fill-color"], feature, zoom);
    pen.fill(pathOf(feature), "evenodd");
    if (!paint["fill-outline-color"]) return;
    pen.strokeStyle = paint["fill-outline-color"];
    pen.lineWidth = 0.6 * unit;
    pen.setLineDash([]);
    pen.stroke(pathOf(feature));
  },
  line: ({ paint, layout = {} }, feature, { pen, unit, zoom }) => {
    const width = fugai.evaluate(paint["line-width"], feature, zoom) * unit;
    pen.strokeStyle = fugai.evaluate(paint["line-color"], feature, zoom);
    pen.lineWidth = width;
    pen.lineCap = layout["line-cap"] || "butt";
    pen.lineJoin = layout["line-join"] || "miter";
    pen.setLineDash((paint["line-dasharray"] || []).map((one) => one * width));
    pen.stroke(pathOf(feature));
  },
  circle: ({ paint }, feature, { pen, unit, zoom }) => {
    const value = (name) => fugai.evaluate(paint[name], feature, zoom);
    const [[{ x, y }]] = feature.loadGeometry();
    pen.beginPath();
    pen.arc(x, y, value("circle-radius") * unit, 0, 2 * Math.PI);
    pen.fillStyle = value("circle-color");
    pen.fill();
    pen.strokeStyle = value("circle-stroke-color");
    pen.lineWidth = value("circle-stroke-width") * unit;
    pen.setLineDash([]);
    pen.stroke();
  },
};

const isAt = (feature, point, near) => {
  if (feature.type === 1) {
    const [[{ x, y }]] = feature.loadGeometry();
    return Math.hypot(x - point.x, y - point.y) <= near;
  }
  if (feature.type !== 3) return false;
  let isIn = false;
  for (const ring of feature.loadGeometry()) {
    ring.forEach((a, index) => {
      const b = ring[(index || ring.length) - 1];
      const crosses = a.y > point.y !== b.y > point.y;
      if (crosses && point.x < ((b.x - a.x) * (point.y - a.y)) / (b.y - a.y) + a.x) isIn = !isIn;
    });
  }
  return isIn;
};
