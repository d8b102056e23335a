// What somebody typed into a live search before htmx was there is looked for as soon as it is.
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
