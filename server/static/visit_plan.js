// A plan of visits: how far it is, its routes on a map and as lists that can be dragged.
"use strict";

const config = JSON.parse(document.getElementById("visits-config").textContent);
const say = (key, facts = {}) => config.words[key].replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "…");
const part = (name) => document.querySelector(`[data-part="${name}"]`);
const COLOURS = ["#12385a", "#d55e00", "#009e73", "#b5548f", "#0072b2", "#a36a00", "#5b4fa0", "#3d7a6d"];
const POLLS_MS = 400;
let plan = null;
let dragged = null;

function tell(text, kind = "info") {
  const said = part("said");
  said.textContent = text;
  said.className = `alert py-1 px-2 mb-0 alert-${kind}`;
  said.hidden = !text;
}

async function asked(method, path, body) {
  const headers = body ? { "Content-Type": "application/json" } : {};
  if (plan) headers["If-Match"] = `"${plan.row_version}"`;
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.detail);
  return told;
}

const clock = (seconds) => `${String(Math.floor(seconds / 3600)).padStart(2, "0")}:${String(Math.floor((seconds % 3600) / 60)).padStart(2, "0")}`;
const minutes = (seconds) => Math.round(seconds / 60);
const element = (tag, className, ...children) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
};

async function load(fits) {
  const told = await fetch(`/api/visit-plans/${config.plan}`);
  plan = await told.json();
  const isMaking = ["queued", "running"].includes(plan.status);
  part("progress").hidden = !isMaking;
  part("files").hidden = plan.status !== "ready";
  if (isMaking) {
    const share = Math.round(100 * plan.progress.share);
    part("bar").style.width = `${share}%`;
    part("bar").setAttribute("aria-valuenow", share);
    part("best").textContent = plan.progress.visits === undefined ? say("making") : say("best_so_far", { visits: plan.progress.visits });
    setTimeout(() => load(true), POLLS_MS);
    return;
  }
  if (plan.error) tell(plan.error, "danger");
  draw(fits);
}

function draw(fits) {
  tellSum();
  const left = plan.unassigned.length ? [leftOut()] : [];
  part("routes").replaceChildren(...plan.routes.map(routeOf), ...left);
  fugai.routesMap?.show(plan.routes, fits);
}

function tellSum() {
  const stops = plan.routes.reduce((sum, one) => sum + one.stops.length, 0);
  const metres = plan.routes.reduce((sum, one) => sum + one.distance_m, 0);
  const travel = plan.routes.reduce((sum, one) => sum + one.travel_s, 0);
  const facts = plan.fewest ? [needed(plan.fewest)] : [];
  facts.push(
    say("sum", { stops, km: (metres / 1000).toFixed(1), minutes: minutes(travel) }),
    `${config.labels.mode[plan.mode]} · ${config.labels.basis[plan.basis] ?? ""}`,
  );
  if (plan.is_proven) facts.push(say("proven"));
  else if (plan.least_travel_s !== null) facts.push(say("bound", { points: plan.points, most: plan.most_points, least: minutes(plan.least_travel_s) }));
  for (const pin of plan.pins) {
    const stop = plan.routes.flatMap((one) => one.stops).find((one) => one.site === pin.site);
    if (stop) facts.push(say("pin_cost", { name: stop.name, minutes: minutes(pin.cost_s) }));
  }
  if (plan.beyond) facts.push(say("beyond", { count: plan.beyond }));
  part("sum").replaceChildren(...facts.map((one) => element("span", "", one)));
}

/** How many inspector-days see everything, where that was asked. */
const needed = (fewest) => (fewest.shifts === null ? say("needed_none", fewest) : say("needed_told", { ...fewest, days: fewest.shifts }));

function routeOf(route, number) {
  const colour = COLOURS[number % COLOURS.length];
  const head = element("div", "fugai-route-head");
  const who = element("b", "", `${route.inspector_name} · ${route.on}`);
  who.style.color = colour;
  const lunch = route.lunch_s === null ? "" : ` · ${say("lunch_at", { time: clock(route.lunch_s) })}`;
  head.append(who, element("span", "small text-secondary", `${clock(route.starts_s)}–${clock(route.ends_s)}${lunch} · ${(route.distance_m / 1000).toFixed(1)} km · ${say("under_way", { minutes: minutes(route.travel_s) })}`));
  const list = element("ol", "fugai-route-stops", ...route.stops.map((stop) => stopOf(stop, route, colour)));
  list.dataset.route = `${route.inspector}|${route.on}`;
  list.addEventListener("dragover", (event) => {
    event.preventDefault();
    list.classList.add("is-over");
  });
  list.addEventListener("dragleave", () => list.classList.remove("is-over"));
  list.addEventListener("drop", (event) => {
    event.preventDefault();
    list.classList.remove("is-over");
    drop(route, event.target.closest("[data-site]"));
  });
  if (!route.stops.length) list.append(element("li", "small text-secondary px-3 py-2", say("empty_route")));
  return element("section", "fugai-route", head, list);
}

function stopOf(stop, route, colour) {
  const row = element("li", `fugai-stop-row is-${stop.state}`);
  row.dataset.site = stop.site;
  const number = element("span", "fugai-stop-number", stop.state === "done" ? "✓" : String(stop.position));
  number.style.background = colour;
  const name = Object.assign(document.createElement("a"), { href: `/sites/${stop.site}`, textContent: stop.name });
  const time = element("span", "fugai-stop-time", `${clock(stop.begins_s)}–${clock(stop.ends_s)} `);
  const where = element("div", "small text-secondary", [stop.town_name, stop.neighbourhood_name, stop.address].filter(Boolean).join(" · "));
  const why = element("div", "small", [stop.sentence, say("after", { minutes: minutes(stop.travel_s) }), config.labels.state[stop.state] === config.labels.state.planned ? "" : config.labels.state[stop.state], stop.note ?? ""].filter(Boolean).join(" · "));
  const acts = element("div", "fugai-stop-acts");
  if (stop.state === "planned" && config.mayPlan) {
    row.draggable = true;
    row.addEventListener("dragstart", () => (dragged = { site: stop.site, route }));
    const act = (label, text, run) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm", textContent: text, title: label });
      button.setAttribute("aria-label", `${label}: ${stop.name}`);
      button.addEventListener("click", (event) => {
        event.stopPropagation();
        run();
      });
      acts.append(button);
    };
    act(say("up"), "↑", () => move(route, stop.site, -1));
    act(say("down"), "↓", () => move(route, stop.site, 1));
    act(say("skip"), say("skip"), () => change(route, "skip", stop));
    act(say("postpone"), say("postpone"), () => change(route, "postpone", stop));
  }
  row.append(number, element("div", "fugai-gaps-told", element("div", "", time, name), where, why), acts);
  row.addEventListener("click", () => activate(stop.site, true));
  return row;
}

function leftOut() {
  const list = element("ul", "mb-0 ps-3");
  for (const one of plan.unassigned) {
    const link = Object.assign(document.createElement("a"), { href: `/sites/${one.site}`, textContent: one.name });
    list.append(element("li", "", link, ` — ${one.reason}`));
  }
  return element("section", "fugai-left-out", element("h2", "h4", say("left_out", { count: plan.unassigned.length })), list);
}

function activate(site, follows) {
  for (const row of part("routes").querySelectorAll("[data-site]")) {
    const isIt = Number(row.dataset.site) === site;
    row.classList.toggle("is-active", isIt);
    if (isIt && !follows) row.scrollIntoView({ block: "center" });
  }
  fugai.routesMap?.activate(site, follows);
}

const planned = (route) => route.stops.filter((one) => one.state === "planned").map((one) => one.site);

async function order(routes) {
  try {
    plan = await asked("PUT", `/api/visit-plans/${config.plan}/routes`, routes);
    tell(plan.breaches.length ? plan.breaches.map((one) => one.sentence).join(" ") : say("ordered"), plan.breaches.length ? "warning" : "info");
    draw(false);
  } catch (error) {
    tell(error.message, "danger");
    load(false);
  }
}

const orderOf = (route, sites) => ({ inspector: route.inspector, on: route.on, sites });

function move(route, site, step) {
  const sites = planned(route);
  const place = sites.indexOf(site);
  const other = place + step;
  if (other < 0 || other >= sites.length) return;
  [sites[place], sites[other]] = [sites[other], sites[place]];
  order([orderOf(route, sites)]);
}

/** A stop dropped before another one, or at the end of a route; it may come from another route. */
function drop(route, before) {
  if (!dragged) return;
  const { site, route: from } = dragged;
  dragged = null;
  const sites = planned(route).filter((one) => one !== site);
  const place = before ? sites.indexOf(Number(before.dataset.site)) : -1;
  sites.splice(place < 0 ? sites.length : place, 0, site);
  const orders = [orderOf(route, sites)];
  if (from !== route) orders.push(orderOf(from, planned(from).filter((one) => one !== site)));
  order(orders);
}

async function change(route, what, stop) {
  const note = prompt(say(`${what}_why`, { name: stop.name }), "");
  if (note === null) return;
  try {
    plan = await asked("POST", `/api/visit-plans/${config.plan}/replan`, { inspector: route.inspector, on: route.on, [what]: [{ site: stop.site, note }] });
    tell(say("replanned"));
    draw(false);
  } catch (error) {
    tell(error.message, "danger");
  }
}

document.querySelector('[data-act="stop"]').addEventListener("click", () => asked("POST", `/api/visit-plans/${config.plan}/stop`).catch((error) => tell(error.message, "danger")));

function ready() {
  fugai.routesMap.on({ onPick: (site) => activate(site, false) });
  load(true);
}
if (fugai.routesMap) ready();
else document.addEventListener("fugai:routes-map", ready, { once: true });
