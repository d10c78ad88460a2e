// The ground from tiles: areas, building outlines, streets; as `ground.js` draws them from GeoJSON.
"use strict";

const OUTLINE = { fill: "#d9d0c1", line: "#b9ae9c", width: 0.6 };

/** Draw one tile of ground. */
fugai.paintGround = (pen, content, frame) => {
  frame.enter(pen);
  for (const [kind, colour] of Object.entries(fugai.AREAS)) {
    const path = content.areas.get(kind);
    if (!path) continue;
    pen.fillStyle = colour;
    pen.fill(path);
  }
  if (content.buildings) {
    pen.fillStyle = OUTLINE.fill;
    pen.fill(content.buildings);
    pen.strokeStyle = OUTLINE.line;
    pen.lineWidth = OUTLINE.width * frame.unit;
    pen.stroke(content.buildings);
  }
  pen.lineCap = pen.lineJoin = "round";
  // Casings of all roads before the roads themselves, so that crossings stay open.
  for (const pass of ["casing", "colour"]) {
    for (let rank = 5; rank >= 1; rank -= 1) {
      const path = content.roads.get(rank);
      if (!path || frame.zoom < fugai.ROADS[rank].from) continue;
      pen.strokeStyle = fugai.ROADS[rank][pass];
      pen.lineWidth = fugai.roadWidth(rank, frame.zoom, pass) * frame.unit;
      pen.stroke(path);
    }
  }
};
