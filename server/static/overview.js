// A district on one screen: one day moves figures and map together; two days side by side.
"use strict";

const config = JSON.parse(document.getElementById("overview-config").textContent);
const say = (key, facts = {}) => config.words[key].replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "…");
const part = (name) => document.querySelector(`[data-part="${name}"]`);
const act = (name) => document.querySelector(`[data-act="${name}"]`);
const whole = (value) => Math.round(value).toLocaleString("en-US");
const percent = (share) => (share === null || Number.isNaN(share) ? "—" : `${(100 * share).toFixed(1)}%`);
const asked = (day) => new URLSearchParams({ district: config.district, on: day });
const GAPS_SHOWN = 8;
const STEP_MS = 1200;
const known = new Map();
const state = { at: config.days.length - 1, town: null, compared: null, timer: null, rate: "claimed" };

function element(tag, text, className) {
  const made = document.createElement(tag);
  made.textContent = text ?? "";
  if (className) made.className = className;
  return made;
}

/** What is known of a day, asked once. */
function dayOf(day) {
  if (!known.has(day)) {
    const coming = fetch(`/api/overview?${asked(day)}`).then(async (answer) => {
      const told = await answer.json();
      if (!answer.ok) throw new Error(told.detail);
      return told;
    });
    coming.catch(() => known.delete(day));
    known.set(day, coming);
  }
  return known.get(day);
}

async function show() {
  const main = document.querySelector("main");
  const day = config.days[state.at];
  part("slider").value = state.at;
  part("on").textContent = day;
  main.dataset.busy = "true";
  try {
    const told = await dayOf(day);
    const second = state.compared === null ? null : await dayOf(state.compared);
    // Somebody may have gone on meanwhile.
    if (config.days[state.at] !== day) return;
    tell(told);
    draw(told, second);
    main.dataset.day = day;
    part("said").hidden = true;
  } catch (error) {
    part("said").textContent = error.message;
    part("said").className = "alert alert-danger py-1 px-2";
    part("said").hidden = false;
  }
  main.dataset.busy = "false";
}

function draw(told, second) {
  const map = fugai.overviewMap;
  if (!map) return;
  if (second) map.compare(told, state.town, state.rate, where());
  map.show(second || told, state.town, state.rate);
  if (!second) map.alone();
  for (const name of ["sides", "swipe", "line"]) part(name).hidden = !second;
  if (second) {
    part("left-day").textContent = second.on;
    part("right-day").textContent = told.on;
  }
}

/** Where the handle stands, as a share of the map's width; the line under it goes along. */
function where() {
  const share = part("swipe").value / 1000;
  part("line").style.left = `${100 * share}%`;
  return share;
}

function figure(label, share, made, formula) {
  const box = element("div");
  box.append(element("span", label), element("b", percent(share)), element("small", formula, "fugai-formula"));
  box.title = made;
  return box;
}

function tell(told) {
  part("day").textContent = say("as_of", { day: told.on });
  part("rates").replaceChildren(
    ...config.denominators.map(([key, label]) => {
      const formula = `${whole(told.total[`covered_${key}`])} ÷ ${whole(told.total[key])}`;
      return figure(say("rate_by", { what: label }), told.total.rates[key], formula, formula);
    }),
  );
  part("truth").replaceChildren(
    ...["claimed", "approved", "verified"].map((key) => {
      const formula = `${whole(told.truth[key])} ÷ ${whole(told.truth.sites)}`;
      const box = figure(say(key), told.truth.sites ? told.truth[key] / told.truth.sites : null, formula, say("colour_by"));
      Object.assign(box.dataset, { rate: key });
      box.setAttribute("role", "button");
      box.tabIndex = 0;
      box.setAttribute("aria-pressed", String(state.rate === key));
      return box;
    }),
  );
  rank(told);
  tellGaps(told);
  const rows = told.lapses.newest.filter((one) => !state.town || one.town === state.town);
  part("lapsed").textContent = told.lapses.total ? whole(told.lapses.total) : "";
  part("lapses").replaceChildren(...rows.map((one) => row(one.id, one.name, one.town_name, one.lost_on)));
  if (!rows.length) part("lapses").append(nothing("no_lapses"));
}

function rank(told) {
  part("ranking").replaceChildren(
    ...told.towns.map((one, place) => {
      const line = element("li", "", one.code === state.town ? "is-chosen" : "");
      line.dataset.town = one.code;
      line.tabIndex = 0;
      const left = one.figures.sites - one.figures.covered;
      line.append(element("b", place + 1), element("span", one.name), element("small", left ? say("left", { count: left }) : say("complete")), element("b", percent(one.rate), "text-end"));
      return line;
    }),
  );
  act("whole").hidden = state.town === null;
}

function tellGaps(told) {
  const kept = told.spots.filter((one) => !state.town || one.town_code === state.town);
  const town = told.towns.find((one) => one.code === state.town);
  part("gaps-title").textContent = `${say("gaps")} · ${town ? town.name : config.name} ${whole(kept.length)}`;
  part("gaps").replaceChildren(
    ...kept.slice(0, GAPS_SHOWN).map((one) => row(one.site_id, one.name, one.town_name, one.households === null ? "" : say("households", { count: one.households }))),
  );
  if (!kept.length) part("gaps").append(nothing("no_gaps"));
}

function row(site, name, place, fact) {
  const line = element("li");
  const link = Object.assign(element("a", name), { href: `/sites/${site}` });
  line.append(element("span", "•"), link, element("small", [place, fact].filter(Boolean).join(" · ")));
  return line;
}

const nothing = (key) => {
  const line = element("li", "", "text-secondary");
  line.append(element("span"), element("span", say(key)));
  return line;
};

function chooseTown(code) {
  state.town = state.town === code ? null : code;
  fugai.overviewMap?.look(state.town);
  show();
}

/** The sites left by weeks, the straight line to the deadline, and where the pace leads. */
async function tellCourse() {
  const told = await fetch(`/api/overview/course?${asked(config.days.at(-1))}`).then((answer) => answer.json());
  const pace = told.missing === 0 ? say("all_done") : told.full_on ? say(told.is_on_time ? "pace_on_time" : "pace_late", { week: told.per_week.toFixed(1), day: told.full_on }) : say("pace_never", { week: told.per_week.toFixed(1) });
  const needed = told.missing && told.needed_per_week !== null ? say("needed", { week: whole(Math.ceil(told.needed_per_week)) }) : "";
  part("forecast").textContent = [say(told.is_campaign ? "deadline" : "deadline_year", { day: told.deadline }), pace, needed].filter(Boolean).join(" · ");
  part("forecast").classList.toggle("fugai-missing", told.missing > 0 && !told.is_on_time);
  const points = told.days.map((one) => [one.on, one.left]);
  const last = points.at(-1);
  const goal = [points[0], [told.deadline, 0]];
  const ahead = told.full_on && told.missing ? [last, [told.full_on < told.deadline ? told.full_on : told.deadline, told.full_on <= told.deadline ? 0 : Math.max(0, told.missing - (told.per_week * (Date.parse(told.deadline) - Date.parse(last[0]))) / 604800000)]] : [];
  const chart = echarts.init(part("chart"));
  const line = (name, data, color, type) => ({ name, data, type: "line", symbolSize: 5, itemStyle: { color }, lineStyle: { color, width: type === "solid" ? 3 : 2, type } });
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    legend: { top: 0, itemWidth: 18 },
    grid: { left: 42, right: 14, top: 28, bottom: 22 },
    tooltip: { trigger: "axis" },
    xAxis: { type: "time", axisLabel: { formatter: "{MM}-{dd}", hideOverlap: true } },
    yAxis: { type: "value", min: 0, minInterval: 1 },
    series: [line(say("still_left"), points, "#d55e00", "solid"), line(say("goal"), goal, "#8a94a0", "dashed"), ...(ahead.length ? [line(say("forecast"), ahead, "#0072b2", "dotted")] : [])],
  });
  new ResizeObserver(() => chart.resize()).observe(part("chart"));
}

function stop() {
  clearTimeout(state.timer);
  state.timer = null;
  act("play").setAttribute("aria-pressed", "false");
  act("play").textContent = say("play");
}

async function step() {
  await show();
  if (state.timer === null) return;
  if (state.at >= config.days.length - 1) return stop();
  state.timer = setTimeout(() => {
    state.at += 1;
    step();
  }, STEP_MS);
}

function play() {
  if (state.timer !== null) return stop();
  if (state.at === config.days.length - 1) state.at = 0;
  state.timer = 0;
  act("play").setAttribute("aria-pressed", "true");
  act("play").textContent = say("pause");
  step();
}

part("slider").max = config.days.length - 1;
part("slider").addEventListener("input", () => {
  stop();
  state.at = Number(part("slider").value);
  show();
});
part("swipe").addEventListener("input", () => fugai.overviewMap?.swipe(where()));
function colourBy(event) {
  const box = event.target.closest("[data-rate]");
  if (!box || (event.type === "keydown" && event.key !== "Enter")) return;
  state.rate = box.dataset.rate;
  show();
}

for (const kind of ["click", "keydown"]) part("truth").addEventListener(kind, colourBy);
part("ranking").addEventListener("click", (event) => {
  const line = event.target.closest("[data-town]");
  if (line) chooseTown(line.dataset.town);
});
part("ranking").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.dataset.town) chooseTown(event.target.dataset.town);
});
act("whole").addEventListener("click", () => chooseTown(state.town));
act("play").addEventListener("click", play);
act("full").addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : document.querySelector("main").requestFullscreen()));
act("compare").addEventListener("click", () => {
  stop();
  state.compared = state.compared === null ? config.days[Math.max(0, state.at - 1)] : null;
  act("compare").setAttribute("aria-pressed", String(state.compared !== null));
  if (state.compared !== null && state.at === 0) state.at = config.days.length - 1;
  show();
});
for (const link of document.querySelectorAll("[data-sheet]")) {
  link.addEventListener("pointerdown", () => (link.href = `/api/overview/map.${link.dataset.sheet}?${asked(config.days[state.at])}&paper=${link.dataset.paper}`));
  link.href = `/api/overview/map.${link.dataset.sheet}?${asked(config.days.at(-1))}&paper=${link.dataset.paper}`;
}
for (const mark of document.querySelectorAll("[data-colour]")) mark.style.background = mark.dataset.colour;

function ready() {
  fugai.overviewMap.on({ rates: ["claimed", "approved", "verified"].map((key) => [key, say(key)]), onTown: chooseTown, onSite: (site) => location.assign(`/sites/${site}`) });
  show();
}
if (fugai.overviewMap) ready();
else {
  document.addEventListener("fugai:overview-map", ready, { once: true });
  show();
}
tellCourse();
