// The timer in the bar: its clock goes on, its keys work, other windows are followed, and what was pressed
// without a connection is kept here and told once it is back.
import { formatMinutes } from "./durations.js";
import { notice, toast } from "./toasts.js";

const LOOKS_EVERY = 45_000;
const bar = () => document.getElementById("timer");
const panel = () => bar()?.querySelector("details");
const lettersWork = () => document.body.dataset.keys !== "off";
const typing = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;
const title = document.title;
const known = new WeakMap(); // when each bar came into the page: its seconds count from there

// --- the clock ---

function tick() {
  const here = bar();
  if (!here) return;
  if (!known.has(here)) known.set(here, Date.now());
  const clock = here.querySelector("[data-clock]");
  if (!clock) {
    document.title = title;
    return;
  }
  const seconds = Number(here.dataset.seconds) + (Date.now() - known.get(here)) / 1000;
  const text = formatMinutes(Math.max(Math.floor(seconds / 60), 0), here.dataset.hoursFormat);
  if (clock.textContent !== text) clock.textContent = text;
  document.title = `${text} ${here.dataset.name} · ${title}`;
}

// --- other windows ---

async function look({ here = false } = {}) {
  const old = bar();
  if (!old || document.hidden || panel().open || waiting().length) return;
  try {
    const response = await fetch(`${old.dataset.bar}${here ? "?here=1" : ""}`);
    if (!response.ok || response.redirected) return;
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("timer");
    if (!fresh || old !== bar() || panel().open) return;
    if (fresh.dataset.state === old.dataset.state) {
      old.dataset.seconds = fresh.dataset.seconds ?? "";
      known.set(old, Date.now());
      return;
    }
    const focused = document.activeElement?.id;
    old.replaceWith(fresh);
    window.htmx.process(fresh);
    if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus();
    tick();
  } catch {
    // The next look tries again.
  }
}

// --- the panel ---

async function fill() {
  const place = bar().querySelector("[data-fresh]");
  if (place.querySelector(".timer-forms")) return;
  try {
    const response = await fetch(bar().dataset.panel);
    if (!response.ok || response.redirected) return;
    place.innerHTML = await response.text();
    window.htmx.process(place);
    place.querySelector("select, input:not([type=hidden])")?.focus();
  } catch {
    // The link to the timer's page stays.
  }
}

document.addEventListener("toggle", (event) => event.target === panel() && event.target.open && fill(), true);

// --- keys ---

const KEYS = {
  t: () => (bar().dataset.id ? bar().querySelector("form[data-press=stop] button").click() : open()),
  c: () => window.htmx.ajax("POST", bar().dataset.again, { target: "#timer", swap: "outerHTML" }),
  e: () => bar().dataset.id && open(),
};

function open() {
  panel().open = true;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!bar() || !lettersWork() || event.shiftKey || typing(event.target) || !KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
});

// --- without a connection ---

const place = () => `candor.timer.${bar()?.dataset.queue}`; // one list a member: nobody tells another's presses

function waiting() {
  try {
    return JSON.parse(localStorage.getItem(place())) ?? [];
  } catch {
    return [];
  }
}

function keep(presses) {
  if (presses.length) localStorage.setItem(place(), JSON.stringify(presses));
  else localStorage.removeItem(place());
}

const inputOf = (form, name) => form.elements.namedItem(name)?.value ?? "";

const wordsOf = (form) => ({
  note: form.dataset.note ?? inputOf(form, "note"),
  tags: form.dataset.tags ?? inputOf(form, "tags"),
});

function pressed(form) {
  const at = Date.now();
  if (form.dataset.press === "stop") return { kind: "stop", id: bar().dataset.id, at };
  const work = form.dataset.work ?? inputOf(form, "work");
  return work && { kind: "start", id: crypto.randomUUID(), work, ...wordsOf(form), at };
}

/** Show what will be so: a bar that says it waits. */
function paint(press) {
  const here = bar();
  const stops = press.kind === "stop";
  here.classList.toggle("on", !stops);
  here.dataset.id = stops ? "" : press.id;
  panel().open = false;
  panel().querySelector("summary").textContent = stops ? "Stopped, not sent yet" : "Runs, not sent yet";
  here.querySelector("form[data-press=stop]")?.remove();
}

document.addEventListener("htmx:sendError", (event) => {
  const form = event.detail.elt.closest?.("form[data-press]");
  const press = form && pressed(form);
  if (!press) return;
  event.stopImmediatePropagation(); // other words than a form that was not saved
  keep([...waiting(), press]);
  paint(press);
  const what = press.kind === "stop" ? "Stopped" : "Started";
  toast(`${what} at this minute. There is no connection: it is kept here and sent when it is back.`);
});

let telling = false; // loading a page and being back online come together

async function tell() {
  const presses = waiting();
  if (telling || !bar() || !presses.length || !navigator.onLine) return;
  telling = true;
  try {
    await tellAll(presses);
  } finally {
    telling = false;
  }
}

async function tellAll(presses) {
  const headers = { ...JSON.parse(document.body.getAttribute("hx-headers")), "Content-Type": "application/json" };
  const body = JSON.stringify({ now: Date.now(), presses });
  let response;
  try {
    response = await fetch(bar().dataset.presses, { method: "POST", headers, body });
  } catch {
    return;
  }
  if (!response.ok || response.redirected) {
    if (response.status !== 400) return;
    keep([]);
    return notice("What was pressed on the timer without a connection could not be read. Look at your day.");
  }
  const { words } = await response.json();
  const told = new Set(presses.map((press) => press.kind + press.id));
  keep(waiting().filter((press) => !told.has(press.kind + press.id)));
  for (const sentence of words) toast(sentence);
  bar().dataset.state = "told";
  await look();
}

// --- start ---

if (bar()) {
  tick();
  setInterval(tick, 1000);
  setInterval(() => (waiting().length ? tell() : look()), LOOKS_EVERY);
  window.addEventListener("online", tell);
  for (const name of ["focus", "pageshow"]) {
    window.addEventListener(name, (event) => (event.type === "focus" || event.persisted) && look({ here: true }));
  }
  document.addEventListener("visibilitychange", () => look({ here: true }));
  document.addEventListener("htmx:afterSwap", tick);
  tell();
}
