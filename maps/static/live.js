// What others change, as the server tells of it: the counters of blocks, and with them the tiles.
"use strict";

const SETTLE_MS = 200;
const AGAIN_MS = 5000;

/**
 * Listens while the page is looked at. `onFigures` is called when the figures have changed,
 * `onSites` with the ids of the sites that have, with nothing where it is not told which.
 */
fugai.Live = class {
  constructor(tiles, { events, versions, on }) {
    this.tiles = tiles;
    this.addresses = { events, versions };
    this.on = on;
    this.onFigures = () => {};
    this.onSites = () => {};
    this.day = null;
    /** Fulfilled when the first counters are there, or cannot be had. */
    this.known = this.read().then((counters) => {
      if (counters) this.start(counters);
    });
    this.known.then(() => this.listen());
  }

  /** All counters; without them tiles are asked for by their ETag: slower, and as true. */
  async read() {
    try {
      const answer = await fetch(this.addresses.versions);
      return answer.ok ? await answer.json() : null;
    } catch (error) {
      return null;
    }
  }

  start({ day, ...counters }) {
    this.day = day;
    this.tiles.source.versions.take(counters, true);
  }

  /** Listen while somebody looks: a browser has few connections, and a hidden page needs none. */
  listen() {
    this.watch();
    document.addEventListener("visibilitychange", () => (document.hidden ? this.rest() : this.watch()));
    window.addEventListener("pagehide", () => this.rest());
    window.addEventListener("pageshow", () => this.watch());
  }

  watch() {
    if (this.stream || document.hidden) return;
    const stream = new EventSource(this.addresses.events);
    this.stream = stream;
    const on = (name, act) => stream.addEventListener(name, (event) => act(JSON.parse(event.data)));
    // The first event tells all counters: what was missed meanwhile is seen by them.
    on("versions", (told) => this.takeAll(told));
    on("changed", ({ group, blocks, sites }) => {
      this.take({ [group]: blocks }, false);
      if (group === "sites") this.onSites(sites);
    });
    on("day", ({ day }) => this.turnDay(day));
    on("reload", async () => this.takeAll(await this.read()));
    // A connection that breaks is made again by itself; one that is refused has to be asked for.
    stream.addEventListener("error", () => {
      if (stream.readyState !== EventSource.CLOSED) return;
      this.rest();
      this.again = setTimeout(() => this.watch(), AGAIN_MS);
    });
  }

  rest() {
    clearTimeout(this.again);
    if (this.stream) this.stream.close();
    this.stream = null;
  }

  takeAll(told) {
    if (!told) return;
    const { day, ...counters } = told;
    this.turnDay(day);
    this.take(counters, true);
    this.onSites();
  }

  /** Take counters over; what is drawn from older ones is fetched, the rest stays. */
  take(counters, isAll) {
    const changed = this.tiles.source.versions.take(counters, isAll);
    if (changed.has("ground") || changed.has("footprints")) this.tiles.renew("ground");
    if (!changed.has("sites")) return;
    this.tiles.renew("sites");
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.onFigures(), SETTLE_MS);
  }

  /** Today has become yesterday: a map of today shows the new day. */
  turnDay(day) {
    const before = this.day;
    this.day = day;
    if (before !== null && before !== day && this.on === before) location.reload();
  }
};
