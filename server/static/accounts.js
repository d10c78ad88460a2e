// Accounts, for the security administrator.
"use strict";

const config = JSON.parse(document.getElementById("accounts-config").textContent);
const known = new Map(config.accounts.map((one) => [one.username, one]));
const part = (name) => document.querySelector(`[data-part="${name}"]`);
const account = part("account");
const token = part("token");

async function send(method, path, body) {
  const headers = body ? { "Content-Type": "application/json" } : {};
  const answer = await fetch(`/api/accounts${path}`, { method, headers, body: body && JSON.stringify(body) });
  const told = answer.status === 204 ? {} : await answer.json();
  if (!answer.ok) {
    const said = part("said");
    said.textContent = told.detail;
    said.className = "alert alert-danger";
    said.hidden = false;
    return null;
  }
  return told;
}

const again = (told) => told && location.reload();

/** Show what is told this once; the page is read anew when it was noted. */
function showOnce(text) {
  part("value").textContent = text;
  part("secret").addEventListener("close", () => location.reload(), { once: true });
  part("secret").showModal();
}

/** A division is asked for where the role belongs to one, and of its kind. */
function fitDivision() {
  const kind = config.kinds[account.querySelector("form").role.value];
  const chosen = account.querySelector('[name="division"]');
  account.querySelector('[data-part="division"]').hidden = !kind;
  for (const one of chosen.options) one.hidden = one.value !== "" && one.dataset.kind !== kind;
  if (chosen.selectedOptions[0]?.hidden || !kind) chosen.value = "";
  chosen.required = Boolean(kind);
}

function openAccount(username) {
  const form = account.querySelector("form");
  const one = known.get(username);
  form.reset();
  form.username.value = username ?? "";
  form.username.readOnly = Boolean(one);
  if (one) {
    form.display_name.value = one.display_name;
    form.role.value = one.role;
    form.division.value = one.division_code ?? "";
    form.is_active.checked = one.is_active;
  }
  fitDivision();
  account.showModal();
}

account.querySelector('[name="role"]').addEventListener("change", fitDivision);
account.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const told = {
    display_name: form.display_name.value,
    role: form.role.value,
    division: form.division.value || null,
    is_active: form.is_active.checked,
  };
  const username = form.username.value;
  account.close();
  if (form.username.readOnly) {
    again(await send("PUT", `/${username}`, told));
  } else {
    const made = await send("POST", "", { username, ...told });
    if (made) showOnce(made.password);
  }
});

token.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  token.close();
  const told = { label: form.label.value, days: Number(form.days.value), may_write: form.may_write.checked };
  const made = await send("POST", `/${token.dataset.username}/tokens`, told);
  if (made) showOnce(made.token);
});

const acts = {
  add: () => openAccount(null),
  edit: openAccount,
  close: () => document.querySelector("dialog[open]")?.close(),
  token: (username) => {
    token.dataset.username = username;
    token.querySelector("form").reset();
    token.showModal();
  },
  unlock: async (username) => again(await send("POST", `/${username}/unlock`)),
  end: async (username) => again(await send("DELETE", `/${username}/sessions`)),
  drop_code: async (username) => confirm(config.sure) && again(await send("DELETE", `/${username}/code`)),
  revoke: async (username, key) => confirm(config.sure) && again(await send("DELETE", `/${username}/tokens/${key}`)),
  password: async (username) => {
    const made = confirm(config.sure) && (await send("POST", `/${username}/password`));
    if (made) showOnce(made.password);
  },
};
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  const username = button?.closest("[data-username]")?.dataset.username;
  if (button) acts[button.dataset.act](username, button.dataset.key);
});
