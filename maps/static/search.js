// Search by name or address; arrows and Enter work.
"use strict";

const MOST_FOUND = 12;
const TYPING_MS = 120;

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
  const row = (site) =>
    fugai.element(
      "button",
      { type: "button", class: "list-group-item list-group-item-action", onclick: () => choose(site) },
      fugai.element("div", {}, site.properties.name),
      fugai.element("div", { class: "text-secondary small" }, view.whereabouts(site)),
    );
  const show = (found, text) => {
    list.replaceChildren(...found.map(row));
    if (found.length === 0) {
      const said = fugai.fill(words.search_nothing, { q: text });
      list.append(fugai.element("div", { class: "list-group-item text-secondary" }, said));
    }
    active = -1;
    list.hidden = false;
  };
  const ask = async (text) => {
    try {
      const found = await view.register.search(text, MOST_FOUND);
      // What was typed meanwhile has a search of its own.
      if (text === input.value.trim()) show(found, text);
    } catch (error) {
      console.error(error);
    }
  };
  let asked = { text: "", answer: Promise.resolve() };
  const search = () => {
    const text = input.value.trim();
    if (!text) {
      asked = { text, answer: Promise.resolve() };
      return close();
    }
    if (text !== asked.text) asked = { text, answer: ask(text) };
    else asked.answer.then(() => (list.hidden = false));
  };
  const chooseFirst = async () => {
    clearTimeout(waiting);
    search();
    await asked.answer;
    const rows = list.querySelectorAll("button");
    if (!list.hidden && rows.length) rows[Math.max(0, active)].click();
  };
  let waiting = null;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, view.register.hasCards ? TYPING_MS : 0);
  });
  input.addEventListener("focus", search);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") mark(1);
    else if (event.key === "ArrowUp") mark(-1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter") chooseFirst();
    else return;
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
