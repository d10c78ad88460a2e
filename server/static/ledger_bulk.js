// Mend many sites at once: what is selected, the fields that are taken, one save, all or nothing.
"use strict";

const FORM = document.getElementById("bulk-form");
const BAR = document.getElementById("selection");
const panel = () => tabler.Offcanvas.getOrCreateInstance(document.getElementById("bulk"));

document.addEventListener("ledger:ready", () => {
  fields.watchTicks(FORM);
  const narrow = fields.watchTown(FORM);
  ledger.table.on("rowSelectionChanged", (rows) => {
    BAR.hidden = rows.length === 0;
    document.getElementById("selected-count").textContent = say("sites.selected", { count: rows.length });
  });
  document.getElementById("open-bulk").addEventListener("click", () => {
    refuse([]);
    panel().show();
  });
  document.getElementById("clear-selection").addEventListener("click", () => ledger.table.deselectRow());
  for (const taken of FORM.querySelectorAll("[data-takes]"))
    taken.addEventListener("change", () => {
      FORM.querySelector(`[data-part="${taken.dataset.takes}"]`).disabled = !taken.checked;
      narrow();
    });
  FORM.addEventListener("submit", save);
});

async function save(event) {
  event.preventDefault();
  const values = {};
  for (const holder of fields.inside(FORM)) {
    const key = holder.dataset.field;
    fields.fault(holder, "");
    if (!FORM.querySelector(`[data-takes="${key}"]`).checked) continue;
    values[key] = fields.read(holder) ?? null;
  }
  if (!Object.keys(values).length) return refuse([say("bulk.nothing")]);
  const reason = document.getElementById("bulk-reason");
  values.reason = reason.value.trim() || reason.placeholder;
  const sites = ledger.table.getSelectedData().map((row) => ({ id: row.site_id, version: row.row_version }));
  const button = FORM.querySelector('[type="submit"]');
  button.disabled = true;
  const { ok, told } = await fields.send("POST", "/api/sites/bulk", { sites, values });
  button.disabled = false;
  if (!ok) return refuse([told.detail ?? say("edit.failed"), ...refusals(told)]);
  panel().hide();
  await load();
  await ledger.table.replaceData(ledger.rows);
  ledger.table.deselectRow();
  tell(ledger.table.getDataCount("active"));
  document.getElementById("shown-count").textContent += ` · ${say("bulk.done", { count: told.sites.length })}`;
}

const refusals = (told) =>
  (told.facts?.sites ?? [])
    .filter((one) => one.code)
    .map((one) => {
      const faults = (one.facts?.faults ?? []).map((fault) => fault.detail).filter(Boolean);
      const why = faults.length ? faults.join(" ") : one.detail;
      return say("bulk.refused_one", { site: one.name ?? one.site, why });
    });

function refuse(lines) {
  const place = document.getElementById("bulk-refused");
  place.hidden = lines.length === 0;
  place.replaceChildren(...lines.map((line) => element("div", line)));
}
