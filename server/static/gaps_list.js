// One gap as a row of the list: what, where, since when, why.
"use strict";

const gapsConfig = JSON.parse(document.getElementById("gaps-config").textContent);
const gapSay = (key, facts = {}) =>
  gapsConfig.words[key].replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "…");

const gapElement = (tag, className = "", ...children) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children.filter((one) => one !== null && one !== ""));
  return made;
};

const gapNumber = (value) => Math.round(value).toLocaleString("en-US");

/** What a gap is called; a building that the ledger does not know has no name yet. */
function gapName(gap) {
  if (gap.kind !== "missing") return gap.name;
  const what = gap.footprints === 1 ? gapSay("one_building") : gapSay("buildings", { count: gapNumber(gap.footprints) });
  return gap.name ? `${gap.name} · ${what}` : what;
}

/** How long, or how soon. */
function gapTime(gap) {
  if (gap.days_left !== null) {
    return gap.days_left < 0 ? gapSay("overdue", { days: -gap.days_left }) : gapSay("days_left", { days: gap.days_left });
  }
  return gap.days === null ? "" : gapSay(gap.kind === "missing" ? "found_days" : "days", { days: gap.days });
}

/** Why it is listed, as short tags. */
function gapReasons(gap) {
  const told = gap.lacks.map((key) => gapsConfig.lacks[key] ?? key);
  if (gap.kind === "missing") told.push(gapSay("area", { area: gapNumber(gap.area_m2) }));
  if (gap.kind === "about_to_lapse") {
    told.push(gapSay(gap.is_emergency ? "emergency" : "contract"));
    if (gap.company) told.push(gap.company);
  }
  if (gap.kind === "unmanaged" && gap.households) told.push(gapSay("households", { count: gapNumber(gap.households) }));
  if (gap.kind === "unmanaged") told.push(gap.responsible ? gapSay("responsible", { name: gap.responsible }) : gapSay("no_responsible"));
  if (gap.other) told.push(gapSay(gap.kind === "double" ? "twin" : "overlaps", { name: gap.other.name }));
  return told;
}

function gapRow(gap, { isActive, isChosen, mayChoose, onPick, onChoose }) {
  const row = gapElement("li", `fugai-gaps-row${isActive ? " is-active" : ""}`);
  row.dataset.gap = gap.id;
  if (mayChoose) {
    const box = document.createElement("input");
    Object.assign(box, { type: "checkbox", checked: isChosen, className: "form-check-input" });
    box.setAttribute("aria-label", gapName(gap));
    box.addEventListener("click", (event) => event.stopPropagation());
    box.addEventListener("change", () => onChoose(gap.id, box.checked));
    row.append(box);
  }
  const place = [gap.town_name, gap.neighbourhood_name, gap.address].filter(Boolean).join(" · ");
  const tags = gapReasons(gap).map((text) => gapElement("span", "badge bg-orange-lt", text));
  const clause = gapElement("span", "badge bg-blue-lt", gap.policy ? `${gap.policy} · ${gap.clause}` : gap.clause);
  clause.title = gapSay("clause");
  const body = gapElement(
    "div",
    "fugai-gaps-told",
    gapElement("div", "d-flex justify-content-between gap-2", gapElement("b", "", gapName(gap)), gapElement("span", "fugai-missing text-nowrap", gapTime(gap))),
    gapElement("div", "text-secondary small", place || gapSay("nowhere")),
    gapElement("div", "fugai-gaps-tags", ...tags, clause),
  );
  row.append(body);
  row.addEventListener("click", () => onPick(gap.id));
  return row;
}

/** What was decided, with a way back. */
function decisionRow(one, { mayDecide, onWithdraw }) {
  const labels = gapsConfig.labels;
  const row = gapElement("li", `fugai-gaps-row${one.withdrawn_at ? " is-withdrawn" : ""}`);
  const what = one.site_name ?? gapSay(one.footprints === 1 ? "one_building" : "buildings", { count: one.footprints });
  const title = gapElement("div", "d-flex justify-content-between gap-2", gapElement("b", "", what), gapElement("span", "badge bg-green-lt", labels.GapDecision[one.decision]));
  const when = new Date(one.decided_at).toLocaleString(document.documentElement.lang);
  const facts = [labels.GapKind[one.kind], one.town_name, one.decided_by, when].filter(Boolean).join(" · ");
  const body = gapElement("div", "fugai-gaps-told", title, gapElement("div", "text-secondary small", facts));
  if (one.note) body.append(gapElement("div", "small", one.note));
  if (one.file_name) {
    const file = gapElement("a", "small me-2", one.file_name);
    file.href = `/api/gaps/decisions/${one.id}/evidence`;
    body.append(file);
  }
  if (one.target_site_id) {
    const link = gapElement("a", "small", one.target_name);
    link.href = `/sites/${one.target_site_id}`;
    body.append(link);
  }
  if (one.withdrawn_at) body.append(gapElement("div", "small text-secondary", gapSay("withdrawn_by", { name: one.withdrawn_by })));
  else if (mayDecide) {
    const back = gapElement("button", "btn btn-sm ms-2", gapSay("withdraw"));
    back.type = "button";
    back.addEventListener("click", () => onWithdraw(one.id));
    body.append(back);
  }
  row.append(body);
  return row;
}
