// The record beside the map: fetched when a site is opened, and anew when somebody changes it.
"use strict";

{
  const root = document.querySelector(".fugai");
  const panel = document.getElementById("record");
  let open = null;

  const fetchRecord = () => htmx.ajax("GET", open.address, { target: "#record-body", swap: "innerHTML" });

  root.addEventListener("fugai:open", (event) => {
    open = event.detail;
    fetchRecord();
    tabler.Offcanvas.getOrCreateInstance(panel).show();
  });
  panel.addEventListener("hidden.bs.offcanvas", () => (open = null));
  root.addEventListener("fugai:changed", ({ detail: { ids } }) => {
    if (open && (!ids || ids.includes(Number(open.id)))) fetchRecord();
  });
}
