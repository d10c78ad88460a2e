// The plan of a site: each step is sent with the version seen; a photo goes first.
"use strict";

const plan = JSON.parse(document.getElementById("plan-config").textContent);
const said = document.querySelector('[data-part="said"]');

function fault(text) {
  said.textContent = text;
  said.className = "alert alert-danger";
  said.hidden = false;
  said.scrollIntoView({ block: "center" });
}

async function send(method, path, content) {
  const isForm = content instanceof FormData;
  const headers = { "If-Match": `"${plan.version}"` };
  if (!isForm) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, { method, headers, body: isForm ? content : JSON.stringify(content) });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.detail);
  plan.version = told.row_version;
  return told;
}

function valuesOf(form) {
  const values = {};
  for (const input of form.elements) {
    if (!input.name || input.type === "file") continue;
    if (input.value !== "") values[input.name] = input.type === "number" && input.step === "" ? Number(input.value) : input.value;
    else if (form.dataset.edit !== undefined) values[input.name] = null;
  }
  return values;
}

async function photoOf(form) {
  const file = form.elements.photo?.files[0];
  if (!file) return {};
  const content = new FormData();
  content.append("file", file);
  content.append("about", "management_type");
  const told = await send("POST", `/api/sites/${plan.site}/evidence`, content);
  return { notice_evidence_id: told.evidence.id };
}

function submits(form, act) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      await act(form);
      location.reload();
    } catch (error) {
      button.disabled = false;
      fault(error.message);
    }
  });
}

for (const form of document.querySelectorAll("[data-event]")) {
  submits(form, async () => {
    const photo = await photoOf(form);
    await send("POST", `/api/plans/${plan.plan}/events`, { event: form.dataset.event, ...valuesOf(form), ...photo });
  });
}
for (const form of document.querySelectorAll("[data-edit]")) submits(form, () => send("PATCH", `/api/plans/${plan.plan}`, valuesOf(form)));
for (const form of document.querySelectorAll("[data-start]")) submits(form, () => send("POST", `/api/sites/${plan.site}/plans`, valuesOf(form)));
