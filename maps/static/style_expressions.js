// What the expressions of our own styles come to; see maps/styles.py for those it writes.
"use strict";

const TYPES = { 1: "Point", 2: "LineString", 3: "Polygon" };

/** The value of an expression for a feature at a zoom; undefined where it has none. */
fugai.evaluate = (expression, feature, zoom) => {
  if (!Array.isArray(expression)) return expression;
  const [name, ...parts] = expression;
  const known = OPERATIONS[name];
  // A list that is no expression is a value: dashes, fonts.
  if (!known) return expression;
  return known(parts, (part) => fugai.evaluate(part, feature, zoom), feature, zoom);
};

const OPERATIONS = {
  get: ([name], _, feature) => feature.properties[name],
  has: ([name], _, feature) => name in feature.properties,
  zoom: (_, __, ___, zoom) => zoom,
  "geometry-type": (_, __, feature) => TYPES[feature.type],
  "!": ([one], of) => !of(one),
  all: (parts, of) => parts.every(of),
  "==": ([a, b], of) => of(a) === of(b),
  "<": ([a, b], of) => of(a) < of(b),
  ">=": ([a, b], of) => of(a) >= of(b),
  "+": (parts, of) => parts.reduce((sum, part) => sum + of(part), 0),
  "*": (parts, of) => parts.reduce((product, part) => product * of(part), 1),
  min: (parts, of) => Math.min(...parts.map(of)),
  max: (parts, of) => Math.max(...parts.map(of)),
  sqrt: ([one], of) => Math.sqrt(of(one)),
  coalesce: (parts, of) => {
    for (const part of parts) {
      const value = of(part);
      if (value !== undefined && value !== null) return value;
    }
    return undefined;
  },
  case: (parts, of) => {
    for (let index = 0; index + 1 < parts.length; index += 2) {
      if (of(parts[index])) return of(parts[index + 1]);
    }
    return of(parts[parts.length - 1]);
  },
  match: ([asked, ...parts], of) => {
    const value = of(asked);
    for (let index = 0; index + 1 < parts.length; index += 2) {
      if ([parts[index]].flat().includes(value)) return of(parts[index + 1]);
    }
    return of(parts[parts.length - 1]);
  },
  interpolate: ([, asked, ...stops], of) => {
    const value = of(asked);
    if (value <= stops[0]) return of(stops[1]);
    for (let index = 2; index < stops.length; index += 2) {
      if (value > stops[index]) continue;
      const share = (value - stops[index - 2]) / (stops[index] - stops[index - 2]);
      return of(stops[index - 1]) + share * (of(stops[index + 1]) - of(stops[index - 1]));
    }
    return of(stops[stops.length - 1]);
  },
};
