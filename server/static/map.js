// The record beside the map: fetched when a site is opened, and anew when somebody changes it.
"use strict";

{
  const root = document.querySelector(".fugai");
  const panel = document.getElementById("record");
  const SETTLE_MS = 200;
  let open = null;
  let waiting = null;

  const fetchRecord = () => htmx.ajax("GET", open.address, { target: "#record-body", swap: "innerHTML" });

  root.addEventListener("fugai:open", (event) => {
    open = event.detail;
    fetchRecord();
    tabler.Offcanvas.getOrCreateInstance(panel).show();
  });
  panel.addEventListener("hidden.bs.offcanvas", () => (open = null));
  root.addEventListener("fugai:changed", ({ detail: { ids } }) => {
    if (!open || (ids && !ids.includes(Number(open.id)))) return;
    // An import changes many at once: one look when it is quiet.
    clearTimeout(waiting);
    waiting = setTimeout(() => open && fetchRecord(), SETTLE_MS);
  });
}
