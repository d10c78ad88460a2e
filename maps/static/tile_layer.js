// A grid of canvases drawn from tiles. What is drawn stays until something newer is ready.
"use strict";

fugai.TILE_PX = 512;

const NEAR_PX = 40;

/**
 * Options: source, theme, pane, draw (pen, content, frame), margin (pixels drawn beyond a square),
 * isDetailed (whether merged features are wanted one by one).
 */
fugai.TileLayer = L.GridLayer.extend({
  options: { tileSize: fugai.TILE_PX, keepBuffer: 1, updateWhenZooming: false, margin: 1 },

  initialize(options) {
    L.setOptions(this, options);
    this.live = new Map();
    this.on("tileunload", ({ tile }) => this.leave(tile));
  },

  getEvents() {
    const events = L.GridLayer.prototype.getEvents.call(this);
    const { zoomanim } = events;
    if (zoomanim) {
      // Tiles of the zoom to come are drawn for it while the map is still on its way.
      events.zoomanim = (event) => {
        this.coming = event.zoom;
        zoomanim.call(this, event);
      };
    }
    events.zoomend = () => {
      this.coming = null;
      for (const square of this.live.values()) if (square.scale !== this.scaleOf(square)) this.paint(square);
    };
    return events;
  },

  createTile(coords, done) {
    const canvas = L.DomUtil.create("canvas", "fugai-tile");
    const z = coords.z - Math.log2(this.options.tileSize / 256);
    const square = { canvas, coords, z, wanted: null, shown: null, hasFailed: false };
    this.live.set(canvas, square);
    this.fetch(square).then(
      () => done(null, canvas),
      (error) => done(error, canvas),
    );
    return canvas;
  },

  /** The tiles that a square is to be drawn from, in their versions of now. */
  wantedOf(square) {
    const { source, theme, isDetailed } = this.options;
    const { x, y } = square.coords;
    const parts = source.partsOf(theme, { z: square.z, x, y }, isDetailed ? isDetailed() : false);
    const keys = parts.map((part) => `${fugai.tileKey(theme, part)}@${source.version(theme, part)}`);
    return { parts, key: keys.join() };
  },

  /** Fetch what a square is drawn from, and draw it; the picture of before stays until then. */
  async fetch(square) {
    const { source, theme } = this.options;
    const before = square.wanted;
    const wanted = this.wantedOf(square);
    square.wanted = wanted;
    const asked = wanted.parts.map((part) => source.request(theme, part));
    if (before) this.release(before);
    try {
      const contents = await Promise.all(asked);
      if (square.wanted !== wanted) return;
      square.hasFailed = false;
      square.shown = { parts: wanted.parts, contents };
      this.paint(square);
      this.fire("fugai:drawn");
    } catch (error) {
      // Who has left, or wants something else by now, does not miss it.
      if (square.wanted !== wanted) return;
      square.hasFailed = true;
      throw error;
    }
  },

  release({ parts }) {
    for (const part of parts) this.options.source.release(this.options.theme, part);
  },

  leave(canvas) {
    const square = this.live.get(canvas);
    if (!square) return;
    this.live.delete(canvas);
    const { wanted } = square;
    square.wanted = null;
    this.release(wanted);
  },

  /** Draw all squares anew from what is there: nothing is fetched. */
  repaint() {
    for (const square of this.live.values()) this.paint(square);
  },

  /** Fetch the squares that are drawn from something else by now, or could not be had. */
  async renew() {
    const due = [...this.live.values()].filter(
      (square) => square.hasFailed || this.wantedOf(square).key !== square.wanted.key,
    );
    await Promise.all(due.map((square) => this.fetch(square)));
  },

  /** The zoom that is shown, or is about to be. */
  zoom() {
    return this.coming ?? this._map.getZoom();
  },

  /** How large a square is on the screen, of what it is in itself: zooms may be fractions. */
  scaleOf(square) {
    return this._map.getZoomScale(this.zoom(), square.coords.z);
  },

  paint(square) {
    if (!square.shown || !this._map) return;
    const { margin, draw } = this.options;
    const size = this.options.tileSize + 2 * margin;
    const scale = this.scaleOf(square);
    const ratio = scale * Math.min(2, window.devicePixelRatio || 1);
    square.scale = scale;
    const { canvas } = square;
    const side = Math.ceil(size * ratio);
    if (canvas.width !== side) canvas.width = canvas.height = side;
    canvas.style.width = canvas.style.height = `${size}px`;
    canvas.style.margin = `-${margin}px 0 0 -${margin}px`;
    const pen = canvas.getContext("2d");
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, side, side);
    const zoom = this.zoom();
    const { parts, contents } = square.shown;
    contents.forEach((content, index) => {
      const frame = fugai.frameOf(square, parts[index], { ratio: side / size, scale, margin, zoom });
      draw(pen, content, frame);
    });
  },

  /** What is on top of the map: each content with the tile that it is of, and its square. */
  *onTop() {
    for (const square of this.live.values()) {
      if (!square.shown || square.coords.z !== this._tileZoom) continue;
      const { parts, contents } = square.shown;
      for (const [index, part] of parts.entries()) yield { square, part, content: contents[index] };
    }
  },

  /** The contents at or near a place of the map, each with the place in its numbers. */
  at(latlng) {
    const found = [];
    const world = L.CRS.EPSG3857.latLngToPoint(latlng, 0).divideBy(256);
    for (const { square, part, content } of this.onTop()) {
      const count = 2 ** part.z;
      const point = {
        x: (world.x * count - part.x) * fugai.EXTENT,
        y: (world.y * count - part.y) * fugai.EXTENT,
      };
      // What a pixel of the screen is in the tile's numbers.
      const px = fugai.EXTENT / this.options.tileSize / 2 ** (square.z - part.z) / square.scale;
      const isNear = (value) => value >= -NEAR_PX * px && value <= fugai.EXTENT + NEAR_PX * px;
      if (isNear(point.x) && isNear(point.y)) found.push({ content, point, px });
    }
    return found;
  },
});

/**
 * How the numbers of a tile become pixels of a canvas.
 *
 * `unit`: what a pixel of the screen is in the tile's numbers; `enter` sets a pen to them.
 */
fugai.frameOf = (square, part, { ratio, scale, margin, zoom }) => {
  const deeper = square.z - part.z;
  const size = fugai.TILE_PX * 2 ** deeper;
  const each = size / fugai.EXTENT;
  const { x, y } = square.coords;
  // Where the tile's corner lies, of the square's: the tile may be larger or smaller.
  const left = (part.x * 2 ** deeper - x) * fugai.TILE_PX + margin;
  const top = (part.y * 2 ** deeper - y) * fugai.TILE_PX + margin;
  return {
    zoom,
    part,
    ratio: ratio / scale,
    unit: 1 / (each * scale),
    enter: (pen) => pen.setTransform(ratio * each, 0, 0, ratio * each, left * ratio, top * ratio),
    pixel: (mark) => ({ x: (mark.x * each + left) * ratio, y: (mark.y * each + top) * ratio }),
  };
};
