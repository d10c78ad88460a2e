// The sites of a map, one by one or in rows of alike ones: which a filter keeps, what they add up to.
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

/** Add up rows of alike sites in a denominator: whole, and the covered, market, verified parts. */
fugai.addUp = (rows, denominator) => {
  const sums = { whole: 0, covered: 0, market: 0, verified: 0 };
  for (const row of rows) {
    const amount = row[denominator];
    sums.whole += amount;
    for (const [sum, flag] of Object.entries(PARTS)) if (row.properties[flag]) sums[sum] += amount;
  }
  return sums;
};

/** How many there are of something among rows. */
fugai.sumOf = (rows, name) => rows.reduce((sum, row) => sum + row[name], 0);

/** Rows by a key, in the order in which keys first appear. */
fugai.groupBy = (rows, keyOf) => {
  const groups = new Map();
  for (const row of rows) {
    const key = keyOf(row);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(row);
  }
  return groups;
};
