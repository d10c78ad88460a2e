// The list of gaps: loaded kind by kind, walked through with the keyboard, decided one by one or many.
"use strict";

const PAGE = 200;
const gaps = { kind: document.getElementById("content").dataset.kind, rows: [], next: null, active: null, chosen: new Set(), total: 0, counts: {}, last: [], asked: 0 };
const part = (name) => document.querySelector(`[data-part="${name}"]`);
const filters = part("filters");
let gapsDrawn = null;

const panel = gapPanel(part("panel"), {
  onDecide: (body, file) => decide(body, file),
  onPreview: (geometry) => gapsDrawn?.showBoundary(geometry),
  onClose: () => activate(null),
});

function query(more = {}) {
  const asked = new URLSearchParams(gapsConfig.asked);
  for (const name of ["town", "neighbourhood", "q"]) if (filters.elements[name].value) asked.set(name, filters.elements[name].value);
  for (const [name, value] of Object.entries(more)) asked.set(name, value);
  return asked;
}

async function ask(path, options) {
  const answer = await fetch(path, options);
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(told.detail ?? gapSay("failed"));
  return told;
}

const isDecided = () => gaps.kind === "decided";

async function load({ fits = false, keeps = null } = {}) {
  const asked = ++gaps.asked;
  part("list").setAttribute("aria-busy", "true");
  try {
    const counts = ask(`/api/gaps?${query()}`);
    const rows = isDecided()
      ? ask(`/api/gaps?${query({ decided: true, limit: PAGE })}`)
      : ask(`/api/gaps.geojson?${query({ kind: gaps.kind, limit: PAGE })}`);
    const [numbers, found] = [await counts, await rows];
    if (asked !== gaps.asked) return;
    tellCounts(numbers.counts);
    if (isDecided()) showDecisions(found);
    else showGaps(found, fits, keeps);
  } catch (error) {
    say(error.message, true);
  } finally {
    part("list").removeAttribute("aria-busy");
  }
}

function tellCounts(byTown) {
  gaps.counts = {};
  for (const counts of Object.values(byTown)) {
    for (const [kind, count] of Object.entries(counts)) gaps.counts[kind] = (gaps.counts[kind] ?? 0) + count;
  }
  for (const told of document.querySelectorAll("[data-count]")) told.textContent = (gaps.counts[told.dataset.count] ?? 0).toLocaleString("en-US");
  part("left").textContent = isDecided() ? "" : gapSay("left", { count: (gaps.counts[gaps.kind] ?? 0).toLocaleString("en-US") });
}

function showGaps(found, fits, keeps) {
  gaps.rows = found.features.map((feature) => feature.properties);
  gaps.total = found.numberMatched;
  for (const feature of found.features) feature.properties.label = gapName(feature.properties);
  gaps.chosen = new Set([...gaps.chosen].filter((id) => gaps.rows.some((row) => row.id === id)));
  gapsDrawn?.show(found.features, fits);
  drawList();
  activate(gaps.rows.find((row) => row.id === keeps)?.id ?? null);
}

function showDecisions(found) {
  gaps.rows = [];
  gapsDrawn?.show([], false);
  activate(null);
  const rows = found.decisions.map((one) => decisionRow(one, { mayDecide: gapsConfig.mayDecide, onWithdraw: withdraw }));
  part("list").replaceChildren(...(rows.length ? rows : [gapElement("li", "empty", gapElement("p", "empty-title", gapSay("none_decided")))]));
}

function drawList() {
  const may = gapsConfig.mayDecide && gapsConfig.decisions[gaps.kind].length > 0;
  const rows = gaps.rows.map((gap) =>
    gapRow(gap, { isActive: gap.id === gaps.active, isChosen: gaps.chosen.has(gap.id), mayChoose: may, onPick: activate, onChoose: choose }),
  );
  if (!rows.length) rows.push(gapElement("li", "empty", gapElement("p", "empty-title", gapSay("none")), gapElement("p", "empty-subtitle text-secondary", gapSay(`none_${gaps.kind}`))));
  if (gaps.total > gaps.rows.length) rows.push(gapElement("li", "fugai-gaps-more text-secondary", gapSay("more", { shown: gaps.rows.length, total: gaps.total })));
  part("list").replaceChildren(...rows);
  part("all").closest("label").hidden = !may;
  document.querySelector('[data-act="lasso"]').hidden = !may;
  tellChosen();
}

function tellChosen() {
  const count = gaps.chosen.size;
  part("chosen").textContent = count ? gapSay("chosen", { count }) : gapSay("choose_all");
  part("all").checked = count > 0 && count === gaps.rows.length;
  part("all").indeterminate = count > 0 && count < gaps.rows.length;
  document.querySelector('[data-act="bulk"]').hidden = count < 2;
  gapsDrawn?.choose([...gaps.chosen]);
}

function choose(id, isChosen) {
  if (isChosen) gaps.chosen.add(id);
  else gaps.chosen.delete(id);
  tellChosen();
}

async function activate(id) {
  for (const row of part("list").querySelectorAll(".is-active")) row.classList.remove("is-active");
  gaps.active = id;
  gapsDrawn?.activate(id, true);
  if (id === null) return panel.hide();
  const row = part("list").querySelector(`[data-gap="${CSS.escape(id)}"]`);
  row?.classList.add("is-active");
  row?.scrollIntoView({ block: "nearest" });
  panel.show(gaps.rows.find((one) => one.id === id));
  try {
    const gap = await ask(`/api/gaps/${encodeURIComponent(id)}`);
    if (gaps.active === id) panel.show(gap);
  } catch (error) {
    if (gaps.active === id) say(error.message, true);
  }
}

function step(by) {
  const at = gaps.rows.findIndex((row) => row.id === gaps.active);
  const next = gaps.rows[at < 0 ? 0 : at + by];
  if (next) activate(next.id);
}

async function decide(body, file) {
  const isMany = gaps.chosen.size > 1 && gaps.active === null;
  const ids = isMany ? [...gaps.chosen] : [gaps.active];
  const at = gaps.rows.findIndex((row) => row.id === ids[0]);
  const after = gaps.rows.slice(at + 1).find((row) => !ids.includes(row.id));
  try {
    const json = (told) => ({ method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(told) });
    const made = isMany
      ? await ask("/api/gaps/decisions", json({ ...body, gaps: ids }))
      : await ask(`/api/gaps/${encodeURIComponent(ids[0])}/decision`, json(body));
    gaps.last = isMany ? made.decisions.map((one) => one.decision) : [made.decision];
    if (file) {
      const content = new FormData();
      content.append("file", file);
      await ask(`/api/gaps/decisions/${gaps.last[0]}/evidence`, { method: "POST", body: content });
    }
    gaps.chosen.clear();
    await load({ keeps: after?.id });
    say(gapSay("done", { count: ids.length, what: gapsConfig.labels.GapDecision[body.decision] }), false, gaps.last);
  } catch (error) {
    say(error.message, true);
  }
}

async function withdraw(...decisions) {
  try {
    for (const one of decisions.reverse()) {
      await ask(`/api/gaps/decisions/${one}/withdraw`, { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" });
    }
    gaps.last = [];
    await load({ keeps: gaps.active });
    say(gapSay("withdrawn"));
  } catch (error) {
    say(error.message, true);
  }
}

function say(text, isFault = false, decisions = []) {
  const told = part("said");
  told.className = `fugai-gaps-said alert ${isFault ? "alert-danger" : "alert-success"}`;
  told.replaceChildren(text);
  if (decisions.length) {
    const back = gapElement("button", "btn btn-sm ms-2", gapSay("withdraw"), " ", gapElement("kbd", "", "Z"));
    back.type = "button";
    back.addEventListener("click", () => withdraw(...decisions));
    told.append(back);
  }
  told.hidden = false;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => (told.hidden = true), isFault ? 12000 : 8000);
}

function changeKind(kind) {
  gaps.kind = kind;
  gaps.chosen.clear();
  for (const button of part("kinds").children) {
    button.classList.toggle("active", button.dataset.kind === kind);
    button.setAttribute("aria-pressed", String(button.dataset.kind === kind));
  }
  part("what").textContent = gapSay(`what_${kind}`);
  tellAddress();
  load({ fits: true });
}

/** The address names what is shown, and the exports give just that. */
function tellAddress() {
  const asked = query(isDecided() ? {} : { kind: gaps.kind });
  history.replaceState(null, "", `?${asked}`);
  for (const link of document.querySelectorAll("[data-export]")) {
    link.href = `${link.getAttribute("href").split("?")[0]}?${asked}`;
    link.hidden = isDecided();
  }
}

part("kinds").addEventListener("click", (event) => {
  const button = event.target.closest("[data-kind]");
  if (button) changeKind(button.dataset.kind);
});
filters.addEventListener("submit", (event) => event.preventDefault());
let typing = null;
filters.addEventListener("input", (event) => {
  if (event.target.name === "town") {
    for (const option of filters.elements.neighbourhood.options) {
      option.hidden = Boolean(event.target.value && option.value && option.dataset.parent !== event.target.value);
    }
    filters.elements.neighbourhood.value = "";
  }
  clearTimeout(typing);
  typing = setTimeout(() => {
    tellAddress();
    load({ fits: event.target.name !== "q" });
  }, event.target.name === "q" ? 300 : 0);
});
part("all").addEventListener("change", (event) => {
  gaps.chosen = new Set(event.target.checked ? gaps.rows.map((row) => row.id) : []);
  drawList();
});
document.querySelector('[data-act="bulk"]').addEventListener("click", () => {
  activate(null);
  panel.showMany(gaps.chosen.size, gapsConfig.decisions[gaps.kind]);
});
const lasso = document.querySelector('[data-act="lasso"]');
let stopLasso = null;
lasso.addEventListener("click", () => {
  if (stopLasso) stopLasso();
  stopLasso = stopLasso ? null : gapsDrawn?.lasso();
  lasso.setAttribute("aria-pressed", String(Boolean(stopLasso)));
});

document.addEventListener("keydown", (event) => {
  const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== "checkbox";
  if (event.key === "Escape") return isTyping ? event.target.blur() : activate(null);
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const acts = { j: () => step(1), ArrowDown: () => step(1), k: () => step(-1), ArrowUp: () => step(-1) };
  acts.x = () => {
    if (gaps.active) choose(gaps.active, !gaps.chosen.has(gaps.active));
    drawList();
  };
  acts.z = () => (gaps.last.length ? withdraw(...gaps.last) : undefined);
  if (/^[1-8]$/.test(event.key)) acts[event.key] = () => panel.press(Number(event.key));
  const todo = acts[event.key];
  if (!todo) return undefined;
  event.preventDefault();
  return todo();
});

function begin() {
  gapsDrawn = fugai.gapsMap;
  gapsDrawn.on({
    onPick: (id) => activate(id),
    onLasso: (ids) => {
      stopLasso = null;
      lasso.setAttribute("aria-pressed", "false");
      for (const id of ids) gaps.chosen.add(id);
      drawList();
      if (gaps.chosen.size > 1) document.querySelector('[data-act="bulk"]').click();
    },
  });
  changeKind(gaps.kind);
}
if (fugai.gapsMap) begin();
else document.addEventListener("fugai:gaps-map", begin, { once: true });
