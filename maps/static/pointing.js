// What the pointer does on the tiles: it tells what lies under it, and a click opens it.
"use strict";

const REST_MS = 120;
const CLOSER_BY = 2;

fugai.Pointing = class {
  constructor(view) {
    this.view = view;
    this.map = view.map;
    this.tip = L.tooltip({ direction: "top", className: "fugai-tip", offset: [0, -4], opacity: 1 });
    this.under = null;
    this.map.on("mousemove", (event) => this.move(event));
    this.map.on("mouseout movestart zoomstart", () => this.leave());
    this.map.on("click", ({ latlng }) => this.click(latlng));
  }

  move({ latlng, originalEvent }) {
    // A label or a control is in between.
    if (originalEvent.target.closest(".leaflet-control, .fugai-label")) return this.leave();
    const found = this.view.tiles.at(latlng);
    const thing = found && (found.mark || found.merged || found.building);
    this.map.getContainer().style.cursor = found && !found.building ? "pointer" : "";
    if (!found) return this.leave();
    this.tip.setLatLng(latlng);
    if (thing === this.under) return;
    this.under = thing;
    this.tip.setContent(this.describe(found)).addTo(this.map);
  }

  leave() {
    this.under = null;
    this.tip.remove();
  }

  describe({ mark, merged, building }) {
    const { words, amounts } = this.view;
    const text = (value) => fugai.element("div", {}, value);
    if (merged) {
      const facts = { count: amounts.count(merged.count), covered: amounts.count(merged.covered) };
      return text(fugai.fill(words.merged, facts));
    }
    if (building) {
      const { floors } = building.properties;
      return text(floors ? fugai.fill(words.building, { floors }) : words.building_plain);
    }
    return this.view.describe({ ...mark.kind, name: this.nameOf(mark) });
  }

  /** The name of a site, as an element that it comes into. */
  nameOf(mark) {
    const shown = fugai.element("b", {}, mark.feature.properties.name || "…");
    if (mark.feature.properties.name) return shown;
    // Who only passes by asks nothing of the server.
    setTimeout(async () => {
      if (this.under !== mark) return;
      try {
        shown.textContent = await this.view.register.nameOf(mark.id);
        this.tip.update();
      } catch (error) {
        console.error(error);
      }
    }, REST_MS);
    return shown;
  }

  click(latlng) {
    const found = this.view.tiles.at(latlng);
    if (found && found.mark) this.open(found.mark);
    else if (found && found.merged) this.map.setView(latlng, this.map.getZoom() + CLOSER_BY);
    else if (found && found.building && found.building.properties.site) {
      this.open({ id: found.building.properties.site });
    }
  }

  open({ id }) {
    this.view.open({ id }, false);
  }
};
