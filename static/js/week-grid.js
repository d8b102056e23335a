// The week as a grid: select, type, save. Keys are listed on the page itself, under the table.
import { DurationError, echo, parse } from "./durations.js";
import * as cells from "./week/cells.js";
import * as panel from "./week/panel.js";
import { post } from "./week/requests.js";
import { arrival, openBox } from "./week/rows.js";
import { isSettled, minutesOf, onSeveralEntries, saveAll, takeBack, tick, typedIn } from "./week/saving.js";

const { table } = cells;
const STARTS_A_TIME = /^[0-9:.,+-]$/;
const isTouch = matchMedia("(pointer: coarse)").matches;
const lettersWork = () => document.body.dataset.keys !== "off";
const typing = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

let current = null; // the one cell that Tab reaches
let anchor = null; // where a block of cells began
let editor = null;

// --- selecting ---

function select(cell, { extend = false } = {}) {
  if (!cell) return;
  if (!cells.isShown(cell)) showDay(cell.dataset.day);
  if (current) current.tabIndex = -1;
  current = cell;
  if (!extend) anchor = cell;
  cell.tabIndex = 0;
  cell.focus();
  const chosen = block();
  for (const one of table.querySelectorAll(".sel, .block")) one.classList.remove("sel", "block");
  for (const one of chosen.flat()) one.classList.add(chosen.flat().length > 1 ? "block" : "sel");
}

function block() {
  const [[top, left], [bottom, right]] = [cells.place(anchor), cells.place(current)];
  const between = (a, b) => Array.from({ length: Math.abs(a - b) + 1 }, (_, step) => Math.min(a, b) + step);
  return between(top, bottom).map((row) => between(left, right).map((column) => cells.at(row, column)));
}

function move(down, right, options) {
  const [row, column] = cells.place(current);
  if (right < 0 && column === 0 && !options?.extend) return rowActs(current.parentElement).at(-1)?.focus();
  select(cells.at(row + down, column + right), options);
}

const rowActs = (row) => [...row.querySelectorAll(".row-acts button")];

function showDay(day) {
  for (const one of table.querySelectorAll(".shown")) one.classList.remove("shown");
  for (const one of table.querySelectorAll(`[data-day="${day}"]`)) one.classList.add("shown");
  for (const link of document.querySelectorAll(".daystrip a")) {
    if (link.dataset.day === day) link.setAttribute("aria-current", "date");
    else link.removeAttribute("aria-current");
  }
}

// --- editing ---

function edit(cell, typed = null) {
  if (!cells.isEditable(cell)) return explain(cell);
  select(cell);
  const input = document.createElement("input");
  input.className = "form-control";
  input.type = "text";
  input.autocomplete = "off";
  input.setAttribute("aria-label", cell.dataset.label);
  input.setAttribute("aria-describedby", "cell-echo");
  input.value = typed ?? typedIn(cell) ?? cells.textOf(cell);
  const understood = document.createElement("span");
  understood.className = "echo";
  understood.id = "cell-echo";
  understood.setAttribute("role", "status");
  editor = { cell, input, understood };
  cell.dataset.editing = "";
  cell.replaceChildren(input, understood);
  input.focus();
  if (typed === null) input.select();
  input.addEventListener("input", tell);
  input.addEventListener("blur", () => finish());
  tell();
}

function explain(cell) {
  select(cell);
  if (cells.isRunning(cell)) cells.say(cell.title);
  else if (cells.isWritable && (cells.countOf(cell) > 1 || cells.isLate(cell))) panel.open(cell);
  else if (cell.dataset.locked) cells.say(`Locked: ${cell.dataset.locked}`);
}

function reading() {
  return parse(editor.input.value, { unit: cells.unit, present: minutesOf(editor.cell) });
}

function tell() {
  const { input, understood } = editor;
  try {
    const { minutes } = reading();
    understood.classList.remove("bad");
    understood.textContent = input.value.trim() ? `= ${minutes ? echo(minutes) : "clear"}` : "";
    input.removeAttribute("aria-invalid");
  } catch (refusal) {
    if (!(refusal instanceof DurationError)) throw refusal;
    understood.classList.add("bad");
    understood.textContent = refusal.message;
  }
}

function closeEditor() {
  delete editor.cell.dataset.editing;
  editor = null;
}

/** Save what was typed and leave the cell; what can't be read is kept, in red. */
function finish() {
  if (!editor) return;
  const { cell, input } = editor;
  closeEditor();
  saveAll([[cell, input.value]]);
}

/** From the keyboard an unreadable time is mended on the spot. */
function finishIfReadable() {
  try {
    reading();
  } catch (refusal) {
    if (!(refusal instanceof DurationError)) throw refusal;
    editor.input.setAttribute("aria-invalid", "true");
    return null;
  }
  const { cell } = editor;
  finish();
  return cell;
}

function cancel() {
  const { cell } = editor;
  closeEditor();
  cells.showStored(cell);
  select(cell);
}

function editNext(step, event) {
  const [row, column] = cells.place(editor.cell);
  const all = cells.rows().flatMap(cells.cellsOf).filter(cells.isShown);
  const from = all.indexOf(cells.at(row, column));
  const cell = finishIfReadable();
  if (!cell) return event.preventDefault();
  const next = all.slice(step > 0 ? from + 1 : 0, step > 0 ? undefined : from);
  const target = (step > 0 ? next : next.reverse()).find(cells.isEditable);
  select(cell);
  if (!target) return; // Tab goes on from here, out of the grid
  event.preventDefault();
  edit(target);
}

function editorKeys(event) {
  if (event.isComposing) return;
  const { key } = event;
  if (key === "Tab") return editNext(event.shiftKey ? -1 : 1, event);
  const down = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[key];
  if (key === "Escape") cancel();
  else if (down) saveAndMove(down);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function saveAndMove(down) {
  const cell = finishIfReadable();
  if (!cell) return;
  const [row, column] = cells.place(cell);
  select(cells.at(row + down, column) ?? cell);
}

// --- one key, one wish ---

const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const COMMANDS = { d: fillDown, r: fillRight, z: takeBack };
const LETTERS = { n: () => panel.open(current, { note: true }), b: toggleBillable };

function selectionKeys(event) {
  const { key } = event;
  const command = event.ctrlKey || event.metaKey;
  const wish = command ? commandFor(event) : plainWish(event);
  if (!wish) return;
  event.preventDefault();
  event.stopPropagation();
  wish(key);
}

function commandFor({ key, shiftKey, altKey }) {
  return !shiftKey && !altKey && cells.isWritable ? COMMANDS[key.toLowerCase()] : null;
}

function plainWish({ key, shiftKey, altKey }) {
  if (altKey) return { ArrowLeft: () => leave("previous-week"), ArrowRight: () => leave("next-week") }[key];
  if (ARROWS[key]) return () => move(...ARROWS[key], { extend: shiftKey });
  if (key === "Home" || key === "End") return () => toEnd(key === "End");
  if (key === "Escape") return () => current.blur();
  if (!cells.isWritable) return null;
  if (shiftKey && key === "F2") return LETTERS.n;
  if (key === "Enter" || key === "F2") return () => edit(current);
  if (key === "Delete" || key === "Backspace") return clear;
  if (STARTS_A_TIME.test(key)) return () => edit(current, key);
  return lettersWork() && !shiftKey ? LETTERS[key] : null;
}

function toEnd(last) {
  const all = cells.cellsOf(current.parentElement);
  select(all[last ? all.length - 1 : 0]);
}

async function leave(id) {
  await isSettled();
  document.getElementById(id).click();
}

const clearable = (cell) => !cell.dataset.locked && !cells.isRunning(cell) && minutesOf(cell) > 0;

function clear() {
  const chosen = block().flat().filter(clearable);
  if (!chosen.length) return explain(current);
  saveAll(chosen.map((cell) => [cell, ""]));
}

function write(changes) {
  const possible = changes.filter(([cell, text]) => cell && text !== "" && cells.isEditable(cell));
  const skipped = changes.filter(([cell, text]) => cell && text !== "").length - possible.length;
  saveAll(possible);
  if (skipped) cells.say(`${skipped} ${skipped === 1 ? "cell" : "cells"} skipped: locked, timed just now, or made of several entries.`);
}

function fillDown() {
  const chosen = block();
  const [row, column] = cells.place(chosen[0][0]);
  const source = chosen.length > 1 ? chosen[0] : chosen[0].map((_, step) => cells.at(row - 1, column + step));
  const targets = chosen.length > 1 ? chosen.slice(1) : chosen;
  write(targets.flatMap((line) => line.map((cell, step) => [cell, source[step] ? cells.textOf(source[step]) : ""])));
}

function fillRight() {
  const chosen = block();
  const isWide = chosen[0].length > 1;
  const targets = chosen.flatMap((line) => {
    const [row, column] = cells.place(line[0]);
    const source = isWide ? line[0] : cells.at(row, column - 1);
    return (isWide ? line.slice(1) : line).map((cell) => [cell, source ? cells.textOf(source) : ""]);
  });
  write(targets);
}

async function toggleBillable() {
  const cell = current;
  if (cells.isLate(cell)) return panel.open(cell);
  if (!cells.countOf(cell)) return cells.say("Nothing here to bill.");
  const billable = !("billable" in cell.dataset);
  const { status, body } = await post(table.dataset.billable, { ...cells.address(cell), ...(billable && { billable: "1" }) });
  if (body.theirs) cells.paint(body.theirs);
  if (status !== 200) return cells.say(body.error);
  cells.paint(body.cell);
  tick(cell);
  cells.say(`${billable ? "Billable" : "Not billable"}. ${body.cell.label}`);
}

// --- clipboard: one cell or a block, as spreadsheets do it ---

const isSelecting = () => !editor && current !== null && document.activeElement === current;

document.addEventListener("copy", (event) => {
  if (!table || !isSelecting()) return;
  event.preventDefault();
  const lines = block().map((line) => line.map(cells.textOf).join("\t"));
  event.clipboardData.setData("text/plain", lines.join("\n"));
  cells.say(`Copied ${block().flat().length === 1 ? "one cell" : `${block().flat().length} cells`}.`);
});

document.addEventListener("paste", (event) => {
  if (!table || !isSelecting() || !cells.isWritable) return;
  event.preventDefault();
  const lines = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "").split(/\r?\n/);
  const values = lines.map((line) => line.split("\t").map((text) => text.trim()));
  const chosen = block();
  const [row, column] = cells.place(chosen[0][0]);
  const one = values.length === 1 && values[0].length === 1;
  write(
    one
      ? chosen.flat().map((cell) => [cell, values[0][0]])
      : values.flatMap((line, down) => line.map((text, right) => [cells.at(row + down, column + right), text])),
  );
});

// --- start ---

/** Left of a row's first cell stand its buttons; the arrows lead there and back. */
function rowActsKeys(event) {
  const row = event.target.closest("tr");
  const [index, acts] = [cells.rows().indexOf(row), rowActs(row)];
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const beside = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (beside) (acts[acts.indexOf(event.target) + beside] ?? (beside > 0 && select(cells.at(index, 0))))?.focus?.();
  else if (event.key === "Escape") event.target.blur();
  else if (step) select(cells.at(index + step, 0));
  else return;
  event.preventDefault();
}

function start() {
  table.setAttribute("role", "grid");
  cells.rows().forEach(cells.enhance);
  arrival.then = (cell) => select(cell);
  onSeveralEntries((cell) => panel.open(cell));
  const first = table.querySelector("tbody td.d.shown") ?? table.querySelector("tbody td.d");
  if (first) {
    current = anchor = first;
    first.tabIndex = 0;
  }
  table.addEventListener("keydown", (event) => {
    if (event.target === editor?.input) editorKeys(event);
    else if (event.target.closest(".row-acts")) rowActsKeys(event);
    else if (event.target === current) selectionKeys(event);
  });
  let pressed = null; // the cell that had been selected before it was pressed
  table.addEventListener("pointerdown", () => {
    pressed = document.activeElement === current ? current : null;
  });
  table.addEventListener("click", (event) => {
    const cell = event.target.closest("tbody td.d");
    if (!cell || editor?.cell === cell) return;
    if (cells.isWritable && (isTouch || cell === pressed)) edit(cell);
    else select(cell, { extend: event.shiftKey });
  });
  table.addEventListener("focusin", (event) => {
    if (event.target.matches?.("tbody td.d") && event.target !== current) select(event.target);
  });
}

function startPage() {
  document.querySelector(".daystrip").addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    showDay(link.dataset.day);
  });
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (!lettersWork() || !cells.isWritable) return;
    if (event.key === "a") openBox();
    else if (event.key === "?") toggleKeys();
    else return;
    event.preventDefault();
  });
}

function toggleKeys() {
  const keys = document.getElementById("grid-keys");
  keys.open = !keys.open;
  if (keys.open) keys.scrollIntoView({ block: "nearest" });
}

if (table) {
  start();
  startPage();
}
