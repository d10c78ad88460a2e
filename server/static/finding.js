// One finding: photos go first, then the step, with the version that was seen.
"use strict";

const finding = JSON.parse(document.getElementById("finding-config").textContent);
const form = document.querySelector('[data-part="step"]');

function fault(text) {
  const said = document.querySelector('[data-part="said"]');
  said.textContent = text;
  said.className = "alert alert-danger";
  said.hidden = false;
}

async function send(path, options) {
  const answer = await fetch(path, { method: "POST", ...options });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.detail);
  return told;
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const buttons = form.querySelectorAll("button");
  for (const one of buttons) one.disabled = true;
  try {
    for (const file of form.elements.photo.files) {
      const content = new FormData();
      content.append("file", file);
      content.append("client_id", crypto.randomUUID());
      content.append("taken_at", new Date().toISOString());
      await send(`/api/findings/${finding.finding}/photos`, { body: content });
    }
    form.elements.photo.value = "";
    const body = { event: event.submitter.value, note: form.elements.note.value.trim() || null };
    if (body.event === "reject" && form.elements.due_on.value) body.due_on = form.elements.due_on.value;
    await send(`/api/findings/${finding.finding}/events`, { headers: { "Content-Type": "application/json", "If-Match": `"${finding.version}"` }, body: JSON.stringify(body) });
    location.reload();
  } catch (error) {
    fault(error.message);
    for (const one of buttons) one.disabled = false;
  }
});
