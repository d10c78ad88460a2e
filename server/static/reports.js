// A month's reports: sent by towns, returned and closed by the district.
"use strict";

const reports = JSON.parse(document.getElementById("reports-config").textContent);

async function send(path, body) {
  const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });
  if (answer.ok) return location.reload();
  const said = document.querySelector('[data-part="said"]');
  said.textContent = (await answer.json()).detail;
  said.className = "alert alert-danger";
  said.hidden = false;
  said.scrollIntoView({ block: "center" });
}

const form = document.querySelector('[data-part="report"]');
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  send(`/api/monthly-reports/${reports.month}/${reports.town}`, Object.fromEntries(new FormData(form)));
});
for (const button of document.querySelectorAll("[data-return]")) {
  button.addEventListener("click", () => {
    const comment = prompt(reports.why, "");
    if (comment) send(`/api/monthly-reports/${reports.month}/${button.dataset.return}/return`, { comment });
  });
}
document.querySelector('[data-act="close"]')?.addEventListener("click", () => {
  if (confirm(reports.sure)) send(`/api/months/${reports.month}/close?district=${encodeURIComponent(reports.district)}`);
});
