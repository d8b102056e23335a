// The panel of one cell: its entries with their notes. Forms travel by htmx.
import * as cells from "./cells.js";
import { get } from "./requests.js";
import { restore, tick } from "./saving.js";
import { toast } from "../toasts.js";

const panel = document.getElementById("cell-panel");
let opened = null;
let closeWhenSwapped = false;

export async function open(cell, { note = false } = {}) {
  const { work, day, person } = cells.address(cell);
  const answer = await get(cells.table.dataset.panel, { work, day, person });
  if (!answer) return cells.say("The entries could not be shown: the connection dropped.");
  panel.innerHTML = await answer.text();
  window.htmx.process(panel);
  panel.hidden = false;
  opened = cell;
  beside(cell);
  focusInside(note);
}

export function close() {
  if (!opened) return;
  panel.hidden = true;
  panel.replaceChildren();
  const cell = opened;
  opened = null;
  cell.focus();
}

function beside(cell) {
  const room = panel.parentElement.getBoundingClientRect();
  const box = cell.getBoundingClientRect();
  const left = Math.min(box.left - room.left, room.width - panel.offsetWidth - 16);
  panel.style.left = `${Math.max(left, 16)}px`;
  panel.style.top = `${box.bottom - room.top + 6}px`;
  panel.scrollIntoView({ block: "nearest" });
}

function focusInside(note) {
  const wanted = note ? "[name=note]" : "input:not([type=hidden]), textarea";
  const isEmpty = opened && !cells.countOf(opened);
  const field = panel.querySelector(isEmpty ? "[name=time]" : wanted);
  (field ?? panel.firstElementChild)?.focus();
}

panel?.addEventListener("click", (event) => {
  if (event.target.closest("[data-close-panel]")) close();
});

panel?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing) return;
  event.preventDefault();
  close();
});

document.addEventListener("time:cell", ({ detail }) => {
  const cell = cells.paint(detail.cell);
  if (!cell) return;
  cells.paintTotals(cell, detail.totals);
  tick(cell);
  cells.say(`Saved. ${detail.cell.label}`);
  closeWhenSwapped = detail.cell.count < 2;
});

document.addEventListener("time:deleted", ({ detail }) => toast(detail.words, () => restore(detail.undo)));

panel?.addEventListener("htmx:afterSwap", () => {
  if (closeWhenSwapped) close();
  else if (!panel.querySelector("[data-focus]")) focusInside(false);
  closeWhenSwapped = false;
});
