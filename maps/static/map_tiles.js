// The tiles of a map together: ground, areas, dots; what lies under the pointer; what has changed.
"use strict";

const AREAS_PANE = "fugai-areas";
const DOTS_PANE = "fugai-dots";
const AREAS_OPACITY = 0.88;

/** Lay tiles from the server on a map; `fugai.tilesOf` gives them to whoever goes on with them. */
fugai.addTiles = (map, config) => {
  const source = new fugai.TileSource({ ...fugai.given.tiles, ...config });
  const tiles = new fugai.MapTiles(map, source, { ...fugai.given, ...config });
  tiles.live = new fugai.Live(tiles, config);
  map.fugaiTiles = tiles;
};

fugai.tilesOf = (map) => map.fugaiTiles;

/** Tiles cut from the data of a file. */
fugai.tilesOfFile = (map, config) => {
  const { sites, ground } = config.sources;
  const source = new fugai.FeatureSource(
    { sites: sites.features, ground: ground.features },
    config.drawnFrom,
  );
  return new fugai.MapTiles(map, source, { ...config, colouring: config.subject.colouring, isSparse: true });
};

/** Of config: colourings, colouring (key of the first), isSparse (few enough to need no merging). */
fugai.MapTiles = class {
  constructor(map, source, config) {
    this.map = map;
    this.source = source;
    this.config = config;
    this.symbols = new fugai.Symbols(config.colourings);
    this.onFailure = (error) => console.error(error);
    const first = config.colourings.find((one) => one.key === config.colouring);
    this.look = new fugai.Look(this.symbols, first);
    for (const [pane, zIndex] of [[GROUND_PANE, 250], [AREAS_PANE, 420], [DOTS_PANE, 430]]) {
      if (map.getPane(pane)) continue;
      map.createPane(pane).style.zIndex = zIndex;
      map.getPane(pane).style.pointerEvents = "none";
    }
    const sites = { source, theme: "sites", isDetailed: () => this.isDetailed() };
    this.layers = {
      ground: new fugai.TileLayer({ source, theme: "ground", pane: GROUND_PANE, draw: fugai.paintGround }),
      areas: new fugai.TileLayer({ ...sites, pane: AREAS_PANE, draw: fugai.paintAreas(this.look) }),
      dots: new fugai.TileLayer({
        ...sites,
        pane: DOTS_PANE,
        draw: fugai.paintDots(this.look),
        margin: DOT_MARGIN_PX,
      }),
    };
    for (const layer of Object.values(this.layers)) {
      layer.on("tileerror", ({ error }) => this.onFailure(error));
    }
    // As one: where tiles overlap by a pixel nothing is darker.
    map.getPane(AREAS_PANE).style.opacity = AREAS_OPACITY;
  }

  /** Put the tiles on the map, which has a view by now, and tell when the first are drawn. */
  async begin() {
    if (this.live) await this.live.known;
    const layers = Object.values(this.layers);
    const drawn = layers.map((layer) => new Promise((resolve) => layer.once("load", resolve)));
    for (const layer of layers) layer.addTo(this.map);
    await Promise.all(drawn);
  }

  /** Merged circles know no filter of several things at once: with one set, sites come one by one. */
  isDetailed() {
    return this.config.isSparse || fugai.filterCount(this.look.filter) > 0;
  }

  /** Show what a filter keeps in a colouring. */
  show(filter, colouring) {
    this.look.set(filter, colouring);
    this.repaint();
    // What is drawn from other tiles from now on is fetched; mostly there is nothing.
    this.renew("sites");
  }

  /** Mark one site by its id, and unmark the last. */
  select(id) {
    this.look.selected = id;
    this.repaint();
  }

  repaint() {
    this.layers.areas.repaint();
    this.layers.dots.repaint();
  }

  /** Fetch what has changed of a theme, and nothing else. */
  async renew(theme) {
    const layers = Object.values(this.layers).filter((layer) => layer.options.theme === theme);
    try {
      await Promise.all(layers.map((layer) => layer.renew()));
    } catch (error) {
      // What could not be had keeps its old picture.
      this.onFailure(error);
    }
  }

  /** Whether a part of the picture is missing. */
  hasFailed() {
    return Object.values(this.layers).some((layer) =>
      [...layer.live.values()].some((square) => square.hasFailed),
    );
  }

  /** The site, merged circle or building at a place, on top of the others. */
  at(latlng) {
    const site = fugai.siteAt(this.look, latlng, this.layers.areas, this.layers.dots);
    if (site) return site;
    for (const { content, point } of this.layers.ground.at(latlng)) {
      const building = fugai.isOnTile(point) && content.buildingAt(point);
      if (building) return { building };
    }
    return null;
  }

  /** Sites with an outline on the screen, each once: id, properties, and the box around it. */
  outlined() {
    const found = new Map();
    for (const { part, content } of this.layers.areas.onTop()) {
      for (const [kind, marks] of content.areas) {
        if (!this.look.symbolOf(kind)) continue;
        for (const mark of marks) fugai.growBox(found, mark, part);
      }
    }
    return [...found.values()];
  }
};

fugai.worldBox = (box, { z, x, y }) => {
  const count = 2 ** z;
  const at = (value, offset) => (value / fugai.EXTENT + offset) / count;
  return [at(box[0], x), at(box[1], y), at(box[2], x), at(box[3], y)];
};

fugai.boundsOfBox = ([left, top, right, bottom]) => {
  const at = (x, y) => L.CRS.EPSG3857.pointToLatLng(L.point(x * 256, y * 256), 0);
  return L.latLngBounds([at(left, bottom), at(right, top)]);
};

/** Put the pieces of a site in several tiles together. */
fugai.growBox = (found, mark, part) => {
  const box = fugai.worldBox(mark.box, part);
  const known = found.get(mark.id);
  if (!known) {
    found.set(mark.id, { id: mark.id, properties: mark.feature.properties, box });
    return;
  }
  known.box = [
    Math.min(known.box[0], box[0]),
    Math.min(known.box[1], box[1]),
    Math.max(known.box[2], box[2]),
    Math.max(known.box[3], box[3]),
  ];
};
