// One's own account: password and sessions.
"use strict";

const words = JSON.parse(document.getElementById("account-config").textContent);

function tell(text, kind) {
  const said = document.querySelector('[data-part="said"]');
  said.textContent = text;
  said.className = `alert alert-${kind}`;
  said.hidden = false;
}

async function send(method, path, body) {
  const headers = body ? { "Content-Type": "application/json" } : {};
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) tell((await answer.json()).detail, "danger");
  return answer.ok;
}

const form = document.querySelector('[data-part="password"]');
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const told = new FormData(form);
  if (await send("POST", "/api/account/password", { old: told.get("old"), new: told.get("new") })) {
    form.reset();
    tell(words.changed, "success");
  }
});
for (const button of document.querySelectorAll("[data-end]")) {
  button.addEventListener("click", async () => {
    if (await send("DELETE", `/api/account/sessions/${button.dataset.end}`)) location.reload();
  });
}
