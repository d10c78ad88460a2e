// The ledger as a table: rows come once, are filtered here, and the address tells the filters.
"use strict";

const config = JSON.parse(document.getElementById("ledger-config").textContent);
const say = (key, facts = {}) =>
  config.words[key].replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "…");

const ledger = { table: null, rows: [], divisions: {}, active: null };
const FILTERS = document.getElementById("filters");
const REMEMBERED = "fugai.ledger.columns";
const isPhone = matchMedia("(max-width: 767.98px)").matches;

const element = (tag, text = "", className = "") => {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) made.className = className;
  return made;
};

const tags = (keys, group) => {
  const holder = element("span");
  for (const key of keys.length ? keys : [null]) {
    const tag = element("span", "", "fugai-tag");
    const colour = element("i");
    colour.style.background = key === null ? config.unreportedColour : config.colours[key];
    tag.append(colour, key === null ? config.unreported : config.labels[group][key]);
    holder.append(tag);
  }
  return holder;
};

const daysSince = (day) =>
  Math.round((Date.parse(config.asked.on) - Date.parse(day)) / 86_400_000);

const draw = {
  name(cell) {
    const row = cell.getData();
    const holder = element("span");
    const link = element("a", row.name);
    link.href = `/sites/${row.site_id}${config.isPast ? `?on=${config.asked.on}` : ""}`;
    holder.append(link);
    if (isPhone) {
      const place = [ledger.divisions[row.town_code], ledger.divisions[row.neighbourhood_code]];
      holder.append(element("div", place.filter(Boolean).join(" · "), "text-secondary small"));
    }
    return holder;
  },
  covered(cell) {
    const row = cell.getData();
    const holder = element("span");
    const text = say(row.is_covered ? "sites.covered" : "sites.uncovered");
    holder.append(element("span", text, `badge ${row.is_covered ? "bg-green-lt" : "bg-red-lt"}`));
    if (row.uncovered_since) {
      const since = say("sites.since", { days: daysSince(row.uncovered_since) });
      holder.append(element("span", since, isPhone ? "d-block small fugai-missing" : "small fugai-missing ms-2"));
    }
    return holder;
  },
  missing(cell) {
    const names = cell.getData().missing;
    if (!names.length) return element("span", say("sites.complete"), "fugai-complete");
    const told = element("span", say("sites.missing_count", { count: names.length }), "fugai-missing");
    told.title = names.map((name) => config.fields[name]).join("、");
    return told;
  },
  slots(cell) {
    const count = cell.getValue();
    return element("span", `${count} / ${config.slots}`, count < config.slots ? "fugai-missing" : "fugai-complete");
  },
  overdue: (cell) => (cell.getValue() ? element("span", String(cell.getValue()), "fugai-missing") : element("span")),
  place: (cell) => document.createTextNode(ledger.divisions[cell.getValue()] ?? ""),
  number: (cell) =>
    cell.getValue() == null
      ? element("span", config.unreported, "text-secondary")
      : document.createTextNode(cell.getValue().toLocaleString("en-US")),
  year: (cell) => document.createTextNode(cell.getValue() ?? ""),
  text: (cell) => document.createTextNode(cell.getValue() ?? ""),
  star: (cell) => document.createTextNode(config.labels.ServiceStar[cell.getValue()] ?? ""),
  category: (cell) => tags(cell.getValue() ? [cell.getValue()] : [], "Category"),
  types: (cell) => tags(cell.getValue(), "ManagementType"),
  status: (cell) => tags([cell.getValue()], "InspectionStatus"),
};

// Below its name a column may have a field of its own to narrow by: part of a text, or a least number.
const byText = { headerFilter: "input", headerFilterFunc: "like" };
const byNumber = { headerFilter: "input", headerFilterFunc: ">=", headerFilterPlaceholder: "≥" };

const sortByPlace = (one, other) => (ledger.order.get(one) ?? 1e9) - (ledger.order.get(other) ?? 1e9);
const sortByCount = (one, other) => one.length - other.length;
const column = (title, field, formatter, more = {}) => ({ title, field, formatter, ...more });
const right = { hozAlign: "right", headerHozAlign: "right", sorter: "number" };

function columns() {
  const label = config.fields;
  const found = [
    column(say("sites.name"), "name", draw.name, { minWidth: 150, widthGrow: 2, frozen: !isPhone, ...byText }),
    column(label.external_id, "external_id", draw.text, { visible: false, width: 130, ...byText }),
    column(say("towns.town"), "town_code", draw.place, { width: 104, sorter: sortByPlace }),
    column(say("towns.neighbourhood"), "neighbourhood_code", draw.place, { width: 130, sorter: sortByPlace }),
    column(label.address, "address", draw.text, { visible: innerWidth > 1700, minWidth: 160, widthGrow: 2, ...byText }),
    column(say("sites.category"), "category", draw.category, { width: 116 }),
    column(say("sites.management"), "effective_types", draw.types, { width: 150, sorter: sortByCount }),
    column(label.service_star, "service_star", draw.star, { visible: false, width: 110 }),
    column(say("sites.coverage"), "is_covered", draw.covered, { minWidth: isPhone ? 96 : 196, widthGrow: isPhone ? 0.6 : 1 }),
    column(say("sites.households"), "households", draw.number, { width: 108, ...right, ...byNumber }),
    column(label.buildings, "buildings", draw.number, { visible: false, width: 100, ...right, ...byNumber }),
    column(label.floor_area_m2, "floor_area_m2", draw.number, { visible: false, width: 140, ...right, ...byNumber }),
    column(label.built_year, "built_year", draw.year, { visible: false, width: 100, ...right, ...byNumber }),
    column(label.occupied_households, "occupied_households", draw.number, { visible: false, width: 120, ...right, ...byNumber }),
    column(label.company, "company", draw.text, { visible: innerWidth > 1500, minWidth: 150, widthGrow: 1, ...byText }),
    column(say("sites.status"), "inspection_status", draw.status, { width: 112 }),
    column(say("sites.missing"), "missing", draw.missing, { width: 98, sorter: sortByCount }),
    column(say("sites.slots"), "told_slots", draw.slots, { width: 108, ...right }),
    column(say("sites.overdue"), "overdue", draw.overdue, { visible: innerWidth > 1500, width: 108, ...right }),
  ];
  const essential = ["name", "is_covered", "missing"];
  const chosen = remembered();
  for (const one of found) {
    if (isPhone) one.visible = essential.includes(one.field);
    else if (chosen) one.visible = chosen.includes(one.field);
  }
  if (config.mayEdit && !isPhone)
    found.unshift({ formatter: "rowSelection", titleFormatter: "rowSelection", titleFormatterParams: { rowRange: "active" }, headerSort: false, width: 44, frozen: true, hozAlign: "center", headerHozAlign: "center" });
  return found;
}

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(REMEMBERED));
  } catch {
    return null;
  }
}

// Filters: what the bar says, as one test of a row; the address says the same.
const asked = () => Object.fromEntries([...new FormData(FILTERS)].filter(([, value]) => value !== ""));

function keeps(wanted) {
  const terms = (wanted.q ?? "").normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
  const isOneOf = (keys, key) => (key === "unreported" ? !keys.length : keys.includes(key));
  const tests = [
    wanted.town && ((row) => row.town_code === wanted.town),
    wanted.neighbourhood && ((row) => row.neighbourhood_code === wanted.neighbourhood),
    wanted.category && ((row) => isOneOf(row.category ? [row.category] : [], wanted.category)),
    wanted.management_type && ((row) => isOneOf(row.effective_types, wanted.management_type)),
    wanted.inspection_status && ((row) => row.inspection_status === wanted.inspection_status),
    wanted.covered && ((row) => String(row.is_covered) === wanted.covered),
    wanted.incomplete && ((row) => row.missing.length > 0),
    wanted.slots_missing && ((row) => row.told_slots < config.slots),
    wanted.overdue && ((row) => row.overdue > 0),
    terms.length && ((row) => terms.every((term) => row.sought.includes(term))),
  ].filter(Boolean);
  return (row) => tests.every((test) => test(row));
}

function filter() {
  const wanted = asked();
  const query = new URLSearchParams({ ...config.asked, ...wanted });
  history.replaceState(null, "", `?${query}`);
  document.getElementById("workbook").href = `/ledger.xlsx?${query}`;
  ledger.table.setFilter(keeps(wanted));
}

function fillFilters() {
  const query = new URLSearchParams(location.search);
  for (const field of FILTERS.elements) {
    if (!field.name || !query.has(field.name)) continue;
    if (field.type === "checkbox") field.checked = query.get(field.name) === "true";
    else field.value = query.get(field.name);
  }
}

function tell(shown) {
  const count = shown.toLocaleString("en-US");
  document.getElementById("shown-count").textContent = say("sites.shown", { shown: count, total: ledger.rows.length.toLocaleString("en-US") });
  const isEmpty = shown === 0;
  document.getElementById("nothing").hidden = !isEmpty;
  document.getElementById("ledger").classList.toggle("fugai-is-empty", isEmpty);
  document.getElementById("nothing-text").textContent = say(ledger.rows.length ? "sites.nothing" : "sites.none_yet");
  document.getElementById("nothing-yet").hidden = ledger.rows.length > 0;
  document.getElementById("nothing-found").hidden = !ledger.rows.length;
}

function offerColumns() {
  const holder = document.getElementById("column-choice");
  for (const one of ledger.table.getColumns()) {
    const { title, field } = one.getDefinition();
    if (!field || field === "name") continue;
    const label = element("label", "", "dropdown-item form-check m-0");
    const box = element("input", "", "form-check-input ms-0 me-2");
    box.type = "checkbox";
    box.checked = one.isVisible();
    box.dataset.column = field;
    box.addEventListener("change", () => {
      if (box.checked) one.show();
      else one.hide();
      const shown = ledger.table.getColumns().filter((each) => each.isVisible());
      localStorage.setItem(REMEMBERED, JSON.stringify(shown.map((each) => each.getField()).filter(Boolean)));
    });
    label.append(box, title);
    holder.append(label);
  }
}

async function load() {
  const answer = await fetch(config.source);
  if (!answer.ok) throw new Error(String(answer.status));
  const told = await answer.json();
  ledger.divisions = Object.fromEntries(told.divisions);
  ledger.order = new Map(told.divisions.map(([code], index) => [code, index]));
  ledger.rows = told.rows.map((row) => {
    const made = Object.fromEntries(told.columns.map((name, index) => [name, row[index]]));
    made.sought = `${made.name} ${made.address ?? ""} ${made.external_id ?? ""} ${made.pinyin}`.normalize("NFKC").toLowerCase();
    return made;
  });
}

async function start() {
  await load();
  fillFilters();
  ledger.table = new Tabulator("#ledger", {
    data: ledger.rows,
    index: "site_id",
    columns: columns(),
    columnDefaults: { headerTooltip: true, headerWordWrap: true },
    layout: "fitColumns",
    height: "100%",
    selectableRows: "highlight",
    headerSortTristate: true,
    initialFilter: [],
    keybindings: false,
    rowFormatter: (row) => row.getElement().classList.toggle("fugai-active", row.getIndex() === ledger.active),
  });
  await new Promise((done) => ledger.table.on("tableBuilt", done));
  ledger.narrow = fields.watchTown(FILTERS);
  offerColumns();
  ledger.table.on("dataFiltered", (_, rows) => tell(rows.length));
  filter();
  let typing;
  FILTERS.addEventListener("input", ({ target }) => {
    clearTimeout(typing);
    typing = setTimeout(filter, target.name === "q" ? 120 : 0);
  });
  FILTERS.addEventListener("submit", (event) => event.preventDefault());
  FILTERS.addEventListener("reset", () =>
    setTimeout(() => {
      ledger.narrow();
      ledger.table.clearHeaderFilter();
      filter();
    }),
  );
  const more = document.getElementById("more-filters");
  more.addEventListener("click", () => more.setAttribute("aria-expanded", String(FILTERS.classList.toggle("fugai-open"))));
  const toggle = document.getElementById("header-filters");
  toggle.addEventListener("click", () => {
    const isOpen = document.querySelector(".fugai-ledger").classList.toggle("fugai-column-filters");
    toggle.setAttribute("aria-pressed", String(isOpen));
    if (!isOpen) ledger.table.clearHeaderFilter();
    ledger.table.redraw();
  });
  document.dispatchEvent(new CustomEvent("ledger:ready"));
  document.getElementById("ledger").dataset.ready = "true";
}

start().catch(() => {
  document.getElementById("shown-count").textContent = say("sites.failed");
});
