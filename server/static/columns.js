// The columns of a plain list: each change shows at once how the first rows will be read; then
// the list is compared with the ledger. Needs imports.js, which posts and follows.
"use strict";

const columnsForm = document.querySelector('[data-part="columns"]');

if (columnsForm) {
  const words = columnsForm.dataset;
  const base = `/api/ledger/imports/${words.import}`;
  const selects = [...columnsForm.querySelectorAll("[data-column]")];
  const datum = columnsForm.elements.datum;
  const refusal = document.querySelector('[data-part="refusal"]');
  const positions = words.positions.split(" ");
  let asked = 0;

  const told = () => {
    const pairs = selects.filter((one) => one.value);
    return pairs.map((one) => [one.value, Number(one.dataset.column)]);
  };

  const mark = () => {
    const fields = told().map(([field]) => field);
    for (const one of selects) {
      const twice = one.value && fields.filter((field) => field === one.value).length > 1;
      one.classList.toggle("is-invalid", Boolean(twice));
      one.parentElement.querySelector('[data-part="twice"]').hidden = !twice;
    }
    const isNeeded = fields.some((field) => positions.includes(field));
    datum.setAttribute("aria-required", isNeeded);
    datum.classList.toggle("is-invalid", isNeeded && !datum.value);
    const needed = columnsForm.querySelector('[data-part="datum-needed"]');
    needed.hidden = !isNeeded || Boolean(datum.value);
  };

  const preview = async () => {
    mark();
    const turn = ++asked;
    const query = new URLSearchParams({ tried: "true" });
    const seen = new Set();
    for (const [field, column] of told()) {
      if (!seen.has(field)) query.append("column", `${field}:${column}`);
      seen.add(field);
    }
    if (datum.value) query.set("datum", datum.value);
    const answer = await fetch(`${base}/columns?${query}`);
    const view = await answer.json();
    // A slow answer must not cover the one to a later question.
    if (turn !== asked) return;
    if (!answer.ok) return doubt(view.detail);
    doubt(view.refusal);
    draw(view);
  };

  const doubt = (text) => {
    const alert = columnsForm.querySelector('[data-part="doubt"]');
    alert.textContent = text || "";
    alert.hidden = !text;
  };

  const draw = (view) => {
    const table = columnsForm.querySelector('[data-part="preview"]');
    // In the order of the file, so that both tables are read alike.
    const fields = Object.entries(view.columns).sort((one, other) => one[1] - other[1]);
    const names = Object.fromEntries([...selects[0].options].map((one) => [one.value, one.text]));
    const head = document.createElement("tr");
    head.append(cell("th", ""), ...fields.map(([field]) => cell("th", names[field])));
    table.tHead.replaceChildren(head);
    table.tBodies[0].replaceChildren(...view.rows.map((row) => drawn(row, fields)));
  };

  const drawn = (row, fields) => {
    const line = document.createElement("tr");
    const number = cell("th", words.row.replace("{row}", row.row));
    number.scope = "row";
    line.append(number);
    for (const [field] of fields) {
      const { written, value, faults } = row.cells[field];
      const one = cell("td", value || "—");
      if (!value) one.classList.add("text-secondary");
      if (written && written !== value) one.append(small(words.was.replace("{written}", written)));
      for (const fault of faults) {
        const note = small(`${fault.reason} ${fault.suggestion}`.trim());
        note.className = `small fugai-fault-${fault.severity}`;
        one.append(note);
      }
      line.append(one);
    }
    return line;
  };

  const cell = (name, text) => {
    const made = document.createElement(name);
    made.textContent = text;
    return made;
  };

  const small = (text) => {
    const made = cell("div", text);
    made.className = "small text-secondary";
    return made;
  };

  for (const one of selects) {
    one.addEventListener("change", () => {
      const why = one.closest("tr").querySelector(".fugai-why");
      const isProposed = one.value === one.dataset.proposed;
      for (const badge of why.children) badge.hidden = !isProposed || !one.value;
      why.querySelector('[data-part="by-hand"]').hidden = isProposed || !one.value;
      preview();
    });
  }
  datum.addEventListener("change", preview);

  columnsForm.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = columnsForm.querySelector("button.btn-primary");
    const bar = columnsForm.querySelector("progress");
    const text = button.textContent;
    const fail = (problem) => {
      refusal.textContent = problem.detail || words.lost;
      refusal.hidden = false;
      refusal.scrollIntoView({ block: "center" });
      button.disabled = false;
      button.textContent = text;
      bar.hidden = true;
    };
    if (selects.some((one) => one.classList.contains("is-invalid"))) return fail({ detail: words.twice });
    refusal.hidden = true;
    button.disabled = true;
    button.textContent = words.reading;
    bar.hidden = false;
    const compare = async (insists) => {
      const columns = Object.fromEntries(told());
      const body = { columns, datum: datum.value || null, confirm_datum: insists, stage: false };
      await post(`${base}/columns`, body);
      await follow(words.import, "stage", {}, (share) => {
        bar.value = share;
      });
      location.assign(`/imports/${words.import}?district=${encodeURIComponent(words.district)}`);
    };
    try {
      await compare(false);
    } catch (problem) {
      // The ground speaks for another datum: only who knows better goes on.
      const isDoubted = problem.code === "datum.contradicted";
      if (isDoubted && confirm(problem.detail)) compare(true).catch(fail);
      else fail(problem);
    }
  });

  preview();
}
