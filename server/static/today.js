// An inspector's day on a phone: its stops and map, with a network or without.
"use strict";

const config = JSON.parse(document.getElementById("today-config").textContent);
const say = (key, facts = {}) => config.words[key].replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "…");
const part = (name) => document.querySelector(`[data-part="${name}"]`);
const clock = (seconds) => `${String(Math.floor(seconds / 3600)).padStart(2, "0")}:${String(Math.floor((seconds % 3600) / 60)).padStart(2, "0")}`;
const element = (tag, className, ...children) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
};
const button = (text, act, className = "btn") => {
  const made = Object.assign(document.createElement("button"), { type: "button", className, textContent: text });
  made.addEventListener("click", act);
  return made;
};

let day = null;

function tell(text, kind = "info") {
  const said = part("said");
  said.textContent = text;
  said.className = `alert alert-${kind} m-2 py-2`;
  said.hidden = !text;
}

const sync = new FugaiSync({ onChange: () => draw(), onLogin: () => tell(say("login_again"), "warning") });

/** The day from the server; what is known only here (records, skipped stops) is laid over it. */
async function load() {
  try {
    const answer = await fetch(`/api/visits/today?on=${config.on}`);
    if (answer.status === 401) location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
    if (!answer.ok) throw new Error((await answer.json()).detail);
    day = await answer.json();
    await fugaiStore.keepDay(day);
  } catch (error) {
    day = await fugaiStore.day(config.on);
    if (!day) return tell(error instanceof TypeError ? say("nothing_kept") : error.message, "warning");
  }
  await layOver();
  draw(true);
}

async function layOver() {
  for (const record of await fugaiStore.records()) {
    const stop = day.stops.find((one) => one.site === record.body.site);
    if (stop && record.body.plan === day.plan?.id) Object.assign(stop, { state: "done", isHere: record.state !== "sent" });
  }
  for (const skip of await fugaiStore.skips()) {
    const stop = day.stops.find((one) => one.site === skip.site);
    if (stop && stop.state === "planned") Object.assign(stop, { state: skip.what === "skip" ? "skipped" : "postponed", note: skip.note });
  }
}

async function draw(fits = false) {
  if (!day) return;
  const records = await fugaiStore.records();
  const open = records.filter((one) => one.state !== "sent");
  const photos = (await Promise.all(records.map((one) => fugaiStore.photos(one.client_id)))).flat().filter((one) => !one.sent);
  const state = part("state");
  state.textContent = open.length || photos.length ? say("to_send", { records: open.length, photos: photos.length }) : say("all_sent");
  state.classList.toggle("btn-warning", Boolean(open.length || photos.length));
  const done = day.stops.filter((one) => one.state === "done").length;
  part("title").textContent = say("title_of", { day: day.on });
  part("facts").textContent = day.stops.length ? say("facts", { done, all: day.stops.length }) + (navigator.onLine ? "" : ` · ${say("offline")}`) : "";
  const unfolded = new Set([...part("stops").querySelectorAll("details[open]")].map((one) => one.dataset.site));
  part("stops").replaceChildren(...day.stops.map((stop) => stopOf(stop, unfolded)));
  if (!day.stops.length) part("stops").append(element("li", "p-3 text-secondary", say("no_stops")));
  drawQueue(records);
  if (day.route) fugai.routesMap?.show([{ ...day.route, stops: day.stops }], fits);
  document.body.dataset.ready = "true";
}

function stopOf(stop, unfolded) {
  const details = document.createElement("details");
  details.className = `fugai-today-stop is-${stop.state}`;
  details.dataset.site = stop.site;
  details.open = unfolded.has(String(stop.site)) || location.hash === `#${stop.site}`;
  const number = element("span", "fugai-today-number", stop.state === "done" ? "✓" : String(stop.position));
  const head = element("span", "", element("b", "", stop.name), element("br", ""), element("span", "small text-secondary", [clock(stop.begins_s), stop.sentence, stop.note].filter(Boolean).join(" · ")));
  const state = element("span", "small", stop.isHere ? say("on_device") : stop.state === "planned" ? "" : config.labels.state[stop.state]);
  details.append(element("summary", "", number, head, state), bodyOf(stop));
  details.addEventListener("toggle", () => details.open && fugai.routesMap?.activate(stop.site, true));
  return element("li", "", details);
}

function bodyOf(stop) {
  const facts = element("dl", "fugai-today-facts");
  for (const one of stop.facts) facts.append(element("dt", "", one.label), element("dd", "", one.value));
  const acts = element("div", "btn-list");
  if (stop.state !== "done") acts.append(button(say("record"), () => form.open(stop, kept), "btn btn-primary"));
  const links = navigationOf(stop);
  if (stop.state === "planned") acts.append(button(say("skip"), () => leave(stop, "skip")), button(say("postpone"), () => leave(stop, "postpone")));
  const findings = stop.findings.map((one) => element("div", "fugai-today-finding", `${one.clause} ${one.description} · ${one.status} · ${say("until", { day: one.due_on })}`));
  return element("div", "fugai-today-body", facts, ...findings, acts, links);
}

function navigationOf(stop) {
  const isApple = /iPhone|iPad|Macintosh/.test(navigator.userAgent);
  const wanted = isApple ? ["amap_ios", "baidu", "tencent", "apple"] : ["amap_android", "baidu", "tencent"];
  const links = element("div", "btn-list");
  for (const one of wanted) {
    links.append(Object.assign(document.createElement("a"), { className: "btn btn-sm", href: stop.links[one], textContent: say(one) }));
  }
  return links;
}

function drawQueue(records) {
  const queue = part("queue");
  const told = records.filter((one) => one.state !== "sent");
  queue.hidden = !told.length;
  queue.replaceChildren(element("b", "", say("queue")), ...told.map(queued));
}

function queued(record) {
  const row = element("div", "py-1", `${record.name} · ${say(`state_${record.state}`)}${record.fault ? ` · ${record.fault}` : ""}`);
  if (record.state === "refused") row.append(" ", button(say("again"), () => settle(record, {})));
  if (record.state !== "conflict") return row;
  const box = element("div", "fugai-today-conflict");
  for (const one of record.conflicts) {
    const shown = (value) => (value === null ? "—" : typeof value === "object" ? JSON.stringify(value) : String(value));
    box.append(element("div", "", element("b", "", config.labels.column[one.field] ?? one.field), element("div", "", `${say("here")}: ${shown(one.yours)}`), element("div", "", `${say("there")}: ${shown(one.theirs)}`)));
  }
  box.append(
    element("div", "btn-list", button(say("take_here"), () => settle(record, { row_version: record.theirs }), "btn btn-primary"), button(say("take_there"), () => takeTheirs(record))),
  );
  row.append(box);
  return row;
}

async function settle(record, values) {
  await fugaiStore.change(record.client_id, { state: "pending", fault: null, body: { ...record.body, ...values } });
  sync.run();
}

async function takeTheirs(record) {
  await fugaiStore.change(record.client_id, { state: "sent", fault: null });
  draw();
}

async function kept(stop) {
  Object.assign(stop, { state: "done", isHere: true });
  tell(say("kept_here"), "success");
  await draw();
  sync.run();
}

/** Leave a stop out and put the rest in a new order, from where the last one was done. */
async function leave(stop, what) {
  const note = prompt(say(`${what}_why`, { name: stop.name }), "");
  if (note === null) return;
  const now = new Date();
  const now_s = now.getHours() * 3600 + now.getMinutes() * 60;
  const isToday = now.toLocaleDateString("sv", { timeZone: "Asia/Shanghai" }) === day.on;
  await fugaiStore.keepSkip({ plan: day.plan.id, inspector: day.inspector, on: day.on, site: stop.site, what, note, ...(isToday ? { now_s } : {}) });
  Object.assign(stop, { state: what === "skip" ? "skipped" : "postponed", note });
  reorder();
  await fugaiStore.keepDay(day);
  await draw(true);
  await sync.run();
  if (navigator.onLine && !(await fugaiStore.skips()).length) load();
}

function reorder() {
  const places = new Map(day.stops.map((one, place) => [one, place]));
  const settled = day.stops.filter((one) => one.state !== "planned");
  const rest = day.stops.filter((one) => one.state === "planned");
  if (!rest.length || !day.travel_s.length) return;
  const last = [...settled].reverse().find((one) => one.state === "done");
  const from = last ?? rest[0];
  const end = day.stops.length;
  const order = fugaiGround.order(places.get(from), rest.filter((one) => one !== from).map((one) => places.get(one)), end, day.travel_s);
  const ordered = [...(last ? [] : [from]), ...order.map((place) => day.stops[place])];
  const all = [...settled, ...ordered];
  let now = last ? last.ends_s : rest[0].begins_s - rest[0].travel_s;
  let at = last ? places.get(last) : null;
  for (const [place, one] of ordered.entries()) {
    const lasts = one.ends_s - one.begins_s;
    now += at === null ? one.travel_s : day.travel_s[at][places.get(one)];
    Object.assign(one, { arrives_s: now, begins_s: now, ends_s: now + lasts, position: settled.length + place + 1 });
    now += lasts;
    at = places.get(one);
  }
  const order_of = all.map((one) => places.get(one)).concat(end);
  day.travel_s = order_of.map((row) => order_of.map((column) => day.travel_s[row][column]));
  day.stops = all;
  if (day.route) day.route = { ...day.route, line: [] };
}

/** Keep everything that opens this page again: files, the day, and the map of its ground. */
function keepAlong(worker) {
  const files = [...document.querySelectorAll("script[src], link[rel=stylesheet], link[rel=icon], link[rel=manifest], img[src]")].map((one) => one.src || one.href);
  const loaded = performance.getEntriesByType("resource").map((one) => one.name);
  const own = [...files, ...loaded].filter((one) => new URL(one).origin === location.origin && !/\/api\/(events|visits\/today)|worker\.js/.test(one));
  worker.postMessage({ keep: [location.pathname, ...own, ...tilesAround()] });
}

function tilesAround() {
  const tiles = fugai.tilesOf(fugai.routesMap.map);
  const bounds = L.latLngBounds(day.stops.filter((one) => one.longitude !== null).map((one) => [one.latitude, one.longitude]));
  if (!bounds.isValid()) return [];
  const around = bounds.pad(0.1);
  const found = [];
  for (const z of [12, 13, 14, 15]) {
    const at = (latlng) => L.CRS.EPSG3857.latLngToPoint(latlng, z).divideBy(256).floor();
    const [a, b] = [at(around.getNorthWest()), at(around.getSouthEast())];
    for (let x = a.x; x <= b.x; x += 1) {
      for (let y = a.y; y <= b.y && found.length < 1500; y += 1) {
        for (const theme of ["ground", "sites"].filter((one) => !tiles.source.isArchived(one))) found.push(tiles.source.addressOf(theme, { z, x, y }, tiles.source.version(theme, { z, x, y })));
      }
    }
  }
  return found.map((one) => new URL(one, location.href).href);
}

async function begin() {
  if ("serviceWorker" in navigator) {
    navigator.serviceWorker.addEventListener("message", ({ data }) => {
      if (data.kept === data.of) document.body.dataset.kept = "true";
      part("facts").title = say("kept_files", { done: data.kept, all: data.of });
    });
    await navigator.serviceWorker.register("/visits/worker.js").catch(() => tell(say("no_worker"), "warning"));
  }
  navigator.storage?.persist?.();
  await sync.run();
  await load();
  const tiles = fugai.tilesOf(fugai.routesMap.map);
  tiles.begin().catch(() => {});
  const ready = await navigator.serviceWorker?.ready;
  if (ready?.active && day && navigator.onLine) {
    await tiles.live.known;
    keepAlong(ready.active);
  }
}

const form = new FugaiForm(part("form"), config, { get plan() { return day.plan; }, get off_site_m() { return day.off_site_m; } });
document.querySelector('[data-act="sync"]').addEventListener("click", () => sync.run());
document.querySelector('[data-act="forget"]').addEventListener("click", async () => {
  if (!(await fugaiStore.forget())) return tell(say("forget_later"), "warning");
  (await navigator.serviceWorker?.ready)?.active?.postMessage({ forget: true });
  tell(say("forgotten"));
});
window.addEventListener("offline", () => draw());
window.addEventListener("online", () => draw());
if (fugai.routesMap) begin();
else document.addEventListener("fugai:routes-map", begin, { once: true });
