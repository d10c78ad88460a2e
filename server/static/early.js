// In the head, before anything is drawn: a press of a button that comes before the page's
// scripts do is kept until they are there. Otherwise a form without an address of its own
// reloads the page with its fields in the address, and what was typed is lost.
"use strict";

{
  let pressed = null;
  const keep = (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    pressed = button;
  };
  document.addEventListener("click", keep, true);
  window.addEventListener("DOMContentLoaded", () => {
    document.removeEventListener("click", keep, true);
    pressed?.click();
  });
}
