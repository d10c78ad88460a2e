// What wants a label: towns with their rate, neighbourhoods, and sites, the largest first.
"use strict";

const EVERY_ZOOM = 30;
const SITE_NAMES_FROM = 15.5;
const LONE_NAMES_FROM = 17.5;

fugai.labelled = (view) => {
  const placed = view.register.divisions.map((feature) => ({
    ...feature.properties,
    at: fugai.middleOf(view, feature),
  }));
  const known = placed.filter((one) => one.at);
  return [
    ...known.filter((one) => one.kind === "town").map((town) => fugai.townLabel(view, town)),
    ...known.filter((one) => one.kind === "neighbourhood").map(fugai.neighbourhoodLabel),
    ...fugai.siteLabels(view),
  ];
};

fugai.townLabel = (view, { code, name, at }) => {
  const denominator = view.denominator();
  const sums = fugai.addUp(view.byTown.get(code) || [], denominator.key);
  const missing = sums.whole - sums.covered;
  const [count, whole] = [missing, sums.whole].map((one) => view.amounts.number(one, denominator));
  const togo = missing > 0 ? fugai.fill(view.words.missing_short, { count, whole }) : `✓ ${whole}`;
  const note = sums.whole ? `${fugai.percent(sums.covered, sums.whole)} ${togo}` : "—";
  return {
    at,
    from: 0,
    to: SITE_NAMES_FROM - 0.5,
    size: 14,
    lines: [name, note],
    kind: "is-town",
    onClick: () => view.toggleTown(code),
  };
};

fugai.neighbourhoodLabel = ({ name, at }) => ({
  at,
  from: 13.5,
  to: EVERY_ZOOM,
  size: 11,
  lines: [name],
  kind: "is-neighbourhood",
});

fugai.siteLabels = (view) => {
  if (view.map.getZoom() < SITE_NAMES_FROM) return [];
  return view.tiles
    .outlined()
    .filter(({ properties }) => properties.name)
    .sort((a, b) => (b.properties.households || 0) - (a.properties.households || 0) || a.id - b.id)
    .map(({ box, properties }) => ({
      at: fugai.boundsOfBox(box).getCenter(),
      from: properties.category === "standalone_building" ? LONE_NAMES_FROM : SITE_NAMES_FROM,
      to: EVERY_ZOOM,
      size: 11,
      lines: [properties.name],
      kind: "is-site",
    }));
};

/** Where a division's name goes: into its largest part, else amid the sites of a town. */
fugai.middleOf = (view, feature) => {
  if (feature.middle === undefined) feature.middle = fugai.findMiddle(view.register.extents, feature);
  return feature.middle;
};

fugai.findMiddle = (extents, { geometry, properties }) => {
  if (geometry) {
    const largest = geometry.coordinates.reduce((a, b) => (b[0].length > a[0].length ? b : a));
    return L.PolyUtil.polygonCenter(L.GeoJSON.coordsToLatLngs(largest[0]), L.CRS.EPSG3857);
  }
  const extent = extents[properties.code];
  return extent ? fugai.boundsOfExtent(extent).getCenter() : null;
};
