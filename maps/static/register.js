// What a map knows of its sites beside their picture: figures, names, gaps. Asked of the server.
"use strict";

fugai.ServerRegister = class {
  /** Addresses get the map's district and day. */
  constructor(sources, { district, on }) {
    const asked = new URLSearchParams({ district, on });
    this.sources = {};
    for (const [name, address] of Object.entries(sources)) this.sources[name] = `${address}?${asked}`;
    this.named = new Map();
    this.extents = {};
    this.changes = {};
    this.hasCards = true;
  }

  /** Read divisions and figures. */
  async load() {
    const divisions = fugai.read(this.sources.divisions).then(({ features }) => {
      this.divisions = features;
    });
    await Promise.all([divisions, this.loadRows()]);
  }

  /** Read the figures: a row for all sites that are alike in everything that is counted by. */
  async loadRows() {
    const { rows, extents, changes } = await fugai.read(this.sources.figures);
    this.rows = fugai.rowsOfColumns(rows);
    this.extents = extents;
    this.changes = changes;
  }

  async search(text, most) {
    const { sites } = await fugai.read(fugai.withQuery(this.sources.search, { q: text, limit: most }));
    return sites.map(fugai.hitOf);
  }

  /** Some gaps from a place in their order on; how many there are is told by the figures. */
  async gaps(filter, from) {
    const asked = { town: filter.town || [], offset: from, limit: GAPS_PER_PAGE };
    for (const heading of HEADINGS) asked[heading] = [...filter[heading]];
    const { sites } = await fugai.read(fugai.withQuery(this.sources.gaps, asked));
    return sites.map(fugai.hitOf);
  }

  /** A site's name: tiles of far zooms leave it out. */
  async nameOf(id) {
    if (!this.named.has(id)) {
      const asked = fugai.read(this.sources.site.replace("{id}", id)).then(({ name }) => name);
      this.named.set(id, asked);
      // Nobody waits for a name: the next time it is asked for again.
      asked.catch(() => this.named.delete(id));
    }
    return this.named.get(id);
  }
};

/** Rows from columns: shorter to send. */
fugai.rowsOfColumns = ({ columns, values }) => {
  const at = (name) => columns.indexOf(name);
  const rows = [];
  for (let index = 0; index < (values[0] || []).length; index += 1) {
    const value = (name) => values[at(name)][index];
    rows.push({
      properties: {
        town: value("town"),
        category: value("category"),
        effective_types: value("effective_types").split(",").filter(Boolean),
        inspection_status: value("inspection_status"),
        covered: value("covered"),
        market_covered: value("market_covered"),
        verified: value("verified"),
      },
      sites: value("sites"),
      points: value("points"),
      unplaced: value("unplaced"),
      buildings: value("buildings"),
      households: value("households"),
      floor_area_m2: value("floor_area_m2"),
    });
  }
  return rows;
};

/** A site of a list as the map opens it. */
fugai.hitOf = ({ id, longitude, latitude, ...properties }) => ({
  id,
  properties,
  bounds: longitude == null ? null : L.latLngBounds([[latitude, longitude]]),
});

/** An address with a query added; a list gives its name several times. */
fugai.withQuery = (address, facts) => {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(facts)) {
    for (const one of [value].flat()) asked.append(name, one);
  }
  return `${address}&${asked}`;
};
