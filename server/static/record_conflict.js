// Somebody else was faster: both versions field by field, and the clerk chooses.
"use strict";

const conflict = {
  dialog: document.getElementById("conflict"),

  // A change of mine and a change of theirs in one field are to be chosen between; what only they
  // changed is shown, and what only I changed stays mine.
  ask(told, changes) {
    const found = told.facts.fields;
    const theirs = found.filter((one) => one.by !== null);
    if (!theirs.length) return conflict.merge(told, changes, {});
    document.getElementById("conflict-detail").textContent = told.detail;
    document.getElementById("conflict-rows").replaceChildren(...theirs.map((one) => conflict.row(one, changes)));
    const button = document.getElementById("conflict-save");
    const all = () => [...conflict.dialog.querySelectorAll("tbody tr")].every((row) => row.querySelector("input:checked"));
    const check = () => {
      button.disabled = !all();
      button.title = button.disabled ? say("edit.choose_all") : "";
    };
    conflict.dialog.onchange = check;
    check();
    conflict.dialog.onclose = () => {
      if (conflict.dialog.returnValue !== "merge") return tell(say("edit.unsaved"));
      const chosen = {};
      for (const row of conflict.dialog.querySelectorAll("tbody tr")) chosen[row.dataset.name] = row.querySelector("input:checked").value;
      conflict.merge(told, changes, chosen);
    };
    conflict.dialog.returnValue = "cancel";
    conflict.dialog.showModal();
  },

  row(one, changes) {
    const row = document.createElement("tr");
    row.dataset.name = one.field;
    const isMine = one.field in changes;
    const name = document.createElement("th");
    name.scope = "row";
    name.textContent = conflict.nameOf(one.field);
    const mine = conflict.choice(one, "mine", isMine ? one.wished : one.seen, false);
    const standing = conflict.choice(one, "standing", one.standing, !isMine);
    const who = document.createElement("div");
    who.className = "text-secondary small";
    who.textContent = say("edit.by_at", { by: one.by, at: new Date(one.at).toLocaleString(document.documentElement.lang, { hour12: false }) });
    standing.append(who);
    if (!isMine) {
      const note = document.createElement("div");
      note.className = "text-secondary small";
      note.textContent = say("edit.not_asked");
      mine.append(note);
    }
    row.append(name, mine, standing);
    return row;
  },

  choice(one, value, shown, isChecked) {
    const cell = document.createElement("td");
    const label = document.createElement("label");
    label.className = "form-check m-0";
    const input = document.createElement("input");
    input.type = "radio";
    input.className = "form-check-input";
    input.name = `choice-${one.field}`;
    input.value = value;
    input.checked = isChecked;
    const text = document.createElement("span");
    text.className = "form-check-label";
    text.textContent = conflict.text(one.field, shown);
    label.append(input, text);
    cell.append(label);
    return cell;
  },

  nameOf(field) {
    const [group, key] = field.split(".");
    return key ? `${config.words[`edit.group_${group}`]}: ${config.slotNames[group][key]}` : config.fieldNames[field];
  },

  text(field, value) {
    if (value === null || value === undefined || value === "") return config.unreported;
    if (value === true || value === false) return value ? config.yes : config.no;
    const place = document.querySelector(`select[name="${CSS.escape(field)}"] option[value="${CSS.escape(String(value))}"]`);
    if (place) return place.textContent;
    if (Array.isArray(value)) return value.map((one) => config.choices[field]?.[one] ?? one).join("、") || config.unreported;
    if (typeof value === "object")
      return (
        Object.entries(value)
          .filter(([, one]) => one !== null && one !== false)
          .map(([name, one]) => `${config.columnNames[name] ?? name}: ${one === true ? config.yes : (config.choices[name]?.[one] ?? one)}`)
          .join(", ") || config.unreported
      );
    return config.choices[field]?.[value] ?? String(value);
  },

  // Take the standing record, put my own changes back where they were chosen, save them on top.
  async merge(told, changes, chosen) {
    const kept = Object.fromEntries(Object.entries(changes).filter(([name]) => chosen[name] !== "standing"));
    const asBefore = told.facts.fields.filter((one) => chosen[one.field] === "mine" && !(one.field in changes));
    for (const one of asBefore) kept[one.field] = one.seen;
    const answer = await fetch(`/api/sites/${config.site}`, { headers: { accept: "application/json" } });
    if (!answer.ok) return tell(say("edit.failed"), "text-danger");
    adopt(await answer.json());
    for (const [name, value] of Object.entries(kept)) {
      const holder = holderOf(name);
      if (name.includes(".")) writeSlot(holder, value);
      else fields.write(holder, value);
    }
    mark();
    if (isDirty()) return attempt();
    tell(say("edit.done"), "text-success");
  },
};
