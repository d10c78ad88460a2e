// GeoJSON cut into the squares of a map: what a file of its own is drawn from, without a server.
"use strict";

/** Features as a vector tile's decoder would give them, for any square. */
fugai.FeatureSource = class {
  constructor({ sites, ground }, drawnFrom) {
    this.drawnFrom = drawnFrom;
    this.themes = { sites: fugai.sitesByLayer(sites), ground: fugai.groundByLayer(ground) };
    this.kept = new Map();
  }

  partsOf(theme, square) {
    return [square];
  }

  version() {
    return 0;
  }

  peek(theme, part) {
    return this.kept.get(fugai.tileKey(theme, part));
  }

  request(theme, part) {
    const key = fugai.tileKey(theme, part);
    if (!this.kept.has(key)) this.kept.set(key, this.cut(theme, part));
    return Promise.resolve(this.kept.get(key));
  }

  release(theme, part) {
    this.kept.delete(fugai.tileKey(theme, part));
  }

  cut(theme, { z, x, y }) {
    const count = 2 ** z;
    // A little more than the square, as tiles have it: borders are drawn beyond the edge.
    const [left, right] = [(x - 0.02) / count, (x + 1.02) / count];
    const [top, bottom] = [(y - 0.02) / count, (y + 1.02) / count];
    const layers = {};
    for (const [name, features] of Object.entries(this.themes[theme])) {
      const isFar = z < (this.drawnFrom[name] || 0);
      layers[name] = features
        .map((one) => (isFar ? one.dot : one))
        .filter(({ box }) => box[0] < right && box[2] >= left && box[1] < bottom && box[3] >= top)
        .map((one) => new fugai.CutFeature(one, { count, x, y }));
    }
    return fugai.contentOf(theme, layers);
  }
};

/** One feature in the numbers of one square. */
fugai.CutFeature = class {
  constructor(placed, square) {
    this.id = placed.id;
    this.type = placed.type;
    this.properties = placed.properties;
    this.placed = placed;
    this.square = square;
  }

  project({ x, y }) {
    const { count, x: left, y: top } = this.square;
    return { x: (x * count - left) * fugai.EXTENT, y: (y * count - top) * fugai.EXTENT };
  }

  loadGeometry() {
    return this.placed.lines.map((line) => line.map((point) => this.project(point)));
  }

  bbox() {
    const [left, top, right, bottom] = this.placed.box;
    const [a, b] = [this.project({ x: left, y: top }), this.project({ x: right, y: bottom })];
    return [a.x, a.y, b.x, b.y];
  }
};

/** A feature with its lines as shares of the whole world, and the box around them. */
fugai.placed = (feature) => {
  const { type, coordinates } = feature.geometry;
  const depth = { Point: 0, LineString: 1, MultiLineString: 2, Polygon: 2, MultiPolygon: 3 }[type];
  const isArea = depth === 3 || type === "Polygon";
  const lines = (depth === 0 ? [[coordinates]] : depth === 1 ? [coordinates] : coordinates.flat(depth - 2))
    .map((line) => line.map(([lng, lat]) => fugai.shareOfWorld(lng, lat)));
  if (isArea) fugai.turnRings(coordinates, depth, lines);
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of lines.flat()) {
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  }
  const { id, properties } = feature;
  const middle = { x: (box[0] + box[2]) / 2, y: (box[1] + box[3]) / 2 };
  const dot = { id, properties, type: 1, lines: [[middle]], box: [middle.x, middle.y, middle.x, middle.y] };
  return { id, properties, type: depth === 0 ? 1 : isArea ? 3 : 2, lines, box, dot };
};

/** Outer rings run one way and holes the other, as in a tile, so that holes stay open. */
fugai.turnRings = (coordinates, depth, lines) => {
  const polygons = depth === 3 ? coordinates : [coordinates];
  const isHole = polygons.flatMap((rings) => rings.map((_, index) => index > 0));
  lines.forEach((line, index) => {
    let area = 0;
    line.forEach((point, at) => {
      const next = line[(at + 1) % line.length];
      area += point.x * next.y - next.x * point.y;
    });
    if (area > 0 === isHole[index]) line.reverse();
  });
};

fugai.shareOfWorld = (lng, lat) => {
  const { x, y } = L.CRS.EPSG3857.latLngToPoint(L.latLng(lat, lng), 0);
  return { x: x / 256, y: y / 256 };
};

/** The sites of a file, named as in tiles; what has no place is not drawn. */
fugai.sitesByLayer = (features) => {
  const layers = { communities: [], standalone_buildings: [] };
  for (const feature of features) {
    if (!feature.geometry) continue;
    const isAlone = feature.properties.category === "standalone_building";
    layers[isAlone ? "standalone_buildings" : "communities"].push(fugai.placed(feature));
  }
  return layers;
};

/** The ground of a file, named as in tiles. */
fugai.groundByLayer = (features) => {
  const layers = { landuse: [], roads: [] };
  for (const feature of features) {
    const { layer, rank, name } = feature.properties;
    const properties = layer === "road" ? { rank, name } : { kind: layer, name };
    layers[layer === "road" ? "roads" : "landuse"].push(fugai.placed({ ...feature, properties }));
  }
  return layers;
};
