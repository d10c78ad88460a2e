// How a site looks: a colour, or a hatch of several where it ticks several types.
"use strict";

const HATCH_PX = 6;

/** Symbols of one colouring, by the set of values a site has there. */
fugai.Symbols = class {
  constructor(colourings) {
    this.colourings = colourings;
    this.made = new Map();
  }

  /** The symbol of a site: key, label, colours, and the fill for a canvas. */
  of(site, colouring) {
    const entries = colouring.entries;
    const values = new Set(fugai.valuesOf(site, colouring.key));
    const chosen = entries.filter((entry) => values.has(entry.key));
    const key = `${colouring.key}:${chosen.map((entry) => entry.key).join("+")}`;
    if (!this.made.has(key)) this.made.set(key, this.make(key, chosen, entries));
    return this.made.get(key);
  }

  make(key, chosen, entries) {
    const colours = chosen.map((entry) => entry.colour);
    return {
      key,
      label: chosen.map((entry) => entry.label).join(" + "),
      colours,
      rank: chosen.reduce((sum, entry) => sum * 10 + entries.indexOf(entry), chosen.length * 1e7),
      isUnreported: chosen.some((entry) => entry.key === fugai.UNREPORTED),
      fill: colours.length > 1 ? fugai.hatch(colours) : colours[0],
    };
  }
};

/** A canvas pattern of slanted stripes, equal for each colour. */
fugai.hatch = (colours) => {
  const side = HATCH_PX * colours.length;
  const tile = document.createElement("canvas");
  tile.width = tile.height = side;
  const pen = tile.getContext("2d");
  // Twice, one beside the other: a stripe that leaves on the left comes back on the right.
  for (let shift = 0; shift < 2; shift += 1) {
    colours.forEach((colour, index) => {
      const x = index * HATCH_PX + shift * side;
      pen.fillStyle = colour;
      pen.beginPath();
      pen.moveTo(x, 0);
      pen.lineTo(x + HATCH_PX, 0);
      pen.lineTo(x + HATCH_PX - side, side);
      pen.lineTo(x - side, side);
      pen.fill();
    });
  }
  return pen.createPattern(tile, "repeat");
};

/** The same stripes for the legend, as CSS. */
fugai.swatch = (colours) => {
  if (colours.length === 1) return colours[0];
  const stops = colours.map((colour, index) => `${colour} ${index * 5}px ${(index + 1) * 5}px`);
  return `repeating-linear-gradient(135deg, ${stops.join(", ")})`;
};
