// What should be visited: a list and a map to choose from, and the wish that a plan is made of.
"use strict";

const config = JSON.parse(document.getElementById("visits-config").textContent);
const say = (key, facts = {}) => config.words[key].replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "…");
const part = (name) => document.querySelector(`[data-part="${name}"]`);
const wish = part("wish");
const chosen = new Set();
const reasons = new Set();
const START_KEY = `fugai-start-${config.district}`;
let visits = [];
let start = JSON.parse(localStorage.getItem(START_KEY) ?? "null");
let startMark = null;

function tell(text, isFault = false) {
  const said = part("said");
  said.textContent = text;
  said.className = `alert py-1 px-2 mb-0 ${isFault ? "alert-danger" : "alert-info"}`;
  said.hidden = !text;
}

async function asked(method, path, body) {
  const answer = await fetch(path, { method, headers: body ? { "Content-Type": "application/json" } : {}, body: body && JSON.stringify(body) });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.detail);
  return told;
}

const filters = () => [...new FormData(part("filters"))].filter(([, value]) => value);

async function load() {
  const query = new URLSearchParams([["district", config.district], ["limit", "500"], ...filters(), ...[...reasons].map((one) => ["reason", one])]);
  const list = part("list");
  list.setAttribute("aria-busy", "true");
  try {
    const told = await asked("GET", `/api/visits/due?${query}`);
    visits = told.visits;
    for (const one of document.querySelectorAll("[data-count]")) {
      if (!reasons.size) one.textContent = told.counts[one.dataset.count] ?? 0;
    }
    part("total").textContent = say("due", { count: told.total.toLocaleString("en-US") });
    draw();
  } catch (error) {
    tell(error.message, true);
  }
  list.removeAttribute("aria-busy");
}

function rowOf(visit) {
  const row = document.createElement("li");
  row.className = "fugai-gaps-row";
  row.dataset.site = visit.site;
  const box = Object.assign(document.createElement("input"), { type: "checkbox", className: "form-check-input mt-1", checked: chosen.has(visit.site) });
  box.setAttribute("aria-label", visit.name);
  box.addEventListener("change", () => choose(visit.site, box.checked));
  const value = Object.assign(document.createElement("span"), { className: `fugai-visits-value${visit.required ? " is-required" : ""}`, textContent: visit.value, title: say("value") });
  const told = document.createElement("div");
  told.className = "fugai-gaps-told";
  const name = Object.assign(document.createElement("a"), { href: `/sites/${visit.site}`, textContent: visit.name });
  const place = Object.assign(document.createElement("div"), { className: "text-secondary small", textContent: [visit.town_name, visit.neighbourhood_name, visit.address].filter(Boolean).join(" · ") });
  const why = Object.assign(document.createElement("div"), { className: "small", textContent: visit.longitude === null ? `${visit.sentence} · ${say("no_place")}` : visit.sentence });
  told.append(name, place, why);
  row.append(box, value, told);
  row.addEventListener("click", (event) => {
    if (!event.target.closest("a, input")) fugai.gapsMap?.activate(String(visit.site), true);
  });
  return row;
}

function draw() {
  const list = part("list");
  list.replaceChildren(...visits.map(rowOf));
  if (!visits.length) list.append(Object.assign(document.createElement("li"), { className: "p-3 text-secondary", textContent: say("none_due") }));
  const features = visits
    .filter((one) => one.longitude !== null)
    .map((one) => ({ type: "Feature", id: String(one.site), geometry: { type: "Point", coordinates: [one.longitude, one.latitude] }, properties: { kind: one.reason, label: `${one.name} · ${one.sentence}` } }));
  fugai.gapsMap?.show(features, true);
  tellChosen();
}

function tellChosen() {
  fugai.gapsMap?.choose([...chosen].map(String));
  for (const box of part("list").querySelectorAll("input")) box.checked = chosen.has(Number(box.closest("li").dataset.site));
  const told = part("chosen");
  if (told) told.textContent = [chosen.size ? say("chosen", { count: chosen.size }) : say("best_first"), start ? say("start_set") : ""].filter(Boolean).join(" · ");
}

function choose(site, isIn) {
  if (isIn) chosen.add(site);
  else chosen.delete(site);
  tellChosen();
}

const seconds = (text) => text.split(":").reduce((sum, one, place) => sum + Number(one) * (place ? 60 : 3600), 0);

function wishOf() {
  const told = new FormData(wish);
  const first = new Date(`${told.get("first")}T00:00:00Z`);
  const days = [];
  for (let ahead = 0; days.length < Number(told.get("days")); ahead += 1) {
    const day = new Date(first.getTime() + ahead * 86400000);
    // Weekends are for those who name them: the first day may be one.
    if (ahead === 0 || ![0, 6].includes(day.getUTCDay())) days.push(day.toISOString().slice(0, 10));
  }
  const who = told.getAll("who").map((username) => ({ username, starts_s: seconds(told.get("starts")), ends_s: seconds(told.get("ends")), lunch: told.has("lunch"), ...(start ? { start } : {}) }));
  if (!who.length) throw new Error(say("choose_who"));
  const narrowed = Object.fromEntries(filters());
  return {
    district: config.district,
    days,
    inspectors: who,
    mode: told.get("mode"),
    most: chosen.size || Number(told.get("most")),
    keep_towns: told.has("towns"),
    balance: told.has("balance"),
    ...(chosen.size
      ? { sites: [...chosen] }
      : {
          reasons: [...reasons],
          ...(narrowed.town ? { town: narrowed.town } : {}),
          ...(narrowed.category ? { category: [narrowed.category] } : {}),
          ...(narrowed.unseen_days ? { unseen_days: Number(narrowed.unseen_days) } : {}),
        }),
  };
}

async function plan(event) {
  event.preventDefault();
  try {
    const made = await asked("POST", "/api/visit-plans", wishOf());
    location.assign(`/visits/${made.id}`);
  } catch (error) {
    tell(error.message, true);
  }
}

async function needed(button) {
  button.disabled = true;
  tell(say("making"));
  try {
    const asks = wishOf();
    if (asks.days.length < 2) asks.days = wishOf().days.concat(laterDays(asks.days[0], 20));
    const told = await asked("POST", "/api/visit-plans/days-needed", { ...asks, most: Math.max(asks.most, chosen.size) });
    tell(told.inspector_days === null ? say("needed_none", { visits: told.visits }) : say("needed_told", { visits: told.visits, days: told.inspector_days, until: told.until }));
  } catch (error) {
    tell(error.message, true);
  }
  button.disabled = false;
}

function laterDays(first, count) {
  const found = [];
  for (let ahead = 1; found.length < count; ahead += 1) {
    const day = new Date(Date.parse(`${first}T00:00:00Z`) + ahead * 86400000);
    if (![0, 6].includes(day.getUTCDay())) found.push(day.toISOString().slice(0, 10));
  }
  return found;
}

function drawStart() {
  startMark?.remove();
  const map = fugai.gapsMap?.map;
  if (!start || !map) return;
  startMark = L.circleMarker([start.lat, start.lon], { radius: 9, color: "#ffffff", weight: 2, fillColor: "#009e73", fillOpacity: 1 }).bindTooltip(say("start_here")).addTo(map);
}

function pickStart(button) {
  const map = fugai.gapsMap.map;
  button.setAttribute("aria-pressed", "true");
  map.getContainer().classList.add("fugai-lasso");
  map.once("click", (event) => {
    start = { lon: Number(event.latlng.lng.toFixed(6)), lat: Number(event.latlng.lat.toFixed(6)) };
    localStorage.setItem(START_KEY, JSON.stringify(start));
    button.setAttribute("aria-pressed", "false");
    map.getContainer().classList.remove("fugai-lasso");
    drawStart();
    tellChosen();
  });
}

part("filters").addEventListener("change", load);
part("reasons").addEventListener("click", (event) => {
  const button = event.target.closest("[data-reason]");
  if (!button) return;
  const key = button.dataset.reason;
  if (reasons.has(key)) reasons.delete(key);
  else reasons.add(key);
  button.classList.toggle("active", reasons.has(key));
  button.setAttribute("aria-pressed", String(reasons.has(key)));
  load();
});
wish?.addEventListener("submit", plan);
wish?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (button?.dataset.act === "start") pickStart(button);
  if (button?.dataset.act === "needed") needed(button);
  if (button?.dataset.act === "lasso") fugai.gapsMap.lasso();
});

function ready() {
  fugai.gapsMap.on({
    onPick: (id) => {
      choose(Number(id), !chosen.has(Number(id)));
      part("list").querySelector(`[data-site="${id}"]`)?.scrollIntoView({ block: "center" });
    },
    onLasso: (ids) => {
      for (const id of ids) chosen.add(Number(id));
      tellChosen();
    },
  });
  drawStart();
  load();
}
if (fugai.gapsMap) ready();
else document.addEventListener("fugai:gaps-map", ready, { once: true });
