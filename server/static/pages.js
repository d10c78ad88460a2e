// What every page does: partial updates, forms that submit when something in them changes.
"use strict";

// Read before the document is ready: no code out of texts, no styles beside ours, no other host.
Object.assign(htmx.config, { allowEval: false, includeIndicatorStyles: false, selfRequestsOnly: true });

for (const form of document.querySelectorAll('form[data-submits="change"]')) {
  form.addEventListener("change", () => {
    // An empty field asks for nothing: it stays out of the address.
    for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
    form.submit();
  });
}
