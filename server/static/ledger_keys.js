// The ledger by keyboard: / searches, arrows move, Enter opens, Space selects, Ctrl+A selects all.
"use strict";

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches("input, select, textarea");
  if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    FILTERS.elements.q.focus();
    FILTERS.elements.q.select();
  }
});

FILTERS.elements.q.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "Enter") return;
  event.preventDefault();
  document.getElementById("ledger").focus();
  move((rows) => rows[0]);
});

document.getElementById("ledger").addEventListener("keydown", (event) => {
  if (event.target.matches("input, select, a, button")) return;
  const act = KEYS[event.key];
  if (!act || (event.key === "a" && !event.ctrlKey && !event.metaKey)) return;
  event.preventDefault();
  act();
});

const PAGE_ROWS = 15;
const step = (by) => () =>
  move((rows, at) => rows[Math.min(rows.length - 1, Math.max(0, at + by))]);

const KEYS = {
  ArrowDown: step(1),
  ArrowUp: step(-1),
  PageDown: step(PAGE_ROWS),
  PageUp: step(-PAGE_ROWS),
  Home: () => move((rows) => rows[0]),
  End: () => move((rows) => rows.at(-1)),
  Enter: () => current()?.getElement().querySelector("a")?.click(),
  " ": () => config.mayEdit && current()?.toggleSelect(),
  a: () => config.mayEdit && ledger.table.selectRow("active"),
  Escape: () => ledger.table.deselectRow(),
};

// The rows as they stand, found anew when filter or order change: a key must not search thousands.
const standing = { rows: null, places: null };
const forget = () => {
  standing.rows = null;
};

function found() {
  if (standing.rows === null) {
    standing.rows = ledger.table.getRows("active");
    standing.places = new Map(standing.rows.map((row, place) => [row.getIndex(), place]));
  }
  return standing;
}

const current = () => {
  const { rows, places } = found();
  return rows[places.get(ledger.active)];
};

function move(choose) {
  const { rows, places } = found();
  if (!rows.length) return;
  const next = choose(rows, places.get(ledger.active) ?? -1);
  current()?.getElement().classList.remove("fugai-active");
  ledger.active = next.getIndex();
  ledger.table.scrollToRow(next, "nearest", false).catch(() => {
    // The row is drawn already.
  });
  next.getElement().classList.add("fugai-active");
}

document.addEventListener("ledger:ready", () => {
  for (const event of ["dataFiltered", "dataSorted", "dataProcessed", "dataLoaded"]) ledger.table.on(event, forget);
});
