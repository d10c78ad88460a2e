// Sheets on paper read back: each row is a draft that a person looks at before it is kept.
"use strict";

const config = JSON.parse(document.getElementById("paper-config").textContent);
const say = (key, facts = {}) => config.words[key].replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "…");
const part = (name) => document.querySelector(`[data-part="${name}"]`);
const element = (tag, className, ...children) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
};

function tell(text, kind = "info") {
  const said = part("said");
  said.textContent = text;
  said.className = `alert alert-${kind}`;
  said.hidden = !text;
}

part("send").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = part("send").querySelector("button");
  button.disabled = true;
  let count = 0;
  for (const file of part("send").elements.file.files) {
    tell(say("reading", { file: file.name }));
    const content = new FormData();
    content.append("file", file);
    const answer = await fetch("/api/paper-sheets", { method: "POST", body: content });
    const told = await answer.json();
    if (!answer.ok) {
      tell(told.detail, "danger");
      button.disabled = false;
      return;
    }
    count += told.drafts.length;
    part("drafts").append(...told.drafts.map(draftOf));
  }
  tell(say("found", { count }));
  button.disabled = false;
});

function choice(name, text, options, value, isUnsure) {
  const select = Object.assign(document.createElement("select"), { name, className: "form-select" });
  for (const [key, label] of options) select.append(new Option(label, key));
  select.value = value ?? "";
  const label = element("label", isUnsure ? "text-danger" : "", `${text}${isUnsure ? ` (${say("unsure")})` : ""}`, select);
  return label;
}

function draftOf(draft) {
  const yes_no = [["yes", say("yes")], ["no", say("no")]];
  const isUnsure = (...keys) => keys.some((key) => draft.unsure.includes(key));
  const form = element("form", "card");
  const fields = element("div", "card-body d-grid gap-2");
  fields.style.gridTemplateColumns = "repeat(auto-fit, minmax(150px, 1fr))";
  fields.append(
    choice("result", say("result"), [["", say("choose")], ["passed", say("passed")], ["problems", say("problems")]], draft.result, isUnsure("passed", "problems") || !draft.result),
    choice("confirms", say("covered"), yes_no, draft.confirms_cover ? "yes" : "no", isUnsure("covered")),
    ...["cleaning", "security", "order"].map((key) => choice(key, say(key), yes_no, draft.checklist[key], isUnsure(key))),
  );
  const problem = Object.assign(document.createElement("input"), { name: "problem", className: "form-control", maxLength: 1000 });
  const note = Object.assign(document.createElement("input"), { name: "note", className: "form-control", maxLength: 2000 });
  const seen = Object.assign(document.createElement("input"), { name: "seen", type: "date", className: "form-control", value: draft.on, required: true });
  fields.append(element("label", "", say("problem"), problem), element("label", "", say("note"), note), element("label", "", say("seen"), seen));
  const keep = Object.assign(document.createElement("button"), { className: "btn btn-primary", textContent: say("confirm") });
  const drop = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: say("drop") });
  drop.addEventListener("click", () => form.remove());
  const told = element("span", "text-danger");
  const head = element("div", "card-header", element("b", "", draft.name), element("span", "ms-2 text-secondary", `${draft.on} · ${draft.inspector}${draft.not_seen ? ` · ${say("not_seen")}` : ""}`));
  form.append(head, fields, element("div", "card-footer d-flex gap-2 align-items-center", keep, drop, told));
  const client_id = crypto.randomUUID();
  const finding_id = crypto.randomUUID();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const values = form.elements;
    if (!values.result.value) return (told.textContent = say("choose_result"));
    const isWrong = values.result.value === "problems";
    if (isWrong && !values.problem.value.trim()) return (told.textContent = say("name_problem"));
    keep.disabled = true;
    const answer = await fetch("/api/inspections", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        client_id,
        site: draft.site,
        plan: draft.plan,
        seen_at: `${values.seen.value}T12:00:00+08:00`,
        result: values.result.value,
        confirms_cover: values.confirms.value === "yes",
        note: values.note.value.trim() || null,
        checklist: Object.fromEntries(["cleaning", "security", "order"].map((key) => [key, values[key].value])),
        findings: isWrong ? [{ client_id: finding_id, clause: "S12", description: values.problem.value.trim() }] : [],
      }),
    });
    const result = await answer.json();
    keep.disabled = false;
    if (!answer.ok) return (told.textContent = result.detail);
    form.replaceChildren(element("div", "card-body text-success", `✓ ${draft.name} · ${say("kept")}`));
  });
  return form;
}
