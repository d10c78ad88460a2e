// The record beside the map: fetched when a site is opened, closed with it.
"use strict";

document.querySelector(".fugai").addEventListener("fugai:open", (event) => {
  const panel = document.getElementById("record");
  htmx.ajax("GET", event.detail.address, { target: "#record-body", swap: "innerHTML" });
  tabler.Offcanvas.getOrCreateInstance(panel).show();
});
