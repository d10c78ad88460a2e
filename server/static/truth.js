// Samples drawn and self-checks signed.
"use strict";

function submits(part, path, bodyOf) {
  const form = document.querySelector(`[data-part="${part}"]`);
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(bodyOf(new FormData(form))) });
    if (answer.ok) return location.reload();
    const said = document.querySelector('[data-part="said"]');
    said.textContent = (await answer.json()).detail;
    said.className = "alert alert-danger";
    said.hidden = false;
  });
}

submits("draw", "/api/inspection-batches", (told) => ({ division: told.get("division"), kind: told.get("kind"), sample: Number(told.get("sample")) || null, until: told.get("until") || null, override_reason: told.get("override") || null }));
submits("sign", "/api/self-checks", (told) => ({ town: told.get("town"), note: told.get("note") || null }));
