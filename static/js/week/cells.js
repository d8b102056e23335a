// The table of the week as a grid of cells: finding them, reading them, painting them.
import { formatMinutes } from "../durations.js";

export const table = document.querySelector("table[data-grid]");
export const isWritable = table?.hasAttribute("data-writable");
export const unit = table?.dataset.unit;
const rowActs = document.getElementById("row-acts"); // missing where nothing may be written

export const rows = () => [...table.tBodies[0].rows];
export const cellsOf = (row) => [...row.querySelectorAll("td.d")];
export const workOf = (cell) => cell.parentElement.dataset.work;
export const rowOf = (work) => rows().find((row) => row.dataset.work === work);
export const minutesOf = (cell) => Number(cell.dataset.minutes || 0);
export const countOf = (cell) => Number(cell.dataset.count || 0);
export const isShown = (cell) => cell.offsetParent !== null;
export const isRunning = (cell) => "running" in cell.dataset;
/** Whether the reader may change this locked cell all the same, and says why: in its panel. */
export const isLate = (cell) => "late" in table.dataset && "locked" in cell.dataset;
export const isEditable = (cell) => isWritable && !cell.dataset.locked && !isRunning(cell) && countOf(cell) < 2;

export const place = (cell) => [rows().indexOf(cell.parentElement), cellsOf(cell.parentElement).indexOf(cell)];
export const at = (row, column) => rows()[row] && cellsOf(rows()[row])[column];
export const find = (work, day) => rowOf(work) && cellsOf(rowOf(work)).find((cell) => cell.dataset.day === day);

/** What the writer of a request says about a cell. */
export const address = (cell) => ({
  work: workOf(cell),
  day: cell.dataset.day,
  person: table.dataset.person,
  version: cell.dataset.version || "",
});

export function icon(name) {
  return document.getElementById("grid-icons").content.querySelector(`[data-icon=${name}] svg`).cloneNode(true);
}

/** What a cell shows now: what is stored, or what is on its way. */
export const textOf = (cell) => cell.querySelector(".value")?.textContent ?? cell.dataset.text;

/** Show a text in a cell, without changing what is known to be stored there. Never under somebody's fingers. */
export function show(cell, text, ...before) {
  if ("editing" in cell.dataset) return;
  const words = span("visually-hidden", `${cell.dataset.label}${cell.classList.contains("fail") ? ", not saved" : ""}`);
  const value = span("value", text);
  value.setAttribute("aria-hidden", "true"); // the words say it
  cell.replaceChildren(...before, words, value);
}

function span(name, text) {
  const made = document.createElement("span");
  made.className = name;
  made.textContent = text;
  return made;
}

/** Show what is stored. */
export function showStored(cell) {
  cell.classList.remove("fail");
  const pulse = isRunning(cell) ? [span("pulse", "")] : [];
  show(cell, cell.dataset.text, ...(cell.dataset.locked ? [icon("lock")] : pulse));
}

/** Take over a cell's state as the server tells it. */
export function paint(state) {
  const cell = find(state.work, state.day);
  if (!cell) return null;
  const { dataset, classList } = cell;
  Object.assign(dataset, { minutes: state.minutes, version: state.version, text: state.text, label: state.label });
  flag(dataset, "count", state.count);
  flag(dataset, "n", state.count > 1 && state.count);
  flag(dataset, "note", state.note);
  flag(dataset, "clock", state.clock);
  flag(dataset, "billable", state.billable);
  flag(dataset, "locked", state.locked);
  classList.toggle("note-dot", state.note);
  classList.toggle("many", state.count > 1);
  classList.toggle("lock", Boolean(state.locked));
  cell.title = state.locked;
  showStored(cell);
  return cell;
}

function flag(dataset, name, value) {
  if (value) dataset[name] = value === true ? "" : value;
  else delete dataset[name];
}

/** Every sum that a saved cell changed. */
export function paintTotals(cell, totals) {
  const row = cell.parentElement;
  const hasTime = cellsOf(row).some((one) => minutesOf(one) > 0);
  row.querySelector("td.sum").textContent = hasTime ? totals.row : "–";
  row.classList.toggle("idle", row.classList.contains("idle") && !hasTime);
  table.querySelector("[data-week-sum]").textContent = totals.week;
  for (const day of totals.days) paintDay(day);
}

function paintDay({ day, minutes, text }) {
  const foot = table.tFoot.querySelector(`td[data-day="${day}"]`);
  const target = Number(foot.dataset.target);
  const shown = minutes || target ? text : "–";
  const isShort = "past" in foot.dataset && minutes < target;
  const sum = foot.querySelector("b");
  sum.textContent = shown;
  sum.classList.toggle("warn", isShort);
  const meter = foot.querySelector("progress");
  if (meter) {
    meter.value = minutes;
    meter.classList.toggle("live", minutes >= target);
    meter.classList.toggle("warn", isShort);
    const missing = formatMinutes(target - minutes, table.dataset.hoursFormat);
    foot.querySelector("[data-missing]").textContent = isShort ? `${missing} missing` : "";
    meter.setAttribute("aria-label", meter.getAttribute("aria-label").replace(/: .* of /, `: ${text} of `));
  }
  const strip = document.querySelector(`.daystrip [data-day="${day}"] b`);
  if (!strip) return;
  strip.textContent = minutes ? text : "–";
  strip.classList.toggle("warn", isShort);
}

/** Links become cells: one tab stop into the grid, full labels, arrows inside. */
export function enhance(row) {
  for (const cell of cellsOf(row)) {
    const link = cell.querySelector("a");
    cell.setAttribute("role", "gridcell");
    cell.tabIndex = -1;
    cell.dataset.label = link.getAttribute("aria-label");
    cell.dataset.text = link.textContent.trim();
    if (!isEditable(cell)) cell.setAttribute("aria-readonly", "true");
    showStored(cell);
  }
  if (rowActs) row.querySelector(".row-flex").append(actsOf(row));
}

function actsOf(row) {
  const acts = rowActs.content.firstElementChild.cloneNode(true);
  const [star, hide] = acts.children;
  star.setAttribute("aria-label", `Show ${row.dataset.name} every week`);
  star.setAttribute("aria-pressed", "starred" in row.dataset);
  hide.setAttribute("aria-label", `Hide ${row.dataset.name}`);
  return acts;
}

export function say(words) {
  document.getElementById("grid-status").textContent = words;
}
