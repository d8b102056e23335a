// Saving one cell after the other: optimistic, with a tick, a way back, and nothing typed ever lost.
import { DurationError, formatMinutes, parse } from "../durations.js";
import { toast } from "../toasts.js";
import * as cells from "./cells.js";
import { post } from "./requests.js";

const failed = new Map(); // cell → {text, words}: typed, and not stored
const underway = new Map(); // cell → [minutes, …]: typed, and not answered yet
const history = []; // what Ctrl+Z takes back, newest last: lists of functions
const openPanel = { with: null };
let chain = Promise.resolve();

/** Who shows the entries of a cell; set by the grid, because the panel saves too. */
export const onSeveralEntries = (open) => {
  openPanel.with = open;
};

export const typedIn = (cell) => failed.get(cell)?.text;
export const minutesOf = (cell) => underway.get(cell)?.at(-1) ?? cells.minutesOf(cell);
export const isSettled = () => chain;

/** Save what was typed into some cells as one change; [[cell, text], …]. */
export async function saveAll(changes) {
  const ways = await Promise.all(changes.map(([cell, text]) => save(cell, text)));
  remember(ways.filter(Boolean));
}

export function remember(ways) {
  if (ways.length) history.push(ways);
}

/** Take back the last change. */
export async function takeBack() {
  const ways = history.pop();
  if (!ways) return cells.say("Nothing to take back.");
  for (const way of ways.reverse()) await way();
  cells.say("Taken back.");
}

/** Answers how to take it back, or null when nothing was stored. */
export function save(cell, text, { confirmed = false } = {}) {
  let minutes;
  try {
    minutes = parse(text, { unit: cells.unit, present: minutesOf(cell) }).minutes;
  } catch (refusal) {
    if (!(refusal instanceof DurationError)) throw refusal;
    fail(cell, text, refusal.message);
    return Promise.resolve(null);
  }
  settle(cell);
  if (minutes === minutesOf(cell)) {
    showExpected(cell);
    return Promise.resolve(null);
  }
  underway.set(cell, [...(underway.get(cell) ?? []), minutes]);
  showExpected(cell);
  return enqueue(() => send(cell, text, confirmed));
}

function showExpected(cell) {
  const minutes = underway.get(cell)?.at(-1);
  if (minutes === undefined) cells.showStored(cell);
  else cells.show(cell, minutes ? formatMinutes(minutes, cells.table.dataset.hoursFormat) : "");
}

/** One after the other, so that each knows the version that the one before left. */
function enqueue(work) {
  cells.table.dataset.saving = "";
  const done = chain.then(work).finally(() => {
    if (!underway.size) delete cells.table.dataset.saving;
  });
  chain = done.catch(() => null);
  return done;
}

function answered(cell) {
  const rest = underway.get(cell).slice(1);
  if (rest.length) underway.set(cell, rest);
  else underway.delete(cell);
}

async function send(cell, text, confirmed) {
  const before = cells.minutesOf(cell);
  const asked = { ...cells.address(cell), text, ...(confirmed && { confirmed: "1" }) };
  const { status, body } = await post(cells.table.dataset.save, asked);
  answered(cell);
  if (status === 200) return stored(cell, before, body);
  if (status === 409) conflict(cell, text, body.theirs);
  else if (body.confirm) ask(cell, body.confirm, "Delete", () => saveAgain(cell, text, { confirmed: true }));
  else if (body.panel) severalEntries(cell, body.error);
  else fail(cell, text, body.error);
  return null;
}

function stored(cell, before, body) {
  cells.paint(body.cell);
  cells.paintTotals(cell, body.totals);
  showExpected(cell);
  tick(cell);
  cells.say(body.cell.count ? `Saved. ${body.cell.label}` : `Cleared. ${body.cell.label}`);
  if (!body.undo) return () => save(cell, before ? formatMinutes(before) : "", { confirmed: true });
  const way = () => restore(body.undo);
  toast(`Deleted ${formatMinutes(before)}.`, way);
  return way;
}

/** Bring deleted entries back. */
export async function restore(token) {
  const { status, body } = await post(cells.table.dataset.undo, { token });
  if (status !== 200) return cells.say(body.error);
  for (const { cell: state, totals } of body.cells) {
    const cell = cells.paint(state);
    if (cell) {
      cells.paintTotals(cell, totals);
      tick(cell);
      cells.say(`Restored. ${state.label}`);
    }
  }
}

export function tick(cell) {
  if ("editing" in cell.dataset) return;
  const check = cells.icon("saved");
  cell.prepend(check);
  setTimeout(() => check.remove(), 2000);
}

// --- what did not work: one line each above the grid, gone when it is solved ---

function fail(cell, text, words) {
  failed.set(cell, { text, words });
  cell.classList.add("fail");
  cells.show(cell, text);
  problem(cell, words, [["Try again", () => saveAgain(cell, text)]]);
}

function conflict(cell, text, theirs) {
  cells.paint(theirs);
  failed.set(cell, { text, words: "" });
  cell.classList.add("fail");
  const stored = theirs.text || "nothing";
  problem(cell, `Somebody else saved ${stored} here meanwhile. You typed ${text || "nothing"}.`, [
    [`Keep ${stored}`, () => dismiss(cell)],
    [`Save ${text || "nothing"}`, () => saveAgain(cell, text)],
  ]);
}

export function ask(cell, question, yes, answer, where) {
  cells.showStored(cell);
  problem(cell, question, [
    [yes, answer],
    ["Keep it", () => dismiss(cell)],
  ], where).querySelector("button").focus();
}

function severalEntries(cell, words) {
  cells.showStored(cell);
  cells.say(words);
  openPanel.with?.(cell);
}

async function saveAgain(cell, text, options) {
  cell.focus();
  remember([await save(cell, text, options)].filter(Boolean));
}

function dismiss(cell) {
  settle(cell);
  cells.showStored(cell);
  cell.focus();
}

export function settle(cell) {
  failed.delete(cell);
  cell.classList.remove("fail");
  problemOf(cell)?.remove();
}

const key = (cell) => `${cells.workOf(cell)} ${cell.dataset.day}`;
const problemOf = (cell) =>
  [...document.getElementById("grid-problems").children].find((note) => note.dataset.cell === key(cell));

function problem(cell, words, answers, place = `${cell.parentElement.dataset.name}, ${weekday(cell)}`) {
  problemOf(cell)?.remove();
  const note = document.createElement("div");
  note.className = "note note-bad";
  note.dataset.cell = key(cell);
  const text = document.createElement("div");
  text.className = "note-body txt";
  const where = document.createElement("b");
  where.textContent = `${place}: `;
  text.append(where, words);
  note.append(cells.icon("problem"), text, ...answers.map(button));
  document.getElementById("grid-problems").append(note);
  return note;
}

function button([words, act]) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn-sm btn-quiet";
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
}

const weekday = (cell) =>
  new Intl.DateTimeFormat("en", { weekday: "long", timeZone: "UTC" }).format(new Date(cell.dataset.day));

window.addEventListener("beforeunload", (event) => {
  if (underway.size || failed.size) event.preventDefault();
});
