// <form data-guard> asks before a page with unsent changes is left.
const changed = new Set();

const forget = (form) => {
  changed.delete(form);
};

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-guard]");
  if (form) changed.add(form);
});

document.addEventListener("submit", (event) => forget(event.target));
document.addEventListener("reset", (event) => forget(event.target));

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest?.("form[data-guard]");
  if (!form) return;
  if (event.detail.successful) forget(form);
  else changed.add(form);
});

window.addEventListener("beforeunload", (event) => {
  for (const form of changed) if (!form.isConnected) forget(form);
  if (changed.size) event.preventDefault();
});
