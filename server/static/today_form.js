// The form of one visit: what was seen, problems, photos; kept on the device when it is done.
"use strict";

class FugaiForm {
  constructor(dialog, config, day) {
    this.dialog = dialog;
    this.config = config;
    this.day = day;
    this.say = (key, facts = {}) => config.words[key].replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "…");
  }

  /** Show the form of a stop; `onKept` is called when its record lies on the device. */
  open(stop, onKept) {
    this.stop = stop;
    this.onKept = onKept;
    this.photos = [];
    this.place = null;
    this.began = new Date();
    const form = document.createElement("form");
    form.method = "dialog";
    form.append(
      this.element("h2", "", `${stop.position}. ${stop.name}`),
      this.where(),
      this.choices("result", this.say("result"), [["passed", this.say("passed")], ["problems", this.say("problems")]]),
      this.choices("confirms", this.say("confirms"), [["yes", this.say("yes")], ["no", this.say("no")]]),
      ...stop.items.map((item) => this.choices(`item-${item.key}`, `${item.label} (${item.clause})`, [["yes", this.say("yes")], ["no", this.say("no")], ["not_applicable", this.say("na")]])),
      this.findings(),
      this.photoField(),
      this.labelled(this.say("note"), Object.assign(document.createElement("textarea"), { name: "note", rows: 2, maxLength: 2000, className: "form-control" })),
      this.six(),
      this.fault(),
      this.buttons(),
    );
    form.addEventListener("submit", (event) => this.keep(event));
    form.addEventListener("change", () => this.tellFindings());
    this.form = form;
    this.dialog.replaceChildren(form);
    this.dialog.showModal();
    this.tellFindings();
  }

  element(tag, className, ...children) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...children);
    return made;
  }

  labelled(text, field) {
    const label = this.element("label", "d-grid gap-1", text, field);
    return label;
  }

  choices(name, text, options) {
    const choice = this.element("span", "fugai-today-choice");
    for (const [value, label] of options) {
      const input = Object.assign(document.createElement("input"), { type: "radio", name, value });
      choice.append(this.element("label", "", input, label));
    }
    const row = this.element("div", "fugai-today-item", this.element("span", "", text), choice);
    row.setAttribute("role", "radiogroup");
    row.setAttribute("aria-label", text);
    return row;
  }

  where() {
    const told = this.element("span", "small text-secondary", this.say("consent"));
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: this.say("check_in") });
    const reason = Object.assign(document.createElement("input"), { name: "off_site_reason", className: "form-control", maxLength: 300, hidden: true, placeholder: this.say("off_site_reason") });
    button.addEventListener("click", () => {
      button.disabled = true;
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          this.place = { lon: coords.longitude, lat: coords.latitude };
          const metres = fugaiGround.distance(this.stop.outline, [coords.longitude, coords.latitude]);
          const isFar = metres !== null && metres > this.day.off_site_m;
          told.textContent = metres === null ? this.say("placed") : this.say(isFar ? "far" : "near", { metres: Math.round(metres) });
          told.className = isFar ? "text-danger" : "text-success";
          reason.hidden = !isFar;
          button.disabled = false;
        },
        () => {
          told.textContent = this.say("no_position");
          button.disabled = false;
        },
        { enableHighAccuracy: true, timeout: 15_000 },
      );
    });
    return this.element("div", "d-grid gap-1", button, told, reason);
  }

  findings() {
    this.problems = this.element("div", "d-grid gap-2");
    const add = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: this.say("add_finding") });
    add.addEventListener("click", () => this.addFinding());
    return this.element("section", "d-grid gap-2", this.problems, add);
  }

  addFinding(clause = "S12") {
    const id = crypto.randomUUID();
    const select = Object.assign(document.createElement("select"), { className: "form-select", name: "clause" });
    for (const one of this.config.clauses) select.append(new Option(`${one.clause} · ${one.label}`, one.clause));
    select.value = clause;
    const text = Object.assign(document.createElement("textarea"), { className: "form-control", name: "description", rows: 2, maxLength: 1000, placeholder: this.say("what_is_wrong") });
    const who = Object.assign(document.createElement("input"), { className: "form-control", name: "responsible", maxLength: 200, placeholder: this.say("responsible") });
    const due = Object.assign(document.createElement("input"), { className: "form-control", name: "due_on", type: "date" });
    const row = this.element("fieldset", "fugai-today-finding d-grid gap-1", select, text, who, this.labelled(this.say("due_on"), due));
    row.dataset.finding = id;
    this.problems.append(row);
    text.focus();
  }

  tellFindings() {
    const isWrong = this.form.elements.result?.value === "problems";
    if (isWrong && !this.problems.children.length) this.addFinding();
  }

  photoField() {
    const shown = this.element("div", "fugai-today-photos");
    const input = Object.assign(document.createElement("input"), { type: "file", accept: "image/*", multiple: true, className: "form-control", name: "photo" });
    input.setAttribute("capture", "environment");
    input.addEventListener("change", async () => {
      for (const file of input.files) {
        const at = new Date();
        const blob = await fugaiPhoto(file, { at, place: this.place, name: this.stop.name });
        const finding = this.problems.lastElementChild?.dataset.finding;
        this.photos.push({ client_id: crypto.randomUUID(), blob, taken_at: at.toISOString(), finding, ...(this.place ?? {}) });
        shown.append(Object.assign(document.createElement("img"), { src: URL.createObjectURL(blob), alt: this.say("photo") }));
      }
      input.value = "";
    });
    return this.element("section", "d-grid gap-1", this.labelled(this.say("photos"), input), shown);
  }

  six() {
    const details = this.element("details", "", this.element("summary", "", this.say("six")));
    for (const one of this.config.six) details.append(this.choices(`six-${one.key}`, one.label, [1, 2, 3, 4, 5].map((score) => [String(score), String(score)])));
    return details;
  }

  fault() {
    this.told = this.element("p", "text-danger mb-0");
    this.told.setAttribute("role", "alert");
    return this.told;
  }

  buttons() {
    const keep = Object.assign(document.createElement("button"), { type: "submit", className: "btn btn-primary", textContent: this.say("keep") });
    const close = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: this.say("close") });
    close.addEventListener("click", () => this.dialog.close());
    return this.element("div", "fugai-today-send", close, keep);
  }

  async keep(event) {
    event.preventDefault();
    const fields = this.form.elements;
    const result = fields.result.value;
    const confirms = fields.confirms.value;
    const findings = [...this.problems.children]
      .map((row) => ({
        client_id: row.dataset.finding,
        clause: row.querySelector('[name="clause"]').value,
        description: row.querySelector('[name="description"]').value.trim(),
        responsible: row.querySelector('[name="responsible"]').value.trim() || null,
        due_on: row.querySelector('[name="due_on"]').value || null,
      }))
      .filter((one) => one.description);
    if (!result || !confirms) return this.refuse("choose_result");
    if (result === "problems" && !findings.length) return this.refuse("name_problem");
    const reason = fields.off_site_reason;
    if (!reason.hidden && !reason.value.trim()) return this.refuse("give_reason");
    const answers = this.stop.items.map((item) => [item.key, fields[`item-${item.key}`].value]).filter(([, value]) => value);
    const scores = this.config.six.map((one) => [one.key, fields[`six-${one.key}`].value]).filter(([, value]) => value);
    const record = {
      client_id: crypto.randomUUID(),
      made: Date.now(),
      name: this.stop.name,
      state: "pending",
      body: {
        site: this.stop.site,
        seen_at: this.began.toISOString(),
        result,
        confirms_cover: confirms === "yes",
        note: fields.note.value.trim() || null,
        checklist: answers.length ? Object.fromEntries(answers) : null,
        scores: scores.length ? Object.fromEntries(scores.map(([key, value]) => [key, Number(value)])) : null,
        off_site_reason: reason.value.trim() || null,
        position: this.place,
        findings,
        plan: this.day.plan?.id ?? null,
      },
    };
    record.body.client_id = record.client_id;
    await fugaiStore.keepRecord(record, this.photos.map((one) => ({ ...one, record: record.client_id, sent: false })));
    this.dialog.close();
    this.onKept(this.stop, record);
  }

  refuse(key) {
    this.told.textContent = this.say(key);
    this.told.scrollIntoView({ block: "center" });
  }
}
