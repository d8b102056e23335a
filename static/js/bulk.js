// Ticked rows of a list: the bar shows while there are some, and says how many. Without it the bar stands there always.
const bar = () => document.querySelector("form[data-bulk]");
const boxes = () => [...document.querySelectorAll("input[type=checkbox][name=row]")];

function show() {
  const form = bar();
  if (!form) return;
  const all = form.querySelector("input[name=all]");
  const ticked = boxes().filter((box) => box.checked);
  form.hidden = ticked.length === 0;
  if (form.hidden && all) all.checked = false;
  form.querySelector("[data-bulk-count]").textContent = all?.checked ? "All chosen" : `${ticked.length} ticked`;
  form.querySelector("[data-untick]").hidden = false;
  for (const box of boxes()) box.closest("tr").classList.toggle("on", box.checked);
  const head = document.querySelector("input[data-tick-all]");
  if (head) {
    head.checked = ticked.length > 0 && ticked.length === boxes().length;
    head.indeterminate = ticked.length > 0 && !head.checked;
  }
}

document.addEventListener("change", (event) => {
  if (event.target.matches("input[data-tick-all]")) for (const box of boxes()) box.checked = event.target.checked;
  if (event.target.matches("input[data-tick-all], input[name=row], form[data-bulk] input[name=all]")) show();
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-untick]")) return;
  for (const box of boxes()) box.checked = false;
  show();
});

document.addEventListener("htmx:load", show);
show();
