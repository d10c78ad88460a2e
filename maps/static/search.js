// Search by name or address over the sites that are there; arrows and Enter work.
"use strict";

const MOST_FOUND = 12;

fugai.startSearch = (view) => {
  const { parts, words } = view;
  const input = parts["search-input"];
  const list = parts.found;
  let active = -1;

  const close = () => {
    list.hidden = true;
    active = -1;
  };
  const choose = (site) => {
    close();
    input.blur();
    view.open(site, true);
  };
  const mark = (step) => {
    const rows = [...list.querySelectorAll("button")];
    if (rows.length === 0) return;
    active = (active + step + rows.length) % rows.length;
    rows.forEach((row, index) => row.classList.toggle("active", index === active));
    rows[active].scrollIntoView({ block: "nearest" });
  };
  const search = () => {
    const wanted = input.value.trim().toLowerCase();
    if (!wanted) return close();
    const has = (text) => Boolean(text) && text.toLowerCase().includes(wanted);
    const found = [];
    for (const site of view.sites) {
      if (has(site.properties.name) || has(site.properties.address)) found.push(site);
      if (found.length >= MOST_FOUND) break;
    }
    list.replaceChildren(
      ...found.map((site) =>
        fugai.element(
          "button",
          { type: "button", class: "list-group-item list-group-item-action", onclick: () => choose(site) },
          fugai.element("div", {}, site.properties.name),
          fugai.element(
            "div",
            { class: "text-secondary small" },
            view.whereabouts(site),
          ),
        ),
      ),
    );
    if (found.length === 0) {
      const text = fugai.fill(words.search_nothing, { q: input.value.trim() });
      list.append(fugai.element("div", { class: "list-group-item text-secondary" }, text));
    }
    active = -1;
    list.hidden = false;
  };
  input.addEventListener("input", search);
  input.addEventListener("focus", search);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") mark(1);
    else if (event.key === "ArrowUp") mark(-1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter") {
      const rows = list.querySelectorAll("button");
      if (rows.length) rows[Math.max(0, active)].click();
    } else return;
    event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    if (!parts.search.contains(event.target)) close();
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
    if (event.key === "/" && !isTyping) {
      event.preventDefault();
      input.focus();
    }
  });
};
