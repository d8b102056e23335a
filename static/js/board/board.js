// The board of deals: dragging by mouse and finger. Keys are in keyboard.js, saving in moves.js.
import Sortable from "../../vendor/sortable/sortable.esm.js";
import { ask } from "./ask.js";
import { back, listen } from "./keyboard.js";
import { laneOf, placeOf, put, save } from "./moves.js";
import { forget, learn, preview, restoreAll } from "./sums.js";

const zones = document.querySelector("[data-zones]");
const common = { group: "deals", forceFallback: true, fallbackOnBody: true, fallbackTolerance: 4, animation: 120, draggable: "[data-open]" };
let from = null; // where the card that is dragged came from
let justDragged = false;

function begin({ item }) {
  from = placeOf(item);
  zones.hidden = false;
}

function pass({ dragged, to }) {
  const lane = to.closest("[data-stage]");
  const zone = to.closest("[data-zone]");
  for (const each of document.querySelectorAll("[data-stage]")) each.classList.toggle("drop", each === lane);
  for (const each of zones.children) each.classList.toggle("over", each === zone);
  if (lane) preview(dragged, laneOf(from.list), lane);
}

async function end({ item, to }) {
  for (const each of document.querySelectorAll(".drop, .over")) each.classList.remove("drop", "over");
  zones.hidden = true;
  justDragged = true;
  setTimeout(() => (justDragged = false), 0);
  const zone = to.closest("[data-zone]");
  const came = from;
  if (zone) {
    put(item, came);
    restoreAll();
    ask(`${location.pathname}${item.dataset.deal}/${zone.dataset.zone}/?${back()}`, item.querySelector("h3 a"));
  } else if (item.parentElement !== came.list || item.nextElementSibling !== came.next) {
    await save(item, came);
  } else {
    restoreAll();
  }
}

function start() {
  const board = document.querySelector("[data-board]");
  if (!board) return;
  forget();
  for (const lane of board.querySelectorAll("[data-stage]")) {
    learn(lane);
    Sortable.create(lane.querySelector("[data-cards]"), {
      ...common,
      sort: !("ordered" in board.dataset),
      delay: 250,
      delayOnTouchOnly: true,
      touchStartThreshold: 5,
      ghostClass: "gap",
      fallbackClass: "lift",
      scrollSensitivity: 60,
      bubbleScroll: true,
      onStart: begin,
      onMove: pass,
      onEnd: end,
    });
  }
  listen(board);
}

for (const zone of zones.children) Sortable.create(zone, { ...common, sort: false });
document.querySelector("[data-hint]").hidden = false;

// The card's link lies over all of it: what ends a drag is no click.
document.addEventListener(
  "click",
  (event) => {
    if (!justDragged || !event.target.closest("[data-deal]")) return;
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);
document.addEventListener("htmx:afterSwap", ({ target }) => target.id === "rows" && start());
start();
