// Nodes marked as done, records noted with their scans, and campaigns loaded.
"use strict";

const campaign = JSON.parse(document.getElementById("campaign-config").textContent);

async function send(path, body) {
  const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  if (answer.ok) return location.reload();
  refuse((await answer.json()).detail);
}

function refuse(text) {
  const said = document.querySelector('[data-part="said"]');
  said.textContent = text;
  said.className = "alert alert-danger";
  said.hidden = false;
}

for (const button of document.querySelectorAll("[data-mark]")) {
  button.addEventListener("click", () => send(`/api/campaigns/${campaign.campaign}/nodes`, { node: button.dataset.mark, unit: button.dataset.unit }));
}
const record = document.querySelector('[data-part="record"]');
record?.addEventListener("submit", (event) => {
  event.preventDefault();
  const told = new FormData(record);
  send("/api/campaign-records", { kind: told.get("kind"), held_on: told.get("held_on"), title: told.get("title"), unit: told.get("unit") || null });
});
for (const field of document.querySelectorAll("[data-scan]")) {
  field.addEventListener("change", async () => {
    const form = new FormData();
    form.append("file", field.files[0]);
    const answer = await fetch(`/api/campaign-records/${field.dataset.scan}/scan`, { method: "PUT", body: form });
    if (answer.ok) location.reload();
    else refuse((await answer.json()).detail);
  });
}
const load = document.querySelector('[data-part="load"]');
load?.addEventListener("submit", async (event) => {
  event.preventDefault();
  send("/api/campaigns", { district: campaign.district, content: await load.elements.file.files[0].text() });
});
