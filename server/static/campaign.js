// Nodes marked as done, and campaigns loaded.
"use strict";

const campaign = JSON.parse(document.getElementById("campaign-config").textContent);

async function send(path, body) {
  const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  if (answer.ok) return location.reload();
  const said = document.querySelector('[data-part="said"]');
  said.textContent = (await answer.json()).detail;
  said.className = "alert alert-danger";
  said.hidden = false;
}

for (const button of document.querySelectorAll("[data-mark]")) {
  button.addEventListener("click", () => send(`/api/campaigns/${campaign.campaign}/nodes`, { node: button.dataset.mark, unit: button.dataset.unit }));
}
const load = document.querySelector('[data-part="load"]');
load?.addEventListener("submit", async (event) => {
  event.preventDefault();
  send("/api/campaigns", { district: campaign.district, content: await load.elements.file.files[0].text() });
});
