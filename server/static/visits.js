// What should be visited: a list and a map to choose from, and the wish that a plan is made of.
"use strict";

const config = JSON.parse(document.getElementById("visits-config").textContent);
const say = (key, facts = {}) => config.words[key].replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "…");
const part = (name) => document.querySelector(`[data-part="${name}"]`);
const wish = part("wish");
const chosen = new Set();
const wishes = new Map();
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

/** What is special about one visit: pinned, left out, at a time, of so many minutes. */
function wishOfSite(visit) {
  const standing = wishes.get(visit.site) ?? {};
  const details = document.createElement("details");
  details.className = "small";
  details.open = Object.keys(standing).length > 0;
  const pin = Object.assign(document.createElement("select"), { className: "form-select form-select-sm" });
  for (const [key, label] of [["", say("anywhere")], ["first", say("pin_first")], ["last", say("pin_last")], ["out", say("exclude")]]) pin.append(new Option(label, key));
  pin.value = standing.pin ?? "";
  const at = Object.assign(document.createElement("input"), { type: "time", className: "form-control form-control-sm", value: standing.at ?? "" });
  const lasts = Object.assign(document.createElement("input"), { type: "number", min: 1, max: 480, className: "form-control form-control-sm", value: standing.minutes ?? "" });
  const labelled = (text, field) => {
    const label = document.createElement("label");
    label.append(text, field);
    return label;
  };
  const fields = document.createElement("div");
  fields.className = "fugai-visits-form";
  fields.append(labelled(say("pin"), pin), labelled(say("at_time"), at), labelled(say("minutes_there"), lasts));
  fields.addEventListener("change", () => {
    const values = Object.fromEntries([["pin", pin.value], ["at", at.value], ["minutes", lasts.value]].filter(([, value]) => value));
    if (Object.keys(values).length) wishes.set(visit.site, values);
    else wishes.delete(visit.site);
  });
  details.append(Object.assign(document.createElement("summary"), { textContent: say("special") }), fields);
  return details;
}

/** The wishes for single visits, as the interface takes them. */
function siteWishes() {
  const told = [...wishes].filter(([, one]) => one.pin !== "out");
  return told.map(([site, one]) => ({
    site,
    ...(one.pin ? { pin: one.pin } : {}),
    ...(one.at ? { at_s: seconds(one.at) } : {}),
    ...(one.minutes ? { minutes: Number(one.minutes) } : {}),
  }));
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
  if (wish) told.append(wishOfSite(visit));
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
    wishes: siteWishes(),
    exclude: [...wishes].filter(([, one]) => one.pin === "out").map(([site]) => site),
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
  try {
    const asks = wishOf();
    if (asks.days.length < 2) asks.days = asks.days.concat(laterDays(asks.days[0], 20));
    const made = await asked("POST", "/api/visit-plans", { ...asks, fewest: true });
    location.assign(`/visits/${made.id}`);
  } catch (error) {
    tell(error.message, true);
    button.disabled = false;
  }
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
