// Files that are sent and answered on the same page: refusals become sentences, results a map.
"use strict";

/** Hand the comparison that stands in a part of the page to the map. */
const compare = (part) => {
  const held = part.querySelector('script[type="application/json"][data-comparison]');
  if (held) document.dispatchEvent(new CustomEvent("fugai:compare", { detail: JSON.parse(held.textContent) }));
};

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (!(xhr.getResponseHeader("content-type") || "").includes("json")) return;
  // A refusal: its sentence, and for a doubted datum the way to insist on it.
  const problem = JSON.parse(xhr.responseText);
  const box = document.getElementById("refusal").content.cloneNode(true);
  box.querySelector("[data-said]").textContent = problem.detail;
  const insist = box.querySelector("[data-insist]");
  if (insist && problem.code !== "datum.contradicted") insist.remove();
  event.detail.target.replaceChildren(box);
  // So that htmx knows whose value a button outside the form brings along.
  htmx.process(event.detail.target);
  event.detail.shouldSwap = false;
  event.detail.isError = false;
});

document.addEventListener("click", (event) => {
  const asked = event.target.closest("[data-look]");
  if (!asked) return;
  const [west, south, east, north] = asked.dataset.look.split(",").map(Number);
  document.dispatchEvent(new CustomEvent("fugai:look", { detail: [[south, west], [north, east]] }));
  document.querySelector(".fugai-compare-map").scrollIntoView({ block: "nearest" });
});

document.addEventListener("htmx:afterSwap", (event) => compare(event.detail.target));
document.addEventListener("htmx:sendError", (event) => {
  const box = document.getElementById("refusal").content.cloneNode(true);
  for (const insist of box.querySelectorAll("[data-insist]")) insist.remove();
  event.detail.target.replaceChildren(box);
});
