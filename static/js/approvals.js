// The list of timesheets by keys: j and k move, a approves, r returns. They stand for the ticked rows, or for the one shown.
// <body data-keys="off"> switches the letters off (WCAG 2.1.4).
const rows = () => [...document.querySelectorAll("tr[data-sheet]")];
const current = () => document.querySelector("tr[data-sheet][aria-current]") ?? rows()[0];
const bulk = () => document.querySelector("form[data-bulk]");
const typing = (element) => element.closest("input:not([type=checkbox]), textarea, select, [contenteditable]") !== null;

function move(steps) {
  const all = rows();
  const next = all[all.indexOf(current()) + steps];
  if (!next) return;
  next.querySelector("a").focus();
  next.querySelector("a").click();
}

function tickCurrent() {
  const ticked = document.querySelector("input[name=row]:checked");
  const box = current()?.querySelector("input[name=row]");
  if (ticked || !box) return Boolean(ticked);
  box.checked = true;
  box.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  a: () => tickCurrent() && bulk().querySelector("button[value=approve]").click(),
  r: () => tickCurrent() && bulk().querySelector("input[name=words]").focus(),
};

document.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-sheet]");
  if (!row || !event.target.closest("a")) return;
  for (const each of rows()) each.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.body.dataset.keys === "off" || typing(event.target) || !bulk() || !KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
});
