// Moving cards by keyboard: Space picks up and drops, arrows move, Esc cancels; each step is said.
import { ask } from "./ask.js";
import { cardsOf, laneOf, placeOf, put, save } from "./moves.js";
import { preview, restoreAll } from "./sums.js";

const says = document.getElementById("board-says");
const zones = document.querySelector("[data-zones]");
const lanes = () => [...document.querySelectorAll("[data-stage]")];
const say = (words) => (says.textContent = words);

let carried = null; // {card, from, zone}

function words() {
  const { card, zone } = carried;
  if (zone) return `Over ${zone.textContent.trim()}. Space asks for the rest.`;
  const lane = laneOf(card);
  const all = [...cardsOf(lane).children];
  return `${lane.dataset.name}, place ${all.indexOf(card) + 1} of ${all.length}.`;
}

function pickUp(card) {
  carried = { card, from: placeOf(card), zone: null };
  card.classList.add("lift");
  zones.hidden = false;
  say(`Picked up ${card.dataset.title}. ${words()} Arrows move it, Space drops it, Escape cancels.`);
}

function letGo() {
  const { card } = carried;
  card.classList.remove("lift");
  over(null);
  zones.hidden = true;
  carried = null;
}

function over(zone) {
  for (const each of zones.children) each.classList.toggle("over", each === zone);
  if (carried) carried.zone = zone;
}

function cancel() {
  const { card, from } = carried;
  put(card, from);
  letGo();
  restoreAll();
  card.querySelector("h3 a").focus();
  say(`Cancelled. ${card.dataset.title} is where it was.`);
}

async function drop() {
  const { card, from, zone } = carried;
  if (zone) {
    put(card, from);
    letGo();
    restoreAll();
    ask(`${location.pathname}${card.dataset.deal}/${zone.dataset.zone}/?${back()}`, card.querySelector("h3 a"));
    return;
  }
  const where = words();
  letGo();
  if (card.parentElement === from.list && card.nextElementSibling === from.next) {
    say(`Dropped. ${card.dataset.title} did not move.`);
    return;
  }
  say(`Dropped ${card.dataset.title}. ${where}`);
  const stays = await save(card, from);
  card.querySelector("h3 a").focus();
  if (!stays) say(`${card.dataset.title} was not moved.`);
}

export const back = () => new URLSearchParams({ back: location.pathname + location.search });

function sideways(step) {
  const { card, from, zone } = carried;
  const places = [...lanes(), ...zones.children];
  const here = zone ? places.indexOf(zone) : places.indexOf(laneOf(card));
  const there = places[here + step];
  if (!there) return;
  if (there.dataset.zone) {
    over(there);
  } else {
    over(null);
    if (there !== laneOf(card)) cardsOf(there).prepend(card);
    preview(card, laneOf(from.list), there);
  }
  say(words());
}

function upDown(step) {
  const { card, zone } = carried;
  if (zone) return;
  if ("ordered" in card.closest("[data-board]").dataset) {
    return say("The columns are sorted. Left and right move it to another one.");
  }
  if (step < 0) card.previousElementSibling?.before(card);
  else card.nextElementSibling?.after(card);
  say(words());
}

const STEPS = {
  ArrowLeft: () => sideways(-1),
  ArrowRight: () => sideways(1),
  ArrowUp: () => upDown(-1),
  ArrowDown: () => upDown(1),
  " ": drop,
  Enter: drop,
  Escape: cancel,
};

export function listen(board) {
  board.addEventListener("keydown", (event) => {
    const card = event.target.closest?.("[data-open]");
    if (carried) {
      if (event.key === "Tab") return cancel();
      const step = STEPS[event.key];
      if (!step) return;
      event.preventDefault();
      step();
      if (carried) {
        const link = carried.card.querySelector("h3 a");
        link.focus({ preventScroll: true });
        (carried.zone ?? carried.card).scrollIntoView({ block: "nearest", inline: "nearest" });
      }
    } else if (event.key === " " && card && event.target.closest("h3 a")) {
      event.preventDefault();
      pickUp(card);
    }
  });
}

