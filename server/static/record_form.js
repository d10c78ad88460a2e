// The form of a record: what differs from what was seen is sent, with the version it was seen in.
"use strict";

const config = JSON.parse(document.getElementById("record-config").textContent);
const say = (key, facts = {}) =>
  config.words[key].replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "…");

const FORM = document.getElementById("record");
const record = { version: config.version, seen: { ...config.values }, slots: structuredClone(config.slots), isLeaving: false };
const narrow = fields.watchTown(FORM);
fields.watchTicks(FORM);

const slotHolders = () => [...FORM.querySelectorAll("[data-slot]")];

function readSlot(holder) {
  const found = {};
  for (const input of holder.querySelectorAll("[data-column]")) {
    const { column, is } = input.dataset;
    if (is === "check") found[column] = input.checked;
    else if (is === "switch") found[column] = input.value === "" ? null : input.value === "true";
    else found[column] = input.value.trim() || null;
  }
  return found;
}

function writeSlot(holder, row) {
  for (const input of holder.querySelectorAll("[data-column]")) {
    const value = (row ?? {})[input.dataset.column];
    if (input.dataset.is === "check") input.checked = Boolean(value);
    else if (input.dataset.is === "choice") input.value = value ?? input.options[0].value;
    else input.value = value == null ? "" : String(value);
  }
}

function seenSlot(name) {
  const [group, key] = name.split(".");
  const holder = FORM.querySelector(`[data-slot="${name}"]`);
  const row = record.slots[group][key] ?? {};
  const found = {};
  for (const { dataset } of holder.querySelectorAll("[data-column]")) {
    const silent = dataset.is === "check" ? false : dataset.is === "choice" ? holder.querySelector(`[data-column="${dataset.column}"]`).options[0].value : null;
    found[dataset.column] = row[dataset.column] ?? silent;
  }
  return found;
}

// What the form wants to change, by the names that the server uses.
function wished() {
  const found = {};
  for (const holder of fields.inside(FORM)) {
    const key = holder.dataset.field;
    const value = fields.read(holder);
    // Of a new site all that is there is sent, what was filled in beforehand too.
    const isNews = config.site ? !fields.same(value, record.seen[key]) : value !== null;
    if (value === undefined || isNews) found[key] = value;
  }
  for (const holder of slotHolders()) {
    const row = readSlot(holder);
    if (!fields.same(row, seenSlot(holder.dataset.slot))) found[holder.dataset.slot] = row;
  }
  return found;
}

const isSeen = (holder) => fields.same(fields.read(holder), record.seen[holder.dataset.field]);
const isDirty = () =>
  fields.inside(FORM).some((holder) => !isSeen(holder)) ||
  slotHolders().some((holder) => holder.dataset.slot in wished()) ||
  Boolean(document.getElementById("sets-handover")?.checked);

function tell(text, kind = "text-secondary") {
  const said = document.getElementById("said");
  said.className = `w-100 ${kind}`;
  said.textContent = text;
}

const holderOf = (name) =>
  FORM.querySelector(`[data-slot="${CSS.escape(name)}"], [data-field="${CSS.escape(name === "management_type" ? "ticked_types" : name)}"]`);

function clearFaults() {
  for (const place of FORM.querySelectorAll("[data-fault]")) {
    place.textContent = "";
    place.classList.remove("d-block");
  }
  for (const input of FORM.querySelectorAll(".is-invalid")) input.classList.remove("is-invalid");
}

function showFaults(faults) {
  for (const { field, detail } of faults) {
    const holder = holderOf(field);
    if (holder) fields.fault(holder, detail);
  }
  const first = FORM.querySelector("[data-fault].d-block");
  first?.closest("[data-field], [data-slot]")?.scrollIntoView({ block: "center" });
}

function body(changes) {
  const sent = { contacts: {}, utilities: {}, separation: {}, seen: {} };
  for (const [name, value] of Object.entries(changes)) {
    const [group, key] = name.split(".");
    if (key) {
      sent[group][key] = value;
      sent.seen[name] = record.slots[group][key] ?? null;
    } else sent[name] = value;
  }
  for (const [name, value] of Object.entries(record.seen)) sent.seen[name] = value;
  const reason = document.getElementById("reason");
  sent.reason = reason.value.trim() || reason.placeholder;
  const effective = document.getElementById("effective").value;
  if (effective) sent.effective_on = effective;
  if (document.getElementById("sets-handover")?.checked) sent.sets_handover = true;
  return sent;
}

// One save at a time, however often it is pressed.
async function save() {
  const button = document.getElementById("save");
  if (button.disabled) return;
  button.disabled = true;
  try {
    await attempt();
  } catch {
    tell(say("edit.failed"), "text-danger");
  }
  button.disabled = false;
}

async function attempt() {
  clearFaults();
  const changes = wished();
  const unread = Object.keys(changes).filter((name) => changes[name] === undefined);
  if (unread.length) {
    tell(say("edit.faults", { count: unread.length }), "text-danger");
    return showFaults(unread.map((field) => ({ field, detail: say("edit.not_a_number") })));
  }
  if (!isDirty() && config.site) return tell(say("edit.nothing_changed"));
  await send(changes);
}

async function send(changes) {
  const sent = body(changes);
  if (!config.site) {
    delete sent.seen;
    const { ok, told } = await fields.send("POST", "/api/sites", sent);
    if (!ok) return refused(told);
    record.isLeaving = true;
    location.assign(`/sites/${told.id}/edit`);
    return;
  }
  const { ok, status, told } = await fields.send("PATCH", `/api/sites/${config.site}`, sent, record.version);
  if (ok) return saved(told);
  if (status === 412) return conflict.ask(told, changes);
  refused(told);
}

function refused(told) {
  tell(told.detail ?? say("edit.failed"), "text-danger");
  if (told.facts?.faults?.[0]?.field) showFaults(told.facts.faults);
  else if (told.code === "site.handover_contradicts") showFaults([{ field: "utility_handover", detail: told.detail }]);
}

// Take over the record as the server tells it now.
function saved(told) {
  adopt(told);
  const warnings = told.warnings ?? [];
  if (!warnings.length) return tell(say("edit.saved"), "text-success");
  tell(say("edit.saved_warnings", { warnings: warnings.map((one) => one.detail).join(" ") }), "text-warning");
}

function adopt(told) {
  record.version = told.row_version;
  for (const holder of fields.inside(FORM)) {
    const key = holder.dataset.field;
    const value = key === "ticked_types" ? [...told.ticked_types].sort() : told[key];
    record.seen[key] = value ?? null;
    fields.write(holder, value);
  }
  for (const group of Object.keys(record.slots)) record.slots[group] = told[group];
  for (const holder of slotHolders()) {
    const [group, key] = holder.dataset.slot.split(".");
    writeSlot(holder, told[group][key]);
  }
  const follows = document.getElementById("sets-handover");
  if (follows) follows.checked = false;
  narrow();
  mark();
  refresh().catch(() => {
    // What was saved stands; the rest is told when the page is opened anew.
  });
}

// Completeness and policy are the server's to tell: take them from the page as it would open now.
async function refresh() {
  const answer = await fetch(location.pathname);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const id of ["version", "completeness", "policy"])
    document.getElementById(id).replaceWith(page.getElementById(id));
}

// Mark what differs, and show what is asked of the category alone.
function mark() {
  for (const holder of fields.inside(FORM))
    holder.closest(".fugai-input")?.classList.toggle("fugai-changed", !isSeen(holder));
  const category = fields.read(holderOf("category"));
  for (const one of FORM.querySelectorAll("[data-shown-for]")) one.hidden = one.dataset.shownFor !== category && fields.read(one.querySelector("[data-field]")) === null;
  const separation = FORM.querySelector("[data-opens-for]");
  if (separation && separation.dataset.opensFor === category) separation.open = true;
}

FORM.addEventListener("input", () => {
  mark();
  tell(isDirty() ? say("edit.unsaved") : "");
});
FORM.addEventListener("submit", (event) => {
  event.preventDefault();
  save();
});
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  save();
});
addEventListener("beforeunload", (event) => {
  if (isDirty() && !record.isLeaving) event.preventDefault();
});
document.addEventListener("click", ({ target }) => {
  const missing = target.closest?.("[data-missing]");
  if (missing) setTimeout(() => document.getElementById(`field-${missing.dataset.missing}`)?.querySelector("input, select")?.focus());
});
for (const button of document.querySelectorAll("[data-reveal]"))
  button.addEventListener("click", async () => {
    const slot = button.dataset.reveal;
    const { ok, told } = await fields.send("POST", `/api/sites/${config.site}/phone${slot ? `?slot=${slot}` : ""}`);
    if (!ok) return tell(told.detail, "text-danger");
    const shown = document.createElement("span");
    shown.className = "ms-2 user-select-all";
    shown.textContent = told.phone ?? "—";
    button.replaceWith(shown);
  });
mark();
FORM.dataset.ready = "true";
