// Read and write the inputs of a record by data-field and data-kind; ticks that stand alone.
"use strict";

const fields = {
  inside: (root) => [...root.querySelectorAll("[data-field]")],

  read(holder) {
    const kind = holder.dataset.kind;
    const inputs = [...holder.querySelectorAll("input, select")];
    if (kind === "ticks") return inputs.filter((one) => one.checked).map((one) => one.value).sort();
    if (kind === "switch" || kind === "choice") {
      const value = inputs.find((one) => one.checked)?.value ?? "";
      if (value === "") return null;
      return kind === "switch" ? value === "true" : value;
    }
    const input = inputs[0];
    // What a browser cannot read as a number is no empty field.
    if (input.validity?.badInput) return undefined;
    const text = input.value.trim();
    if (text === "") return null;
    if (kind === "share") return Math.round(Number(text) * 100) / 10000;
    return kind === "count" || kind === "decimal" ? Number(text) : text;
  },

  write(holder, value) {
    const kind = holder.dataset.kind;
    for (const input of holder.querySelectorAll("input, select")) {
      if (kind === "ticks") input.checked = (value ?? []).includes(input.value);
      else if (kind === "switch" || kind === "choice") input.checked = input.value === String(value ?? "");
      else if (kind === "share") input.value = value == null ? "" : Math.round(value * 10000) / 100;
      else input.value = value ?? "";
    }
  },

  same: (one, other) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null),

  fault(holder, text) {
    const place = holder.querySelector("[data-fault]");
    place.textContent = text;
    place.classList.toggle("d-block", Boolean(text));
    for (const input of holder.querySelectorAll("input:not(.btn-check), select"))
      input.classList.toggle("is-invalid", Boolean(text));
  },

  // 尚未实施 excludes the other management types while they are ticked.
  watchTicks(root) {
    for (const group of root.querySelectorAll("[data-alone]"))
      group.addEventListener("change", ({ target }) => {
        if (!target.checked) return;
        const alone = target.value === group.dataset.alone;
        for (const one of group.querySelectorAll("input"))
          if (one !== target && (alone || one.value === group.dataset.alone)) one.checked = false;
      });
  },

  // A neighbourhood is chosen among those of the town.
  watchTown(root) {
    const town = root.querySelector('select[name="town"]');
    const neighbourhood = root.querySelector('select[name="neighbourhood"]');
    if (!town || !neighbourhood) return () => {};
    const narrow = () => {
      for (const option of neighbourhood.options) {
        const isElsewhere = Boolean(option.dataset.town && town.value && option.dataset.town !== town.value);
        option.hidden = isElsewhere;
        option.disabled = isElsewhere;
        if (isElsewhere && option.selected) neighbourhood.value = "";
      }
    };
    town.addEventListener("change", narrow);
    narrow();
    return narrow;
  },

  async send(method, address, body, version) {
    const headers = { accept: "application/json" };
    if (version != null) headers["If-Match"] = `"${version}"`;
    const isForm = body instanceof FormData;
    if (body !== undefined && !isForm) headers["content-type"] = "application/json";
    const content = body === undefined || isForm ? body : JSON.stringify(body);
    try {
      const answer = await fetch(address, { method, headers, body: content });
      const told = await answer.json().catch(() => ({}));
      return { ok: answer.ok, status: answer.status, told };
    } catch {
      // The network failed: nothing is told.
      return { ok: false, status: 0, told: {} };
    }
  },
};
