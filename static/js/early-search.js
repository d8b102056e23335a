// What somebody typed into a live search before htmx was there is looked for as soon as it is. An empty word stays
// out of the address.
const typedEarly = (field) => field.value !== field.defaultValue;

document.addEventListener(
  "htmx:load",
  () => {
    for (const field of document.querySelectorAll("form[hx-get] input[type=search]")) {
      if (typedEarly(field)) field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  },
  { once: true },
);

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb !== "get" || detail.elt.role !== "search") return;
  for (const [name, value] of [...detail.formData]) if (!value) detail.formData.delete(name);
});
