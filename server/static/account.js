// One's own account: password, second factor and sessions.
"use strict";

const words = JSON.parse(document.getElementById("account-config").textContent);

function tell(text, kind) {
  const said = document.querySelector('[data-part="said"]');
  said.textContent = text;
  said.className = `alert alert-${kind}`;
  said.hidden = false;
}

/** Tell something after the page was read anew. */
function tellLater(text) {
  sessionStorage.setItem("fugai-said", text);
  location.reload();
}

async function send(method, path, body) {
  const headers = body ? { "Content-Type": "application/json" } : {};
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const told = answer.status === 204 ? {} : await answer.json();
  if (!answer.ok) tell(told.detail, "danger");
  return answer.ok ? told : null;
}

const said = sessionStorage.getItem("fugai-said");
sessionStorage.removeItem("fugai-said");
if (said) tell(said, "success");

const form = document.querySelector('[data-part="password"]');
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const told = new FormData(form);
  if (await send("POST", "/api/account/password", { old: told.get("old"), new: told.get("new") })) {
    form.reset();
    tell(words.changed, "success");
  }
});

const codeActs = {
  begin: async (told, begun) => {
    const made = await send("POST", "/api/account/code", { password: told.get("password") });
    if (!made) return;
    const confirm = document.querySelector('[data-form="confirm"]');
    confirm.querySelector('[data-part="picture"]').innerHTML = made.picture;
    confirm.querySelector('[data-part="secret"]').textContent = made.secret;
    begun.hidden = true;
    confirm.hidden = false;
    confirm.elements.code.focus();
  },
  confirm: async (told) => {
    if (await send("PUT", "/api/account/code", { code: told.get("code") })) tellLater(words.done);
  },
  end: async (told) => {
    if (await send("POST", "/api/account/code/end", { password: told.get("password") })) tellLater(words.ended);
  },
};
for (const one of document.querySelectorAll("[data-form]")) {
  one.addEventListener("submit", (event) => {
    event.preventDefault();
    codeActs[one.dataset.form](new FormData(one), one);
  });
}
for (const button of document.querySelectorAll("[data-end]")) {
  button.addEventListener("click", async () => {
    if (await send("DELETE", `/api/account/sessions/${button.dataset.end}`)) location.reload();
  });
}
