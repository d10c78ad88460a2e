// The sites from tiles: areas, dots, and merged circles, in the colouring and filter of now.
"use strict";

const DOT_MARGIN_PX = 16;
const MOST_RADIUS_PX = 15;
const TOLERANCE_PX = 3;

/** How sites look: kept by the filter or not, in the colouring chosen, one of them selected. */
fugai.Look = class {
  constructor(symbols, colouring) {
    this.symbols = symbols;
    this.selected = null;
    this.sprites = new Map();
    this.set(fugai.emptyFilter(), colouring);
  }

  set(filter, colouring) {
    this.filter = filter;
    this.colouring = colouring;
    this.seen = new Map();
  }

  /** The symbol of all that are alike; nothing where the filter leaves them out. */
  symbolOf(kind) {
    if (!this.seen.has(kind)) {
      const isKept = fugai.keeps(this.filter, kind);
      this.seen.set(kind, isKept ? this.symbols.of(kind, this.colouring) : null);
    }
    return this.seen.get(kind);
  }

  styleOf(kind, zoom, isSelected) {
    const { covered } = kind.properties;
    const isGapMap = this.colouring.key === "gap";
    const isQuiet = isGapMap && covered;
    const size = zoom < 11 ? 1.7 : zoom < 12 ? 2.4 : zoom < 13.5 ? 3.2 : zoom < 15 ? 4.6 : 6;
    return {
      fill: this.symbolOf(kind).fill,
      fillOpacity: isQuiet ? 0.8 : 1,
      line: isSelected ? "#111827" : covered ? "#ffffff" : "#5b1a00",
      width: isSelected ? 3.5 : covered || (zoom < 12 && !isGapMap) ? 0.7 : isGapMap ? 1.6 : 1.1,
      radius: size + (isGapMap && !covered ? 0.8 : 0) - (isQuiet ? 1 : 0),
    };
  }

  /** The kinds that are shown; what needs action comes last and lies on top. */
  shown(marks) {
    const kept = [...marks.keys()].filter((kind) => this.symbolOf(kind));
    const needs = (kind) => !kind.properties.covered;
    return [...kept.filter((kind) => !needs(kind)), ...kept.filter(needs)];
  }

  /** A dot drawn once, to be copied thousands of times. */
  sprite(kind, zoom, ratio) {
    const style = this.styleOf(kind, zoom, false);
    const key = [this.symbolOf(kind).key, style.radius, style.width, style.line, ratio].join("|");
    if (!this.sprites.has(key)) this.sprites.set(key, fugai.dotSprite(style, ratio));
    return this.sprites.get(key);
  }
};

fugai.dotSprite = (style, ratio) => {
  const sprite = document.createElement("canvas");
  const half = Math.ceil((style.radius + style.width) * ratio) + 1;
  sprite.width = sprite.height = 2 * half;
  const pen = sprite.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, half, half);
  pen.beginPath();
  pen.arc(0, 0, style.radius, 0, 2 * Math.PI);
  fugai.inkShape(pen, style, 1);
  return sprite;
};

/** Fill and outline a path, the one given or the pen's own. */
fugai.inkShape = (pen, style, unit, path) => {
  const given = path ? [path] : [];
  if (style.fill instanceof CanvasPattern) style.fill.setTransform({ a: unit, d: unit });
  pen.globalAlpha = style.fillOpacity;
  pen.fillStyle = style.fill;
  pen.fill(...given);
  pen.globalAlpha = 1;
  pen.strokeStyle = style.line;
  pen.lineWidth = style.width * unit;
  pen.lineJoin = "round";
  pen.stroke(...given);
};

/** Draw the areas of one tile. */
fugai.paintAreas = (look) => (pen, content, frame) => {
  if (!content.areas.size) return;
  frame.enter(pen);
  for (const kind of look.shown(content.areas)) {
    fugai.inkShape(pen, look.styleOf(kind, frame.zoom, false), frame.unit, content.pathOf(kind));
  }
  for (const mark of look.selected === null ? [] : content.withId(look.selected)) {
    if (mark.isDot || !look.symbolOf(mark.kind)) continue;
    const path = new Path2D();
    fugai.trace(path, mark.feature);
    fugai.inkShape(pen, look.styleOf(mark.kind, frame.zoom, true), frame.unit, path);
  }
};

/** Draw the dots and merged circles of one tile. */
fugai.paintDots = (look) => (pen, content, frame) => {
  pen.setTransform(1, 0, 0, 1, 0, 0);
  for (const kind of look.shown(content.dots)) {
    const sprite = look.sprite(kind, frame.zoom, frame.ratio);
    const half = sprite.width / 2;
    for (const mark of content.dots.get(kind)) {
      const { x, y } = frame.pixel(mark);
      pen.drawImage(sprite, Math.round(x) - half, Math.round(y) - half);
    }
  }
  for (const mark of look.selected === null ? [] : content.withId(look.selected)) {
    if (!mark.isDot || !look.symbolOf(mark.kind)) continue;
    const { x, y } = frame.pixel(mark);
    const sprite = fugai.dotSprite(look.styleOf(mark.kind, frame.zoom, true), frame.ratio);
    pen.drawImage(sprite, x - sprite.width / 2, y - sprite.width / 2);
  }
  for (const cell of content.merged) fugai.paintMerged(pen, look.colouring, cell, frame);
};

fugai.mergedRadius = ({ count }) => Math.min(MOST_RADIUS_PX, 3.5 + 1.3 * Math.sqrt(count));

/** Draw several sites as one circle, a slice for each value; a number where there is room. */
fugai.paintMerged = (pen, colouring, cell, frame) => {
  const { x, y } = frame.pixel(cell);
  const radius = fugai.mergedRadius(cell) * frame.ratio;
  const field = colouring.key === "management_type" ? "management_types" : colouring.key;
  const slices = colouring.entries
    .map(({ key, colour }) => ({ colour, number: cell.numbers[`n_${field}_${key}`] || 0 }))
    .filter(({ number }) => number > 0);
  const whole = slices.reduce((sum, { number }) => sum + number, 0);
  let angle = -Math.PI / 2;
  for (const { colour, number } of slices) {
    const end = angle + (2 * Math.PI * number) / whole;
    pen.beginPath();
    pen.moveTo(x, y);
    pen.arc(x, y, radius, angle, end);
    pen.fillStyle = colour;
    pen.fill();
    angle = end;
  }
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.strokeStyle = cell.covered < cell.count ? "#5b1a00" : "#ffffff";
  pen.lineWidth = frame.ratio;
  pen.stroke();
};

/** The site, or the merged circle, at a place of the map: whatever lies on top there. */
fugai.siteAt = (look, latlng, areas, dots) => {
  let best = null;
  for (const { content, point, px } of dots.at(latlng)) {
    for (const cell of content.merged) {
      const apart = Math.hypot(cell.x - point.x, cell.y - point.y) / px;
      if (apart <= fugai.mergedRadius(cell)) return { merged: cell };
    }
    for (const [kind, marks] of content.dots) {
      if (!look.symbolOf(kind)) continue;
      const reach = look.styleOf(kind, dots.zoom(), false).radius + TOLERANCE_PX;
      for (const mark of marks) {
        const apart = Math.hypot(mark.x - point.x, mark.y - point.y) / px;
        // Of two dots that both hold the place, the one that needs action is on top.
        const rank = apart / reach - (kind.properties.covered ? 0 : 1);
        if (apart <= reach && (!best || rank < best.rank)) best = { mark, rank };
      }
    }
  }
  if (best) return { mark: best.mark };
  for (const { content, point } of areas.at(latlng)) {
    if (!fugai.isOnTile(point)) continue;
    for (const kind of look.shown(content.areas).reverse()) {
      const mark = content.areas.get(kind).find((one) => fugai.isInside(point, one));
      if (mark) return { mark };
    }
  }
  return null;
};
