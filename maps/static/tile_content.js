// What is in a tile, sorted for drawing: sites by how they look, the ground by what it is.
"use strict";

fugai.EXTENT = 4096;

const MERGED_CELL = fugai.EXTENT / 12;
const SITE_LAYERS = ["communities", "standalone_buildings"];

/** What a tile is kept under. */
fugai.tileKey = (theme, { z, x, y }) => `${theme}/${z}/${x}/${y}`;

/** Sort the features of a tile, given by layer. */
fugai.contentOf = (theme, layers) =>
  theme === "ground" ? new fugai.GroundContent(layers) : new fugai.SiteContent(layers);

/** Roads by rank, areas by kind, and building outlines, each as one path. */
fugai.GroundContent = class {
  constructor(layers) {
    this.areas = fugai.pathsBy(layers.landuse, ({ kind }) => kind);
    this.roads = fugai.pathsBy(layers.roads, ({ rank }) => rank);
    this.outlines = layers.footprints || [];
    this.buildings = fugai.pathsBy(this.outlines, () => "all").get("all");
  }

  /** The building at a point of the tile, nothing where there is none. */
  buildingAt(point) {
    return this.outlines.find((one) => fugai.isInside(point, one));
  }
};

fugai.pathsBy = (features, keyOf) => {
  const paths = new Map();
  for (const feature of features || []) {
    const key = keyOf(feature.properties);
    if (!paths.has(key)) paths.set(key, new Path2D());
    fugai.trace(paths.get(key), feature);
  }
  return paths;
};

/** Add the lines of a feature to a path; areas are closed. */
fugai.trace = (path, feature) => {
  for (const line of feature.loadGeometry()) {
    line.forEach(({ x, y }, index) => (index ? path.lineTo(x, y) : path.moveTo(x, y)));
    if (feature.type === 3) path.closePath();
  }
};

/** Whether a point lies in an area. */
fugai.isInside = (point, feature) => {
  const [left, top, right, bottom] = feature.box || feature.bbox();
  if (point.x < left || point.x > right || point.y < top || point.y > bottom) return false;
  let isIn = false;
  for (const ring of (feature.feature || feature).loadGeometry()) {
    for (let index = 0, last = ring.length - 1; index < ring.length; last = index, index += 1) {
      const [a, b] = [ring[index], ring[last]];
      const crosses = a.y > point.y !== b.y > point.y;
      if (crosses && point.x < ((b.x - a.x) * (point.y - a.y)) / (b.y - a.y) + a.x) isIn = !isIn;
    }
  }
  return isIn;
};

/** Sites as dots, as areas, or merged. */
fugai.SiteContent = class {
  constructor(layers) {
    this.dots = new Map();
    this.areas = new Map();
    const merged = new Map();
    for (const name of SITE_LAYERS) {
      for (const feature of layers[name] || []) {
        if (feature.properties.count !== undefined) fugai.gather(merged, feature, name);
        else this.add(feature);
      }
    }
    this.merged = [...merged.values()];
    this.paths = new Map();
  }

  add(feature) {
    const box = feature.bbox();
    const isDot = feature.type === 1;
    const mark = { id: feature.id, feature, box, kind: fugai.kindOf(feature.properties), isDot };
    if (isDot) {
      // A dot in the margin belongs to the tile beside; its other half is drawn from there.
      [mark.x, mark.y] = box;
      if (!fugai.isOnTile(mark)) return;
    }
    const marks = isDot ? this.dots : this.areas;
    if (!marks.has(mark.kind)) marks.set(mark.kind, []);
    marks.get(mark.kind).push(mark);
  }

  /** All areas that look alike, as one path. */
  pathOf(kind) {
    if (!this.paths.has(kind)) {
      const path = new Path2D();
      for (const mark of this.areas.get(kind)) fugai.trace(path, mark.feature);
      this.paths.set(kind, path);
    }
    return this.paths.get(kind);
  }

  /** The marks with an id: a site may be an area of several tiles. */
  *withId(id) {
    for (const marks of [...this.areas.values(), ...this.dots.values()]) {
      for (const mark of marks) if (mark.id === id) yield mark;
    }
  }
};

fugai.isOnTile = ({ x, y }) => x >= 0 && y >= 0 && x < fugai.EXTENT && y < fugai.EXTENT;

const kinds = new Map();

/** What decides how a site looks and which filter keeps it: one object for all that are alike. */
fugai.kindOf = (properties) => {
  const { category, inspection_status, covered, town } = properties;
  const types = properties.effective_types || (properties.management_types || "").split(",");
  const key = [category, types.join(), inspection_status, covered, town].join("|");
  if (!kinds.has(key)) {
    const effective_types = types.filter(Boolean);
    const found = { category: category || null, effective_types, inspection_status, covered, town };
    kinds.set(key, { properties: found });
  }
  return kinds.get(key);
};

/** Add a merged feature to the others of its cell, so that no circle hides another. */
fugai.gather = (cells, feature, layer) => {
  const { properties } = feature;
  const [x, y] = feature.bbox();
  const key = `${Math.floor(x / MERGED_CELL)}/${Math.floor(y / MERGED_CELL)}`;
  const cell = cells.get(key) || { x: 0, y: 0, count: 0, covered: 0, numbers: {} };
  const { count, covered = 0 } = properties;
  cell.x = (cell.x * cell.count + x * count) / (cell.count + count);
  cell.y = (cell.y * cell.count + y * count) / (cell.count + count);
  cell.count += count;
  cell.covered += covered;
  const add = (name, number) => (cell.numbers[name] = (cell.numbers[name] || 0) + number);
  for (const [name, number] of Object.entries(properties)) if (name.startsWith("n_")) add(name, number);
  add("n_gap_covered", covered);
  add(layer === "communities" ? "n_gap_community_uncovered" : "n_gap_standalone_uncovered", count - covered);
  cells.set(key, cell);
};
