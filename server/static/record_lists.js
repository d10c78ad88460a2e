// The roadmap and the evidence of a record: each step is saved at once, with the version seen.
"use strict";

const base = `/api/sites/${config.site}`;

async function act(method, path, content) {
  const { ok, status, told } = await fields.send(method, base + path, content, record.version);
  if (ok) {
    record.version = told.row_version;
    record.isLeaving = !isDirty();
    // What is typed and not saved stays; then the lists are shown when the record is opened anew.
    if (record.isLeaving) location.reload();
    else {
      await refresh();
      tell(say("edit.done"), "text-success");
    }
    return;
  }
  if (status === 412) {
    tell(say("edit.asked_anew"), "text-warning");
    return conflict.ask(told, wished());
  }
  tell(told.detail ?? say("edit.failed"), "text-danger");
}

document.getElementById("new-milestone").addEventListener("submit", (event) => {
  event.preventDefault();
  act("POST", "/milestones", Object.fromEntries(new FormData(event.target)));
});

for (const row of document.querySelectorAll("[data-milestone]")) {
  const path = `/milestones/${row.dataset.milestone}`;
  row.addEventListener("change", ({ target }) => act("PATCH", path, { [target.dataset.column]: target.value || null }));
  row.querySelector("[data-remove]").addEventListener("click", () => act("DELETE", path));
}

for (const row of document.querySelectorAll("[data-arrangement]")) {
  row.addEventListener("change", ({ target }) => {
    const value = target.type === "checkbox" ? target.checked : target.value || null;
    act("PATCH", `/arrangements/${row.dataset.arrangement}`, { [target.dataset.column]: value });
  });
}

document.getElementById("new-evidence").addEventListener("submit", (event) => {
  event.preventDefault();
  act("POST", "/evidence", new FormData(event.target));
});

for (const row of document.querySelectorAll("[data-evidence]"))
  row.querySelector("[data-withdraw]").addEventListener("click", () => act("DELETE", `/evidence/${row.dataset.evidence}`));
