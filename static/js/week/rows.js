// Adding a row by one search box over company, project and task; keeping one for every week; taking one off.
import { toast } from "../toasts.js";
import * as cells from "./cells.js";
import { get, post } from "./requests.js";
import { ask, restore, settle } from "./saving.js";

const opener = cells.table?.querySelector("[data-add-row]");
let box = null;
let options = [];
let active = -1;
let asked = 0;

/** Set by the grid: what to do when a row is there. */
export const arrival = { then: () => {} };

export function openBox() {
  if (!opener || box) return;
  box = build();
  opener.hidden = true;
  opener.after(box);
  box.querySelector("input").focus();
  search("");
}

export function closeBox() {
  if (!box) return;
  putAway();
  opener.focus();
}

function putAway() {
  const open = box;
  box = null; // first: removing it takes its focus, which asks to put it away again
  open?.remove();
  opener.hidden = false;
}

/** Take a row off the week, with a way back; hours in it go once that is confirmed. */
async function hide(row, { confirmed = false } = {}) {
  const { work, name } = row.dataset;
  const asked = { ...rowData(work), ...(confirmed && { confirmed: "1" }) };
  const { status, body } = await post(cells.table.dataset.hide, asked);
  const [cell] = cells.cellsOf(row);
  if (body.confirm) return ask(cell, body.confirm, "Delete", () => hide(row, { confirmed: true }), name);
  if (status !== 200) return cells.say(body.error);
  settle(cell);
  cells.paintTotals(cell, body.totals);
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  if (confirmed) toast(`Deleted: ${name}.`, () => bringBack(body.undo));
  else toast(`Hidden: ${name}.`, () => add(work));
  if (next) arrival.then(cells.cellsOf(next)[0]);
}

async function bringBack(token) {
  await restore(token);
  location.reload();
}

/** Let a row stand on every week's sheet, or not any more. */
async function star(row, button) {
  const starred = button.getAttribute("aria-pressed") !== "true";
  const { status, body } = await post(cells.table.dataset.star, { ...rowData(row.dataset.work), ...(starred && { starred: "1" }) });
  if (status !== 200) return cells.say(body.error);
  button.setAttribute("aria-pressed", starred);
  cells.say(starred ? `${row.dataset.name} is shown every week.` : `${row.dataset.name} is not shown every week any more.`);
}

const rowData = (work) => ({ work, week: cells.table.dataset.week, person: cells.table.dataset.person });

async function add(work) {
  const there = cells.rowOf(work);
  if (there) return arrive(there);
  const { status, body } = await post(cells.table.dataset.rows, rowData(work));
  if (status !== 200) return cells.say(body.error);
  const fresh = await freshRow(work);
  if (!fresh) return location.reload();
  cells.table.tBodies[0].append(fresh);
  cells.enhance(fresh);
  document.querySelector(".card > .empty")?.remove();
  arrive(fresh);
}

async function freshRow(work) {
  const answer = await get(location.href.split("#")[0]);
  if (!answer) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const row = page.querySelector(`tr[data-work="${work}"]`);
  return row && document.adoptNode(row);
}

function arrive(row) {
  closeBox();
  const shown = cells.cellsOf(row).filter(cells.isShown);
  arrival.then(shown.find((cell) => cell.classList.contains("today")) ?? shown[0]);
}

// --- the box: a combobox with its list ---

function build() {
  const made = document.createElement("div");
  made.className = "addrow";
  made.innerHTML =
    '<input class="form-control" type="text" role="combobox" aria-expanded="true" aria-controls="addrow-list" ' +
    'aria-autocomplete="list" aria-label="Add a row: company, project or task" autocomplete="off" ' +
    'placeholder="Company, project or task"><ul id="addrow-list" role="listbox" aria-label="Projects and tasks"></ul>';
  const input = made.querySelector("input");
  let timer;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => search(input.value), 120);
  });
  input.addEventListener("keydown", keys);
  made.addEventListener("focusout", (event) => {
    if (!made.contains(event.relatedTarget)) putAway();
  });
  made.querySelector("ul").addEventListener("pointerdown", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option) return;
    event.preventDefault();
    choose(options[Number(option.dataset.number)]);
  });
  return made;
}

async function search(text) {
  asked += 1;
  const mine = asked;
  const answer = await get(cells.table.dataset.search, { q: text, person: cells.table.dataset.person });
  if (!box || mine !== asked) return;
  options = answer ? (await answer.json()).options : [];
  if (!text) options = options.filter((option) => !cells.rowOf(option.work)); // what stands there is not proposed
  if (cells.table.dataset.create) {
    options.push({ create: true, name: text ? `Create project “${text}”` : "Create a project", text, client: "" });
  }
  active = 0;
  draw(answer ? "Nothing matches." : "The connection dropped.");
}

function draw(nothing) {
  const list = box.querySelector("ul");
  list.replaceChildren(...options.map(optionItem));
  if (!options.length) {
    const item = document.createElement("li");
    item.className = "muted";
    item.textContent = nothing;
    list.append(item);
  }
  point();
}

function optionItem(option, number) {
  const item = document.createElement("li");
  item.id = `addrow-${number}`;
  item.setAttribute("role", "option");
  item.dataset.number = number;
  item.textContent = option.name;
  if (option.client) {
    const client = document.createElement("span");
    client.className = "meta d-block";
    client.textContent = option.client;
    item.append(client);
  }
  return item;
}

function point() {
  const input = box.querySelector("input");
  for (const item of box.querySelectorAll("[role=option]")) {
    const isActive = Number(item.dataset.number) === active;
    item.setAttribute("aria-selected", isActive);
    if (isActive) item.scrollIntoView({ block: "nearest" });
  }
  if (options.length) input.setAttribute("aria-activedescendant", `addrow-${active}`);
  else input.removeAttribute("aria-activedescendant");
}

function choose(option) {
  if (!option) return;
  if (option.create) {
    const asked = new URLSearchParams({ name: option.text, next: location.pathname + location.search });
    location.assign(`${cells.table.dataset.create}?${asked}`);
  } else {
    add(option.work);
  }
}

function keys(event) {
  if (event.isComposing) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && options.length) active = (active + step + options.length) % options.length;
  else if (event.key === "Enter") choose(options[active]);
  else if (event.key === "Escape") closeBox();
  else return;
  event.preventDefault();
  event.stopPropagation();
  if (box && step) point();
}

opener?.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  openBox();
});
cells.table?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-hide-row], [data-star-row]");
  if (!button) return;
  if ("hideRow" in button.dataset) hide(button.closest("tr"));
  else star(button.closest("tr"), button);
});
