// The filters: town, covered or not, category, management type, inspection status.
"use strict";

const HEADINGS = ["category", "management_type", "inspection_status"];

/** How many filters are set. */
fugai.filterCount = (filter) =>
  HEADINGS.reduce((sum, heading) => sum + (filter[heading].size ? 1 : 0), 0) +
  (filter.town === null ? 0 : 1) +
  (filter.covered === null ? 0 : 1);

/** Build the filter card; every change tells the view at once. */
fugai.showFilters = (view) => {
  const { parts, words, config, filter } = view;
  const town = fugai.element(
    "select",
    {
      class: "form-select form-select-sm",
      "aria-label": words.town,
      onchange: (event) => view.chooseTown(event.target.value || null),
    },
    fugai.element("option", { value: "" }, words.all_towns),
    ...view.towns.map((one) =>
      fugai.element("option", { value: one.code, selected: one.code === filter.town }, one.name),
    ),
  );
  const choices = [
    [null, words.all],
    [true, words.covered],
    [false, words.uncovered],
  ];
  const covered = fugai.element(
    "div",
    { class: "btn-group btn-group-sm w-100", role: "group", "aria-label": words.coverage },
    ...choices.map(([value, label]) =>
      fugai.element(
        "button",
        {
          type: "button",
          class: `btn${filter.covered === value ? " btn-primary" : ""}`,
          "data-covered": String(value),
          "aria-pressed": String(filter.covered === value),
          onclick: () => view.change(() => (filter.covered = value)),
        },
        label,
      ),
    ),
  );
  parts.filters.replaceChildren(
    fugai.element(
      "div",
      { class: "fugai-filters-head" },
      fugai.element("b", {}, words.filters),
      fugai.element(
        "button",
        { type: "button", class: "btn btn-sm btn-link", onclick: () => view.clear() },
        words.clear,
      ),
    ),
    fugai.group(words.town, town),
    fugai.group(words.coverage, covered),
    ...HEADINGS.map((heading) => {
      const colouring = config.colourings.find((one) => one.key === heading);
      const boxes = colouring.entries.map((entry) => fugai.tickBox(view, heading, entry));
      return fugai.group(colouring.label, fugai.element("div", { class: "fugai-ticks" }, ...boxes));
    }),
  );
};

fugai.group = (title, content) =>
  fugai.element("fieldset", {}, fugai.element("legend", {}, title), content);

fugai.tickBox = (view, heading, entry) => {
  const chosen = view.filter[heading];
  const input = fugai.element("input", {
    type: "checkbox",
    class: "form-check-input",
    "data-filter": `${heading}:${entry.key}`,
    checked: chosen.has(entry.key),
    onchange: (event) =>
      view.change(() => chosen[event.target.checked ? "add" : "delete"](entry.key)),
  });
  return fugai.element(
    "label",
    { class: "form-check" },
    input,
    fugai.element("span", { class: "fugai-swatch", style: `background:${entry.colour}` }),
    fugai.element("span", { class: "form-check-label" }, entry.label),
  );
};
