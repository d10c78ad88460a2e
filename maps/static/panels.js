// The figures beside the map: the rate with its formula, the towns, the legend.
"use strict";

/** What is missing to full coverage, as text; nothing where there is nothing to cover. */
fugai.togo = ({ words, amounts }, sums, denominator) => {
  const missing = sums.whole - sums.covered;
  if (missing <= 0) return sums.whole ? words.complete : "";
  const count = amounts.number(missing, denominator);
  return fugai.fill(words.missing, { count, unit: amounts.unit(denominator) });
};

/** How wide the covered part of a bar is. */
fugai.barWidth = (sums) => (sums.whole ? `${(100 * sums.covered) / sums.whole}%` : "0");

/** The head of the side panel: one rate, its formula, and the other kinds of rate. */
fugai.showHead = (view, sums, place) => {
  const { parts, words, config, amounts } = view;
  const denominator = view.denominator();
  const unit = amounts.unit(denominator);
  const number = (value) => amounts.number(value, denominator);
  parts.place.textContent = place;
  parts.rate.textContent = fugai.percent(sums.covered, sums.whole);
  parts.togo.textContent = fugai.togo(view, sums, denominator);
  parts.formula.textContent = fugai.fill(words.formula, {
    rate: words.rate,
    part: number(sums.covered),
    whole: number(sums.whole),
    unit,
  });
  parts.bar.style.width = fugai.barWidth(sums);
  parts.kinds.replaceChildren(
    ...config.kinds
      .filter((kind) => kind.key !== "covered")
      .map((kind) =>
        fugai.element(
          "div",
          {},
          fugai.element("b", {}, fugai.percent(sums[kind.key], sums.whole)),
          ` ${kind.label} `,
          fugai.element(
            "span",
            { class: "text-secondary" },
            `${number(sums[kind.key])} ÷ ${number(sums.whole)}`,
          ),
        ),
      ),
  );
};

/** The towns in official order, each with rate, formula, change and what is missing. */
fugai.showTowns = (view) => {
  const { parts, words, amounts, register } = view;
  const denominator = view.denominator();
  const number = (value) => amounts.number(value, denominator);
  const rows = view.towns.map((town) => {
    const sums = fugai.addUp(view.byTown.get(town.code) || [], denominator.key);
    const isComplete = sums.covered >= sums.whole;
    const change = register.changes[town.code];
    const isChosen = view.filter.town === town.code;
    return fugai.element(
      "div",
      { class: `fugai-town${isChosen ? " is-chosen" : ""}` },
      fugai.element(
        "button",
        {
          type: "button",
          class: "fugai-town-button",
          "data-town": town.code,
          "aria-pressed": String(isChosen),
          onclick: () => view.toggleTown(town.code),
        },
        fugai.element("span", { class: "fugai-town-name" }, town.name),
        fugai.element("span", { class: "fugai-town-rate" }, fugai.percent(sums.covered, sums.whole)),
        fugai.element(
          "span",
          { class: "progress progress-sm fugai-town-bar" },
          fugai.element("span", {
            class: "progress-bar",
            style: `width:${fugai.barWidth(sums)}`,
          }),
        ),
        fugai.element(
          "span",
          { class: "fugai-town-formula" },
          `${number(sums.covered)} ÷ ${number(sums.whole)} ${amounts.unit(denominator)}`,
          change == null
            ? ""
            : fugai.element(
                "span",
                { class: "ms-1", title: fugai.fill(words.change, { change: fugai.signed(change, words.unchanged) }) },
                `(${fugai.signed(change, words.unchanged)})`,
              ),
        ),
        fugai.element(
          "span",
          { class: isComplete ? "fugai-town-complete" : "fugai-town-missing" },
          fugai.togo(view, sums, denominator) || "—",
        ),
      ),
      register.sources.town &&
        fugai.element(
          "a",
          {
            class: "fugai-town-link",
            href: register.sources.town.replace("{code}", encodeURIComponent(town.code)),
            title: fugai.fill(words.open_town, { town: town.name }),
            "aria-label": fugai.fill(words.open_town, { town: town.name }),
          },
          "›",
        ),
    );
  });
  if (rows.length === 0) rows.push(fugai.element("div", { class: "fugai-note" }, view.nothing()));
  parts.towns.replaceChildren(...rows);
};

/** The legend: each symbol that is on the map with its count; the counts add up to the total. */
fugai.showLegend = (view, kept) => {
  const { parts, words, amounts } = view;
  const colouring = view.colouring();
  const counts = new Map();
  for (const row of kept) {
    const symbol = view.symbols.of(row, colouring);
    counts.set(symbol, (counts.get(symbol) || 0) + row.sites);
  }
  const rows = [...counts]
    .sort(([a], [b]) => a.rank - b.rank)
    .map(([symbol, count]) =>
      fugai.element(
        "li",
        { "data-symbol": symbol.key },
        fugai.element("span", { class: "fugai-swatch", style: `background:${fugai.swatch(symbol.colours)}` }),
        fugai.element("span", { class: "fugai-legend-label" }, symbol.label),
        fugai.element("span", { class: "fugai-legend-count", "data-count": count }, amounts.count(count)),
      ),
    );
  const [total, unplaced, points] = ["sites", "unplaced", "points"].map((name) => fugai.sumOf(kept, name));
  const notes = [
    unplaced ? fugai.fill(words.unplaced, { count: amounts.count(unplaced) }) : "",
    points ? fugai.fill(words.points, { count: amounts.count(points) }) : "",
    [...counts.keys()].some((symbol) => symbol.colours.length > 1) ? words.several : "",
    colouring.key === "gap" || total === 0 ? "" : words.dots,
  ];
  parts.legend.replaceChildren(
    fugai.element("div", { class: "fugai-legend-title" }, colouring.label),
    fugai.element("ul", {}, ...rows),
    fugai.element(
      "div",
      { class: "fugai-legend-total", "data-total": total },
      fugai.fill(words.shown, { total: amounts.count(total) }),
    ),
    ...notes.filter(Boolean).map((note) => fugai.element("div", { class: "fugai-legend-note" }, note)),
  );
  if (total === 0) {
    parts.legend.append(fugai.element("div", { class: "fugai-note" }, view.nothing()));
  }
};
