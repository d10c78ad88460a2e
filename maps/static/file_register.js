// The same of a file of its own, which has all sites in it and no server.
"use strict";

fugai.FileRegister = class {
  constructor(sources) {
    this.sources = sources;
    this.changes = {};
    this.hasCards = false;
  }

  async load() {
    this.divisions = this.sources.divisions.features;
    this.sites = this.sources.sites.features.map(fugai.siteOfFile);
    this.byId = new Map(this.sites.map((site) => [site.id, site]));
    this.rows = this.sites.map(fugai.rowOfSite);
    this.extents = {};
    for (const { properties, bounds } of this.sites) {
      if (!bounds) continue;
      const { town } = properties;
      const known = this.extents[town] ? fugai.boundsOfExtent(this.extents[town]) : L.latLngBounds([]);
      this.extents[town] = fugai.extentOf(known.extend(bounds));
    }
  }

  async search(text, most) {
    const wanted = text.toLowerCase();
    const sound = /^[a-z][a-z ']*$/.test(wanted) ? wanted.replace(/[ ']/g, "") : null;
    const has = (value) => Boolean(value) && value.toLowerCase().includes(wanted);
    const sounds = ({ pinyin }) => sound !== null && Boolean(pinyin) && pinyin.includes(sound);
    return this.sites
      .filter(({ properties }) => has(properties.name) || has(properties.address) || sounds(properties))
      .slice(0, most);
  }

  async gaps(filter, from) {
    const rank = ({ properties }) => (properties.category === "standalone_building" ? 0 : 1);
    const since = ({ properties }) => properties.uncovered_since || "9999";
    return this.sites
      .filter((site) => !site.properties.covered && fugai.keeps(filter, site))
      .sort((a, b) => rank(a) - rank(b) || (since(a) < since(b) ? -1 : since(a) > since(b) ? 1 : a.id - b.id))
      .slice(from, from + GAPS_PER_PAGE);
  }

  async nameOf(id) {
    return this.byId.get(id).properties.name;
  }
};

fugai.siteOfFile = ({ id, geometry, properties }) => ({
  id,
  properties,
  geometry,
  bounds: geometry ? L.geoJSON(geometry).getBounds() : null,
});

/** A site as a row of figures of its own. */
fugai.rowOfSite = ({ geometry, properties }) => ({
  properties,
  sites: 1,
  points: geometry && geometry.type === "Point" ? 1 : 0,
  unplaced: geometry ? 0 : 1,
  buildings: properties.buildings || 0,
  households: properties.households || 0,
  floor_area_m2: properties.floor_area_m2 || 0,
});

fugai.extentOf = (bounds) => [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
