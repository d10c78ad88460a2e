// The sites of a map: which ones a filter keeps, and what they add up to.
"use strict";

fugai.UNREPORTED = "unreported";

/** A filter that keeps everything. */
fugai.emptyFilter = () => ({
  town: null,
  covered: null,
  category: new Set(),
  management_type: new Set(),
  inspection_status: new Set(),
});

/** The values of a site under a heading; a site may tick several management types. */
fugai.valuesOf = (site, heading) => {
  const p = site.properties;
  if (heading === "management_type") return p.effective_types.length ? p.effective_types : [fugai.UNREPORTED];
  if (heading === "inspection_status") return [p.inspection_status];
  if (heading === "gap") {
    if (p.covered) return ["covered"];
    return [p.category === "standalone_building" ? "standalone_uncovered" : "community_uncovered"];
  }
  return [p.category || fugai.UNREPORTED];
};

/** Whether a filter keeps a site; `except` leaves one heading out of account. */
fugai.keeps = (filter, site, except) => {
  const p = site.properties;
  if (filter.town !== null && except !== "town" && p.town !== filter.town) return false;
  if (filter.covered !== null && p.covered !== filter.covered) return false;
  return ["category", "management_type", "inspection_status"].every(
    (heading) =>
      filter[heading].size === 0 ||
      fugai.valuesOf(site, heading).some((value) => filter[heading].has(value)),
  );
};

const PARTS = { covered: "covered", market: "market_covered", verified: "verified" };

/** Add up some sites in a denominator: whole, and the covered, market and verified parts. */
fugai.addUp = (sites, denominator) => {
  const sums = { whole: 0, covered: 0, market: 0, verified: 0, sites: 0 };
  for (const site of sites) {
    const p = site.properties;
    const amount = denominator === "sites" ? 1 : p[denominator] || 0;
    sums.sites += 1;
    sums.whole += amount;
    for (const [sum, flag] of Object.entries(PARTS)) if (p[flag]) sums[sum] += amount;
  }
  return sums;
};

/** Sites by a key, in the order in which keys first appear. */
fugai.groupBy = (sites, keyOf) => {
  const groups = new Map();
  for (const site of sites) {
    const key = keyOf(site);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(site);
  }
  return groups;
};
