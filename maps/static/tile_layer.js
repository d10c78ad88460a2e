// A grid of canvases drawn from tiles. What is drawn stays until something newer is ready.
"use strict";

fugai.TILE_PX = 512;

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
    const square = { canvas, coords, z: coords.z - Math.log2(this.options.tileSize / 256), parts: [] };
    this.live.set(canvas, square);
    this.fetch(square).then(
      () => done(null, canvas),
      (error) => done(error, canvas),
    );
    return canvas;
  },

  /** Fetch what a square is drawn from, and draw it; the picture of before stays until then. */
  async fetch(square) {
    const { source, theme, isDetailed } = this.options;
    const { x, y } = square.coords;
    const parts = source.partsOf(theme, { z: square.z, x, y }, isDetailed ? isDetailed() : false);
    const before = square.parts;
    square.parts = parts;
    square.versions = parts.map((part) => source.version(theme, part));
    const asked = parts.map((part) => source.request(theme, part));
    for (const part of before) source.release(theme, part);
    const contents = await Promise.all(asked);
    if (this.live.get(square.canvas) !== square || square.parts !== parts) return;
    square.contents = contents;
    this.paint(square);
    this.fire("fugai:drawn");
  },

  leave(canvas) {
    const square = this.live.get(canvas);
    if (!square) return;
    this.live.delete(canvas);
    for (const part of square.parts) this.options.source.release(this.options.theme, part);
  },

  /** Draw all squares anew from what is there: nothing is fetched. */
  repaint() {
    for (const square of this.live.values()) this.paint(square);
  },

  /** Fetch the squares that are drawn from something else by now. */
  renew() {
    const { source, theme, isDetailed } = this.options;
    const wants = isDetailed ? isDetailed() : false;
    for (const square of this.live.values()) {
      const { x, y } = square.coords;
      const parts = source.partsOf(theme, { z: square.z, x, y }, wants);
      const isSame =
        parts.length === square.parts.length &&
        parts.every((part, index) => {
          const old = square.parts[index];
          const isThere = part.z === old.z && part.x === old.x && part.y === old.y;
          return isThere && square.versions[index] === source.version(theme, part);
        });
      // What could not be had keeps its old picture and is asked for at the next change.
      if (!isSame) this.fetch(square).catch(() => {});
    }
  },

  /** The zoom of the map that the squares on top belong to. */
  levelZoom() {
    return this._tileZoom;
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
    if (!square.contents || !this._map) return;
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
    square.contents.forEach((content, index) => {
      const frame = fugai.frameOf(square, square.parts[index], { ratio: side / size, scale, margin, zoom });
      draw(pen, content, frame);
    });
  },

  /** What lies at a point of the map: contents with the point in their numbers, the nearest first. */
  at(latlng) {
    const found = [];
    const world = L.CRS.EPSG3857.latLngToPoint(latlng, 0).divideBy(256);
    for (const square of this.live.values()) {
      if (!square.contents || square.coords.z !== this.levelZoom()) continue;
      square.parts.forEach((part, index) => {
        const count = 2 ** part.z;
        const point = {
          x: (world.x * count - part.x) * fugai.EXTENT,
          y: (world.y * count - part.y) * fugai.EXTENT,
        };
        const px = fugai.EXTENT / this.options.tileSize / 2 ** (square.z - part.z) / square.scale;
        const near = 40 * px;
        const isNear = (value) => value >= -near && value <= fugai.EXTENT + near;
        if (isNear(point.x) && isNear(point.y)) found.push({ content: square.contents[index], point, px, part });
      });
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
