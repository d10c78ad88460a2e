// Tiles from the server: fetched once for each version, decoded, kept while they are of use.
"use strict";

const MOST_KEPT = 240;
const BLOCK_ZOOM = 14;
const EVERYWHERE = "*";

/** The decoder is a module and comes when the page has been read. */
fugai.decoder = new Promise((resolve) => {
  fugai.giveDecoder = resolve;
});

/** How often each block of the ground has changed, by what changes together. */
fugai.Versions = class {
  constructor() {
    this.groups = new Map();
  }

  /** Take counters over, and return the groups of which any was news. */
  take(counters, isAll = false) {
    const changed = new Set();
    for (const [group, blocks] of Object.entries(counters)) {
      if (!this.groups.has(group)) this.groups.set(group, new Map());
      const known = this.groups.get(group);
      // Where all are told, those that are not named are 0 again.
      const gone = isAll ? [...known.keys()].filter((block) => !(block in blocks)) : [];
      for (const block of gone) {
        known.delete(block);
        changed.add(group);
      }
      for (const [block, count] of Object.entries(blocks)) {
        if (known.get(block) === count) continue;
        known.set(block, count);
        changed.add(group);
      }
    }
    return changed;
  }

  /** The version of a tile: the sum over the blocks that it covers or that cover it. */
  of(group, { z, x, y }) {
    const blocks = this.groups.get(group);
    if (!blocks) return null;
    const everywhere = blocks.get(EVERYWHERE) || 0;
    const up = z - BLOCK_ZOOM;
    if (up >= 0) return everywhere + (blocks.get(`${x >> up}/${y >> up}`) || 0);
    let sum = everywhere;
    for (const [block, count] of blocks) {
      if (block === EVERYWHERE) continue;
      const [blockX, blockY] = block.split("/");
      if (blockX >> -up === x && blockY >> -up === y) sum += count;
    }
    return sum;
  }
};

/**
 * Tiles of several themes.
 *
 * Config: address (template of {layers}, {z}, {x}, {y}), first and last zoom that are asked for,
 * themes (by name: layers with their change group and the zoom they begin at, detailedFrom),
 * bounds in degrees; groundArchive (address, last) where the ground comes out of an archive.
 */
fugai.TileSource = class {
  constructor(config) {
    this.config = config;
    this.versions = new fugai.Versions();
    this.kept = new Map();
    const { groundArchive } = config;
    this.archive = groundArchive ? new pmtiles.PMTiles(groundArchive.address) : null;
  }

  /** Whether a theme is drawn out of an archive, which does not change. */
  isArchived(theme) {
    return theme === "ground" && this.archive !== null;
  }

  /** Which tiles a square of the map is drawn from: itself, the one around it, or those in it. */
  partsOf(theme, { z, x, y }, isDetailed) {
    const { first, themes, groundArchive } = this.config;
    const last = this.isArchived(theme) ? groundArchive.last : this.config.last;
    if (z < first) return [];
    if (z > last) return [{ z: last, x: x >> (z - last), y: y >> (z - last) }];
    const from = themes[theme].detailedFrom;
    if (!isDetailed || z >= from) return [{ z, x, y }];
    const down = from - z;
    const [left, top, right, bottom] = this.reach(from);
    const parts = [];
    for (let px = Math.max(left, x << down); px <= Math.min(right, ((x + 1) << down) - 1); px += 1) {
      for (let py = Math.max(top, y << down); py <= Math.min(bottom, ((y + 1) << down) - 1); py += 1) {
        parts.push({ z: from, x: px, y: py });
      }
    }
    return parts;
  }

  /** The tiles at a zoom that the district lies in: left, top, right, bottom. */
  reach(z) {
    const [west, south, east, north] = this.config.bounds || [0, 0, 0, 0];
    const at = (lat, lng) =>
      L.CRS.EPSG3857.latLngToPoint(L.latLng(lat, lng), z).divideBy(256).floor();
    const [a, b] = [at(north, west), at(south, east)];
    return [a.x, a.y, b.x, b.y];
  }

  /** The layers of a theme that are drawn at a zoom. */
  layersAt(theme, z) {
    return this.config.themes[theme].layers.filter((layer) => z >= layer.from);
  }

  /** The version of a tile with all its layers; nothing while it is not known. */
  version(theme, part) {
    if (this.isArchived(theme)) return 0;
    const groups = new Set(this.layersAt(theme, part.z).map((layer) => layer.group));
    const found = [...groups].map((group) => this.versions.of(group, part));
    return found.includes(null) ? null : found.reduce((sum, one) => sum + one, 0);
  }

  /** What is known of a tile already, whatever its version; nothing where it never came. */
  peek(theme, part) {
    const entry = this.kept.get(fugai.tileKey(theme, part));
    return entry && entry.content;
  }

  /** The content of a tile in its version of now; each request has to be released. */
  request(theme, part) {
    const key = fugai.tileKey(theme, part);
    const version = this.version(theme, part);
    let entry = this.kept.get(key);
    if (!entry || entry.version !== version || entry.failed) {
      const before = entry;
      if (before && before.abort) before.abort.abort();
      entry = { version, users: before ? before.users : 0, content: before && before.content };
      entry.abort = new AbortController();
      entry.promise = this.load(theme, part, entry);
    }
    // Asked for last, thrown away last.
    this.kept.delete(key);
    this.kept.set(key, entry);
    entry.users += 1;
    return entry.promise;
  }

  /** Nobody draws this tile any more: what is still on its way is not waited for. */
  release(theme, part) {
    const key = fugai.tileKey(theme, part);
    const entry = this.kept.get(key);
    if (!entry) return;
    entry.users = Math.max(0, entry.users - 1);
    if (entry.users > 0) return;
    if (entry.abort) {
      entry.abort.abort();
      this.kept.delete(key);
    }
    for (const [other, { users }] of this.kept) {
      if (this.kept.size <= MOST_KEPT) break;
      if (users === 0) this.kept.delete(other);
    }
  }

  async load(theme, part, entry) {
    try {
      const bytes = await this.bytesOf(theme, part, entry);
      const decode = await fugai.decoder;
      entry.content = fugai.contentOf(theme, decode(bytes));
      return entry.content;
    } catch (error) {
      entry.failed = true;
      throw error;
    } finally {
      entry.abort = null;
    }
  }

  /** The bytes of a tile, as the server makes it or as an archive has it. */
  async bytesOf(theme, part, { version, abort: { signal } }) {
    if (this.isArchived(theme)) {
      const found = await this.archive.getZxy(part.z, part.x, part.y, signal);
      return found ? found.data : new ArrayBuffer(0);
    }
    const answer = await fetch(this.addressOf(theme, part, version), { signal });
    if (answer.status === 401) location.reload();
    if (!answer.ok) throw new Error(`${answer.status} ${answer.url}`);
    return answer.arrayBuffer();
  }

  addressOf(theme, part, version) {
    const layers = this.layersAt(theme, part.z).map((layer) => layer.id);
    const facts = { ...part, layers: layers.join(",") };
    const address = fugai.fill(this.config.address, facts);
    return version === null ? address : `${address}&v=${version}`;
  }
};
