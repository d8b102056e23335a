// A record's facts are changed where they stand: a click or Enter opens one, Enter saves, Esc cancels, and leaving it
// saves, too. What could not be saved stays open with what was typed. Without scripts the pencil leads to the form.
const FORM = "form[data-fact]";
const written = (form) => new URLSearchParams(new FormData(form)).toString();
const opened = new WeakMap(); // form → what it held when it was opened or refused
let wanted = ""; // the id of the fact that was asked for last and is still to come

const field = (form) => form.querySelector("[aria-invalid], input:not([type=hidden]), select, textarea");
const cancel = (form) => form.querySelector("[data-cancel]").click();

document.addEventListener("click", (event) => {
  const change = event.target.closest?.(".ef-change");
  if (change) wanted = change.closest(".ef").id;
  const fact = event.target.closest?.(".ef");
  if (!fact || event.target.closest("a, button, form, label") || String(getSelection())) return;
  fact.querySelector(".ef-change")?.click();
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.(FORM);
  if (!form || event.isComposing) return;
  if (event.key === "Escape") cancel(form);
  else if (event.key === "Enter" && event.target.matches("textarea") && (event.ctrlKey || event.metaKey)) {
    form.requestSubmit();
  } else if (event.key === "Enter" && event.target.matches("select")) form.requestSubmit();
  else return;
  event.preventDefault();
});

document.addEventListener("submit", (event) => {
  if (event.target.matches(FORM)) opened.set(event.target, written(event.target)); // it is on its way
});

document.addEventListener("focusin", (event) => {
  if (event.target.matches("input, select, textarea")) wanted = ""; // they went elsewhere meanwhile
});

document.addEventListener("focusout", (event) => {
  const form = event.target.closest?.(FORM);
  if (!form || form.contains(event.relatedTarget)) return;
  setTimeout(() => {
    if (!form.isConnected || form.contains(document.activeElement)) return;
    if (written(form) !== opened.get(form)) form.requestSubmit();
    else if (!form.querySelector(".form-error")) cancel(form);
  });
});

// At once, not when it has settled: who types quickly would have typed by then.
document.addEventListener("htmx:afterSwap", (event) => {
  const form = event.detail.elt.closest?.(".ef")?.querySelector(FORM);
  if (form) opened.set(form, written(form));
});

document.addEventListener("htmx:afterSettle", (event) => {
  const fact = event.detail.elt.closest?.(".ef");
  if (!fact) return;
  const form = fact.querySelector(FORM);
  const active = document.activeElement;
  // What was left and comes back refused does not take the focus from what was opened instead.
  if (form && (wanted ? wanted === fact.id : !active.matches("input, select, textarea"))) field(form).focus();
  else if (!form && active === document.body) fact.querySelector(".ef-change")?.focus();
});
