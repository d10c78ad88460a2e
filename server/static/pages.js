// What every page does: forms that submit when something in them changes.
"use strict";

for (const form of document.querySelectorAll('form[data-submits="change"]')) {
  form.addEventListener("change", () => {
    // An empty field asks for nothing: it stays out of the address.
    for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
    form.submit();
  });
}
