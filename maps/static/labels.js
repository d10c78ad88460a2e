// Names on the map: towns first, then neighbourhoods, then sites; none over another.
"use strict";

const MOST_LABELS = 140;

fugai.Labels = class {
  constructor(map) {
    this.map = map;
    this.group = L.layerGroup().addTo(map);
    this.candidates = [];
    map.on("moveend", () => this.place());
  }

  /**
   * Set what wants a label, the most important first.
   *
   * Each: at (LatLng), from and to (zoom), lines (texts), kind (CSS class), onClick.
   */
  set(candidates) {
    this.candidates = candidates;
    this.place();
  }

  place() {
    this.group.clearLayers();
    const zoom = this.map.getZoom();
    const view = this.map.getBounds();
    const taken = [];
    for (const label of this.candidates) {
      if (taken.length >= MOST_LABELS) break;
      if (zoom < label.from || zoom > label.to || !view.contains(label.at)) continue;
      const box = this.boxOf(label);
      if (taken.some((other) => fugai.overlap(box, other))) continue;
      taken.push(box);
      this.group.addLayer(this.marker(label));
    }
  }

  boxOf(label) {
    const { x, y } = this.map.latLngToContainerPoint(label.at);
    // Chinese characters are as wide as they are high.
    const width = Math.max(...label.lines.map((line) => this.widthOf(line, label.size)));
    const height = label.lines.length * label.size * 1.35;
    return { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
  }

  widthOf(line, size) {
    let width = 8;
    for (const character of line) width += character > "\u2e80" ? size : size * 0.58;
    return width;
  }

  marker(label) {
    const lines = label.lines.map((line, index) =>
      fugai.element("div", { class: index ? "fugai-label-note" : "fugai-label-name" }, line),
    );
    const html = fugai.element("div", { class: `fugai-label ${label.kind}` }, ...lines);
    const icon = L.divIcon({ html, className: "fugai-label-anchor", iconSize: [0, 0] });
    const marker = L.marker(label.at, { icon, interactive: Boolean(label.onClick), keyboard: false });
    return label.onClick ? marker.on("click", label.onClick) : marker;
  }
};

fugai.overlap = (a, b) =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
