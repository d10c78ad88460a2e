// The coverage map: loads its data, and keeps map, legend and panels telling the same.
"use strict";

const RECORD_WIDTH_PX = 400;
const WHERE_NOTHING_IS = [36, 105];

fugai.startCoverage = (map, config) => new fugai.View(map, config).start();

fugai.View = class {
  constructor(map, config) {
    this.map = map;
    this.config = config;
    this.words = config.words;
    this.amounts = fugai.amounts(config.language);
    this.symbols = new fugai.Symbols(config.colourings);
    this.filter = fugai.emptyFilter();
    this.filter.town = config.subject.town;
    this.chosen = { colouring: config.subject.colouring, denominator: "sites" };
    this.root = map.getContainer().closest(".fugai");
    this.parts = {};
    for (const part of this.root.querySelectorAll("[data-part]")) this.parts[part.dataset.part] = part;
    this.sites = [];
    this.towns = [];
  }

  colouring() {
    return this.config.colourings.find((one) => one.key === this.chosen.colouring);
  }

  denominator() {
    return this.config.denominators.find((one) => one.key === this.chosen.denominator);
  }

  townName(code) {
    const found = this.towns.find((town) => town.code === code);
    return found ? found.name : "";
  }

  /** Where a site stands, in words. */
  whereabouts({ properties }) {
    return [this.townName(properties.town), properties.address].filter(Boolean).join(" · ");
  }

  /** Why nothing is shown, and what to do about it. */
  nothing() {
    const { words, config } = this;
    if (this.sites.length) return words.no_sites;
    return fugai.fill(words.no_sites_yet, { district: config.subject.district });
  }

  async start() {
    const { map, words } = this;
    fugai.attribute(map, this.config.attribution);
    L.control
      .zoom({ position: "bottomright", zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out })
      .addTo(map);
    L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
    this.groundRenderer = fugai.layGround(map);
    this.siteRenderer = L.canvas({ padding: 0.3, tolerance: 3 });
    this.labels = new fugai.Labels(map);
    this.fit();
    fugai.layBasemap(map, this.config.basemap);
    this.readAddress();
    this.wire();
    this.parts.retry.addEventListener("click", () => this.load());
    await this.load();
  }

  async load() {
    const { parts, words, config } = this;
    parts.status.hidden = false;
    parts.retry.hidden = true;
    parts["status-text"].textContent = words.loading;
    try {
      const [divisions, sites, ground] = await Promise.all(
        ["divisions", "sites", "ground"].map((name) => fugai.read(config.sources[name])),
      );
      this.build(divisions.features, sites.features, ground.features);
      parts.status.hidden = true;
      this.root.dataset.ready = "true";
    } catch (error) {
      console.error(error);
      parts["status-text"].textContent = words.failed;
      parts.retry.hidden = false;
    }
  }

  build(divisions, sites, ground) {
    const { map, config } = this;
    this.sites = sites;
    this.towns = divisions.map((one) => one.properties).filter((one) => one.kind === "town");
    this.siteLayers = new fugai.SiteLayers(map, this.siteRenderer, sites, {
      symbols: this.symbols,
      onClick: (site) => this.open(site, false),
      describe: (site) => this.describe(site),
    });
    fugai.drawGround(map, ground, this.groundRenderer);
    this.divisions = new fugai.Divisions(map, this.siteRenderer, divisions, (code) =>
      this.toggleTown(code),
    );
    this.divisionFeatures = divisions;
    if (config.sources.footprints) {
      fugai.drawFootprints(map, this.groundRenderer, config.sources.footprints);
    }
    fugai.startSearch(this);
    if (!this.townName(this.filter.town)) this.filter.town = null;
    if (this.filter.town) this.zoomToTown(this.filter.town);
    this.refresh();
  }

  /** Fit the map to what there is to show. */
  fit() {
    const [west, south, east, north] = this.config.subject.bounds || [];
    this.whole = L.latLngBounds(west === undefined ? [] : [[south, west], [north, east]]);
    if (this.whole.isValid()) this.show(this.whole, { animate: false });
    else this.map.setView(WHERE_NOTHING_IS, 4);
  }

  /** Bring bounds into view, beside what covers the map on the right: the legend or a record. */
  show(bounds, options, covering = this.parts.legend.getBoundingClientRect().width) {
    const isBeside = covering < this.map.getSize().x / 2;
    this.map.fitBounds(bounds, {
      paddingTopLeft: [24, 60],
      paddingBottomRight: [isBeside ? covering + 24 : 24, 24],
      ...options,
    });
  }

  /** Change something by a function, then show what follows everywhere. */
  change(act) {
    act();
    this.refresh();
  }

  clear() {
    this.filter = fugai.emptyFilter();
    this.refresh();
    if (this.whole.isValid()) this.show(this.whole);
  }

  chooseTown(code) {
    this.filter.town = code;
    if (code) this.zoomToTown(code);
    else if (this.whole.isValid()) this.show(this.whole);
    this.refresh();
  }

  toggleTown(code) {
    this.chooseTown(this.filter.town === code ? null : code);
  }

  zoomToTown(code) {
    const bounds = this.divisions.boundsOf(code) || L.latLngBounds([]);
    if (!bounds.isValid()) {
      for (const site of this.sites) {
        if (site.properties.town === code && site.bounds) bounds.extend(site.bounds);
      }
    }
    if (bounds.isValid()) this.show(bounds, { maxZoom: 16 });
  }

  refresh() {
    const kept = this.sites.filter((site) => fugai.keeps(this.filter, site));
    const inTowns = this.sites.filter((site) => fugai.keeps(this.filter, site, "town"));
    const place = this.filter.town ? this.townName(this.filter.town) : this.config.subject.name;
    this.byTown = fugai.groupBy(inTowns, (site) => site.properties.town);
    fugai.showHead(this, fugai.addUp(kept, this.chosen.denominator), place);
    fugai.showTowns(this);
    fugai.showGaps(this, kept);
    fugai.showLegend(this, kept);
    fugai.showFilters(this);
    this.showChoices();
    this.siteLayers.show(kept, this.colouring());
    const isGapMap = this.chosen.colouring === "gap";
    this.divisions.style(this.filter.town, isGapMap ? (code) => this.uncoveredShare(code) : null);
    this.labels.set(fugai.labelled(this));
    this.writeAddress();
  }

  uncoveredShare(code) {
    const sums = fugai.addUp(this.byTown.get(code) || [], "sites");
    return sums.whole ? 1 - sums.covered / sums.whole : 0;
  }

  showChoices() {
    const { parts, config, chosen } = this;
    const button = (one, name) =>
      fugai.element(
        "button",
        {
          type: "button",
          class: `btn btn-sm${chosen[name] === one.key ? " btn-primary" : ""}`,
          "aria-pressed": String(chosen[name] === one.key),
          [`data-${name}`]: one.key,
          onclick: () => this.change(() => (chosen[name] = one.key)),
        },
        one.label,
      );
    parts.colourings.replaceChildren(...config.colourings.map((one) => button(one, "colouring")));
    parts.denominators.replaceChildren(
      ...config.denominators.map((one) => button(one, "denominator")),
    );
    const count = fugai.filterCount(this.filter);
    parts["filter-count"].hidden = count === 0;
    parts["filter-count"].textContent = count;
    parts.whole.hidden = this.filter.town === null;
  }

  /** What the pointer tells about a site. */
  describe(site) {
    const p = site.properties;
    const lines = this.config.colourings
      .filter((one) => one.key !== "gap")
      .map((one) => fugai.element("div", {}, `${one.label}: ${this.symbols.of(site, one).label}`));
    return fugai.element(
      "div",
      {},
      fugai.element("b", {}, p.name),
      fugai.element("div", {}, p.covered ? this.words.covered : this.words.uncovered),
      ...lines,
    );
  }

  /** Open a site's record: from the server where there is one, else what the file knows. */
  open(site, moves) {
    const { map, config } = this;
    this.root.dataset.sheet = "none";
    if (moves && site.bounds) this.show(site.bounds, { maxZoom: 16.5 }, RECORD_WIDTH_PX);
    this.siteLayers.select(site);
    if (config.sources.card) {
      const address = config.sources.card.replace("{id}", site.id);
      this.root.dispatchEvent(new CustomEvent("fugai:open", { detail: { address, id: site.id } }));
    } else if (site.centre) {
      L.popup({ maxWidth: 320 }).setLatLng(site.centre).setContent(this.card(site)).openOn(map);
    }
  }

  card(site) {
    const { words } = this;
    const p = site.properties;
    const rows = ["address", "buildings", "households", "floor_area_m2", "company"].map((name) =>
      fugai.element(
        "div",
        {},
        fugai.element("span", { class: "text-secondary" }, `${words[name]}: `),
        p[name] == null ? words.unreported : String(p[name]),
      ),
    );
    const card = this.describe(site);
    card.append(...rows);
    return card;
  }

  wire() {
    const { parts, root } = this;
    parts.whole.addEventListener("click", () => this.chooseTown(null));
    parts["filter-button"].addEventListener("click", () => {
      parts.filters.hidden = !parts.filters.hidden;
      parts["filter-button"].setAttribute("aria-expanded", String(!parts.filters.hidden));
    });
    for (const tab of root.querySelectorAll("[data-tab]")) {
      tab.addEventListener("click", () => this.showTab(tab.dataset.tab));
    }
    for (const button of root.querySelectorAll("[data-sheet-of]")) {
      button.addEventListener("click", () => {
        const wanted = button.dataset.sheetOf;
        root.dataset.sheet = root.dataset.sheet === wanted ? "none" : wanted;
        parts.filters.hidden = root.dataset.sheet !== "filters";
      });
    }
    if (this.chosen.colouring === "gap") this.showTab("gaps");
  }

  showTab(name) {
    for (const tab of this.root.querySelectorAll("[data-tab]")) {
      tab.classList.toggle("active", tab.dataset.tab === name);
      this.parts[tab.dataset.tab].hidden = tab.dataset.tab !== name;
    }
    if (this.siteLayers) this.refresh();
  }

  /** The address keeps colouring, town and denominator, so that a link opens the same map. */
  writeAddress() {
    if (!this.config.sources.card) return;
    const kept = new URLSearchParams({ colouring: this.chosen.colouring });
    if (this.filter.town) kept.set("town", this.filter.town);
    if (this.chosen.denominator !== "sites") kept.set("denominator", this.chosen.denominator);
    history.replaceState(history.state, "", `#${kept}`);
  }

  readAddress() {
    const kept = new URLSearchParams(location.hash.slice(1));
    const known = (list, key) => list.some((one) => one.key === key);
    if (known(this.config.colourings, kept.get("colouring"))) {
      this.chosen.colouring = kept.get("colouring");
    }
    if (known(this.config.denominators, kept.get("denominator"))) {
      this.chosen.denominator = kept.get("denominator");
    }
    if (kept.get("town")) this.filter.town = kept.get("town");
  }
};

/** GeoJSON from an address, or as it is. */
fugai.read = async (source) => {
  if (typeof source !== "string") return source;
  const answer = await fetch(source);
  if (answer.status === 401) location.reload();
  if (!answer.ok) throw new Error(`${answer.status} ${source}`);
  return answer.json();
};
