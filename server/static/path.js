// Actions ticked on and off: the four rates follow at once, and nothing is decided.
"use strict";

const path = JSON.parse(document.getElementById("path-config").textContent);
const chosen = new Set(path.actions.filter((one) => one.chosen).map((one) => one.site));
const fillIn = (text, facts) => text.replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "…");
const whole = (value) => Math.round(value).toLocaleString("en-US");

function tell() {
  const done = path.actions.filter((one) => chosen.has(one.site));
  for (const [key, amount] of Object.entries(path.amounts)) {
    const part = path.covered[key] + done.reduce((sum, one) => sum + one.gains[key], 0);
    const share = (covered) => (amount ? `${((100 * covered) / amount).toFixed(1)}%` : "—");
    document.querySelector(`[data-after="${key}"]`).textContent = `${share(path.covered[key])} → ${share(part)}`;
    document.querySelector(`[data-formula="${key}"]`).textContent = `(${whole(path.covered[key])} → ${whole(part)}) ÷ ${whole(amount)}`;
  }
  const cost = done.reduce((sum, one) => sum + one.cost_yuan, 0);
  const words = [fillIn(path.words["path.chosen"], { count: done.length }), fillIn(path.words["path.cost"], { yuan: whole(cost) })];
  document.querySelector('[data-part="sum"]').textContent = words.join(" · ");
  fugai.gapsMap?.choose([...chosen].map((site) => `unmanaged-${site}`));
}

function rowOf(action) {
  const row = document.createElement("li");
  row.className = "list-group-item";
  row.dataset.site = action.site;
  const box = Object.assign(document.createElement("input"), { type: "checkbox", className: "form-check-input mt-1", checked: chosen.has(action.site) });
  box.setAttribute("aria-label", action.name);
  box.addEventListener("change", () => {
    if (box.checked) chosen.add(action.site);
    else chosen.delete(action.site);
    tell();
  });
  const link = Object.assign(document.createElement("a"), { href: `/sites/${action.site}/plan`, textContent: action.name });
  const what = document.createElement("b");
  what.textContent = ` ${path.labels.action[action.action]} (${action.clause})`;
  const facts = document.createElement("div");
  facts.className = "text-secondary small";
  const category = action.category ? path.labels.category[action.category] : null;
  facts.textContent = [action.town_name, action.neighbourhood_name, category, fillIn(path.words["path.cost"], { yuan: whole(action.cost_yuan) })].filter(Boolean).join(" · ");
  const told = document.createElement("div");
  told.append(link, what, facts);
  row.append(box, told);
  return row;
}

const list = document.querySelector('[data-part="actions"]');
list.replaceChildren(...path.actions.map(rowOf));
if (!path.actions.length) list.append(Object.assign(document.createElement("li"), { className: "list-group-item fugai-complete", textContent: path.words["path.nothing"] }));

async function drawMap() {
  const answer = await fetch(path.shapes);
  if (!answer.ok) return;
  const found = await answer.json();
  for (const one of found.features) one.properties.label = one.properties.name;
  fugai.gapsMap.show(found.features, true);
  fugai.gapsMap.on({
    onPick: (id) => {
      fugai.gapsMap.activate(id, false);
      list.querySelector(`[data-site="${id.replace("unmanaged-", "")}"]`)?.scrollIntoView({ block: "center" });
    },
  });
  tell();
}

tell();
if (fugai.gapsMap) drawMap();
else document.addEventListener("fugai:gaps-map", drawMap, { once: true });
