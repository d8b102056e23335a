// The week along the clock: press or drag on free hours to log time there, drag entries to move, stretch or copy
// them. Each drag has its keys; without scripts the links lead to the same forms.
import { toast, notice } from "./toasts.js";
import { post } from "./week/requests.js";

const STEP = 15; // minutes
const HOUR = 60;
const FAR = 5; // pixels: from then on it is a drag and no press
const root = () => document.getElementById("calendar");
const frame = () => root().querySelector(".tcal");
const say = (words) => {
  document.getElementById("calendar-status").textContent = words;
};

// --- where on the clock ---

const pixelsAMinute = (hours) => hours.offsetHeight / ((frame().dataset.last - frame().dataset.first) * HOUR);
const snapped = (minutes) => Math.round(minutes / STEP) * STEP;

/** The minute of the day below the pointer. */
function minuteAt(hours, y) {
  return frame().dataset.first * HOUR + (y - hours.getBoundingClientRect().top) / pixelsAMinute(hours);
}

const dayAt = (x) =>
  [...frame().querySelectorAll(".tcal-day")].find((day) => {
    const box = day.getBoundingClientRect();
    return x >= box.left && x < box.right;
  });

const clock = (minute) => `${Math.floor(minute / HOUR)}:${String(minute % HOUR).padStart(2, "0")}`;

/** A dashed box that shows what a drag will do. */
function draft(hours, start, minutes) {
  root().querySelector(".tcal-draft")?.remove();
  if (!hours) return;
  const box = document.createElement("div");
  box.className = "tcal-draft";
  box.style.top = `${(start - frame().dataset.first * HOUR) * pixelsAMinute(hours)}px`;
  box.style.height = `${minutes * pixelsAMinute(hours)}px`;
  box.textContent = `${clock(start)}–${clock((start + minutes) % (24 * HOUR))}`;
  hours.append(box);
}

// --- moving ---

async function refresh(id) {
  await window.htmx.ajax("GET", location.href, { target: "#calendar", swap: "outerHTML" });
  root().querySelector(`[data-entry="${id}"]`)?.focus();
}

/** Store where an entry is now, show it, and offer the way back. */
async function move(entry, place, back = null) {
  const { entry: id, version } = entry.dataset;
  const was = back ?? placeOf(entry);
  const { status, body } = await post(entry.dataset.move, { ...place, version });
  if (status !== 200) {
    await refresh(id);
    return notice(body.error);
  }
  await refresh(id);
  say(body.words);
  if (back) return;
  toast(body.words, () => {
    const now = root().querySelector(`[data-entry="${id}"]`);
    if (now) move(now, was, place);
  });
}

function placeOf(entry) {
  const { start, minutes } = entry.dataset;
  return { day: entry.closest(".tcal-day").dataset.day, minutes, ...(start && { start }) };
}

/** The server's form does it: it answers with the page and the way back. */
function copy(entry, { day, start }) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = entry.dataset.copy;
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  for (const [name, value] of Object.entries({ day, start, csrfmiddlewaretoken: token })) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name, value });
    form.append(input);
  }
  document.body.append(form);
  form.submit();
}

function fitting(start, minutes) {
  const first = Math.min(Math.max(start, 0), 24 * HOUR - STEP);
  return { start: first, minutes: Math.max(minutes, STEP) };
}

// --- by keys: on an entry, Alt moves it, Alt and Shift change its end ---

function keys(event) {
  const entry = event.target.closest("[data-entry]");
  if (!entry || !event.altKey || event.ctrlKey || event.metaKey) return;
  const place = placeOf(entry);
  const down = { ArrowUp: -STEP, ArrowDown: STEP }[event.key];
  const right = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!down && !right) return;
  event.preventDefault();
  if (event.shiftKey && down) place.minutes = Math.max(Number(place.minutes) + down, STEP);
  else if (down && "start" in place) place.start = Math.min(Math.max(Number(place.start) + down, 0), 24 * HOUR - STEP);
  else if (right && !event.shiftKey) place.day = dayBeside(place.day, right);
  else return;
  if (!event.repeat) move(entry, place);
}

function dayBeside(day, step) {
  const date = new Date(`${day}T00:00Z`);
  date.setUTCDate(date.getUTCDate() + step);
  return date.toISOString().slice(0, 10);
}

// --- by pointer ---

let drag = null;
let isDropped = false;

function press(event) {
  if (event.button !== 0 || !root().dataset.new) return;
  const entry = event.target.closest("a[data-start]");
  const hours = event.target.closest(".tcal-hours");
  if (entry) drag = { entry, ...grip(entry, event) };
  else if (hours && event.pointerType !== "touch" && !event.target.closest(".tcal-block")) drag = { hours };
  else return;
  Object.assign(drag, { x: event.clientX, y: event.clientY, hasMoved: false });
}

/** Where an entry was taken: at its lower edge, or somewhere in it. */
function grip(entry, event) {
  const box = entry.getBoundingClientRect();
  const hours = entry.closest(".tcal-hours");
  return { stretches: box.bottom - event.clientY < 8, offset: minuteAt(hours, event.clientY) - entry.dataset.start };
}

function pull(event) {
  if (!drag) return;
  if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > FAR) drag.hasMoved = true;
  if (!drag.hasMoved) return;
  event.preventDefault();
  Object.assign(drag, drag.entry ? carried(event) : drawn(event));
  draft(drag.over, drag.start, drag.minutes);
}

function carried(event) {
  const { entry, stretches, offset } = drag;
  const [start, minutes] = [Number(entry.dataset.start), Number(entry.dataset.minutes)];
  const own = entry.closest(".tcal-hours");
  if (stretches) return { over: own, ...fitting(start, snapped(minuteAt(own, event.clientY)) - start) };
  const over = dayAt(event.clientX)?.querySelector(".tcal-hours") ?? own;
  return { over, ...fitting(snapped(minuteAt(over, event.clientY) - offset), minutes) };
}

function drawn(event) {
  const [one, other] = [minuteAt(drag.hours, drag.y), minuteAt(drag.hours, event.clientY)];
  const start = Math.floor(Math.min(one, other) / STEP) * STEP;
  return { over: drag.hours, ...fitting(start, Math.ceil(Math.max(one, other) / STEP) * STEP - start) };
}

function drop(event) {
  if (!drag) return;
  const { entry, hours, over, start, minutes, hasMoved } = drag;
  drag = null;
  draft(null);
  if (!hasMoved) return hours && open(hours, Math.floor(minuteAt(hours, event.clientY) / 30) * 30, HOUR);
  const day = over.closest(".tcal-day").dataset.day;
  if (!entry) return open(over, start, minutes);
  isDropped = true; // the click that follows a drag is none
  setTimeout(() => {
    isDropped = false;
  });
  if (event.ctrlKey || event.metaKey) copy(entry, { day, start });
  else move(entry, { day, start, minutes });
}

// --- logging new time: the form of its page, in a dialog ---

const dialog = document.getElementById("log-time");

async function open(hours, start, minutes) {
  const { day } = hours.closest(".tcal-day").dataset;
  const time = `${clock(start)}-${clock((start + minutes) % (24 * HOUR))}`;
  const url = `${root().dataset.new}&${new URLSearchParams({ day, time })}`;
  draft(hours, start, minutes);
  await window.htmx.ajax("GET", url, { target: dialog, swap: "innerHTML" });
  if (!dialog.querySelector("form")) return location.assign(url);
  dialog.showModal();
  dialog.querySelector("select, input:not([type=hidden])")?.focus();
}

dialog?.addEventListener("close", () => {
  draft(null);
  dialog.replaceChildren();
});
dialog?.addEventListener("click", (event) => {
  if (event.target !== dialog && !event.target.closest("[data-close]")) return;
  event.preventDefault();
  dialog.close();
});
document.addEventListener("time:logged", () => {
  dialog.close();
  window.htmx.ajax("GET", location.href, { target: "#calendar", swap: "outerHTML" });
  say("Logged.");
});

// --- start ---

document.addEventListener("pointerdown", press);
document.addEventListener("pointermove", pull);
document.addEventListener("pointerup", drop);
document.addEventListener("click", (event) => isDropped && event.preventDefault(), true);
document.addEventListener("pointercancel", () => {
  drag = null;
  draft(null);
});
document.addEventListener("dragstart", (event) => event.target.closest?.("[data-entry]") && event.preventDefault());
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && drag) {
    drag = null;
    draft(null);
  } else keys(event);
});
