// The coverage map: loads its data, and keeps map, legend and panels telling the same.
"use strict";

const RECORD_WIDTH_PX = 400;
const RECORD_SHARE = 0.6;
const WHERE_NOTHING_IS = [36, 105];
const LABELS_MS = 100;

fugai.startCoverage = (map, config) => new fugai.View(map, { ...fugai.given, ...config }).start();

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
    this.towns = [];
    const { sources } = config;
    this.register = sources.figures
      ? new fugai.ServerRegister(sources, config.subject)
      : new fugai.FileRegister(sources);
    this.gapList = new fugai.GapList(this);
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
    if (this.register.rows.length) return words.no_sites;
    return fugai.fill(words.no_sites_yet, { district: config.subject.district });
  }

  async start() {
    const { map, words } = this;
    fugai.attribute(map, this.config.attribution);
    L.control
      .zoom({ position: "bottomright", zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out })
      .addTo(map);
    L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
    this.divisionRenderer = L.canvas({ padding: 0.3, tolerance: 3 });
    this.labels = new fugai.Labels(map);
    this.fit();
    fugai.layBasemap(map, this.config.basemap);
    this.readAddress();
    this.wire();
    this.parts.retry.addEventListener("click", () => this.load());
    await this.load();
  }

  async load() {
    const { parts, words } = this;
    parts.status.hidden = false;
    parts.retry.hidden = true;
    parts["status-text"].textContent = words.loading;
    try {
      // The picture and the figures come by different ways, and neither waits for the other.
      const drawn = this.layTiles();
      if (!this.divisions) {
        await this.register.load();
        this.build();
      }
      await drawn;
      if (this.tiles.hasFailed()) return;
      parts.status.hidden = true;
      this.root.dataset.ready = "true";
    } catch (error) {
      this.fail(error);
    }
  }

  /** Say that something could not be had, and offer to ask again. */
  fail(error) {
    const { parts, words } = this;
    console.error(error);
    parts.status.hidden = false;
    parts["status-text"].textContent = words.failed;
    parts.retry.hidden = false;
  }

  /** Lay the tiles that the page has, or cut the file's own data into tiles. */
  layTiles() {
    if (this.tiles) return Promise.all([this.tiles.renew("ground"), this.tiles.renew("sites")]);
    const { map, config } = this;
    this.tiles = fugai.tilesOf(map) || fugai.tilesOfFile(map, config);
    this.tiles.look.set(this.filter, this.colouring());
    this.tiles.layers.areas.on("fugai:drawn", L.Util.throttle(this.label, LABELS_MS, this));
    if (this.tiles.live) {
      this.tiles.live.onFigures = () => this.renewFigures();
      this.tiles.live.onSites = (ids) =>
        this.root.dispatchEvent(new CustomEvent("fugai:changed", { detail: { ids } }));
    }
    this.tiles.onFailure = (error) => this.fail(error);
    this.pointing = new fugai.Pointing(this);
    return this.tiles.begin().then(() => performance.mark("fugai:drawn"));
  }

  build() {
    const { map, register } = this;
    this.towns = register.divisions
      .map((one) => one.properties)
      .filter((one) => one.kind === "town");
    this.divisions = new fugai.Divisions(map, this.divisionRenderer, register.divisions, (code, at) => {
      if (!this.tiles.at(at)) this.toggleTown(code);
    });
    fugai.startSearch(this);
    if (!this.townName(this.filter.town)) this.filter.town = null;
    if (this.filter.town) this.zoomToTown(this.filter.town);
    this.refresh();
  }

  /** Somebody has changed sites: figures and lists follow, the tiles do so by themselves. */
  async renewFigures() {
    try {
      await this.register.loadRows();
    } catch (error) {
      // The next change asks again; until then the figures of before stay.
      console.error(error);
      return;
    }
    this.gapList.forget();
    this.register.named.clear();
    this.refresh();
  }

  /** Fit the map to what there is to show. */
  fit() {
    const [west, south, east, north] = this.config.subject.bounds || [];
    this.whole = L.latLngBounds(west === undefined ? [] : [[south, west], [north, east]]);
    if (this.whole.isValid()) this.show(this.whole, { animate: false });
    else this.map.setView(WHERE_NOTHING_IS, 4);
  }

  /** Bring bounds into view, beside what covers the map: the legend, or a record, on phones below. */
  show(bounds, options, covering = this.parts.legend.getBoundingClientRect().width) {
    const { x, y } = this.map.getSize();
    const isBeside = covering < x / 2;
    const below = covering === RECORD_WIDTH_PX && !isBeside ? RECORD_SHARE * y : 24;
    this.map.fitBounds(bounds, {
      paddingTopLeft: [24, isBeside ? 60 : 110],
      paddingBottomRight: [isBeside ? covering + 24 : 24, below],
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
    const extent = this.register.extents[code];
    const bounds = this.divisions.boundsOf(code) || (extent && fugai.boundsOfExtent(extent));
    if (bounds && bounds.isValid()) this.show(bounds, { maxZoom: 16 });
  }

  refresh() {
    const { rows } = this.register;
    const kept = rows.filter((row) => fugai.keeps(this.filter, row));
    const inTowns = rows.filter((row) => fugai.keeps(this.filter, row, "town"));
    const place = this.filter.town ? this.townName(this.filter.town) : this.config.subject.name;
    this.byTown = fugai.groupBy(inTowns, (row) => row.properties.town);
    fugai.showHead(this, fugai.addUp(kept, this.chosen.denominator), place);
    fugai.showTowns(this);
    this.gapList.show(kept);
    fugai.showLegend(this, kept);
    fugai.showFilters(this);
    this.showChoices();
    this.tiles.show(this.filter, this.colouring());
    const isGapMap = this.chosen.colouring === "gap";
    this.divisions.style(this.filter.town, isGapMap ? (code) => this.uncoveredShare(code) : null);
    this.label();
    this.writeAddress();
  }

  /** Place the names anew: of towns by their figures, of sites by the tiles that are there. */
  label() {
    if (this.divisions) this.labels.set(fugai.labelled(this));
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

  /** What the pointer tells about a site; its name may be an element. */
  describe(site) {
    const p = site.properties;
    const lines = this.config.colourings
      .filter((one) => one.key !== "gap")
      .map((one) => fugai.element("div", {}, `${one.label}: ${this.symbols.of(site, one).label}`));
    return fugai.element(
      "div",
      {},
      site.name || fugai.element("b", {}, p.name),
      fugai.element("div", {}, p.covered ? this.words.covered : this.words.uncovered),
      ...lines,
    );
  }

  /** Open a site's record: from the server where there is one, else what the file knows. */
  open(site, moves) {
    const { map, config } = this;
    this.root.dataset.sheet = "none";
    if (moves && site.bounds) this.show(site.bounds, { maxZoom: 16.5 }, RECORD_WIDTH_PX);
    this.tiles.select(site.id);
    const { card } = this.register.sources;
    if (card) {
      const address = card.replace("{id}", site.id);
      this.root.dispatchEvent(new CustomEvent("fugai:open", { detail: { address, id: site.id } }));
    } else {
      const known = this.register.byId.get(site.id);
      if (!known.bounds) return;
      const popup = L.popup({ maxWidth: 320 }).setLatLng(known.bounds.getCenter());
      popup.setContent(this.card(known)).openOn(map);
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
    const { parts, root, words, config } = this;
    parts.counted.textContent = fugai.fill(words.counted, { days: config.verifiedDays });
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
    if (this.divisions) this.refresh();
  }

  /** The address keeps colouring, town and denominator, so that a link opens the same map. */
  writeAddress() {
    if (!this.register.sources.card) return;
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

/** JSON from an address. */
fugai.read = async (source) => {
  const answer = await fetch(source);
  if (answer.status === 401) location.reload();
  if (!answer.ok) throw new Error(`${answer.status} ${source}`);
  return answer.json();
};
