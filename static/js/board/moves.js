// A card's way from one place to another: saved at once, taken back by Undo, put back when it fails.
import { notice, toast } from "../toasts.js";
import { restoreAll, takeOver } from "./sums.js";

const WORDS = {
  402: "Not moved: this account is read-only now.",
  403: "Not moved: your role does not allow this, or you are signed out.",
  404: "Not moved: this deal is no longer there.",
};
const DROPPED = "Not moved: the connection dropped. Try again.";
const BROKEN = "Not moved: something broke on our side. Try again.";

export const laneOf = (element) => element.closest("[data-stage]");
export const cardsOf = (lane) => lane.querySelector("[data-cards]");

/** Where a card lies: its list, and the card below it. */
export const placeOf = (card) => ({ list: card.parentElement, next: card.nextElementSibling });

export function put(card, { list, next }) {
  list.insertBefore(card, next?.parentElement === list ? next : null);
}

/** Tell the server where the card lies now. Answers whether it stays there. */
export async function save(card, from, { isUndo = false } = {}) {
  const lane = laneOf(card);
  const above = card.previousElementSibling;
  const data = {
    stage: lane.dataset.stage,
    after: above?.dataset.deal ?? "",
    came_from: laneOf(from.list).dataset.stage,
  };
  const { body, error } = await post(`${location.pathname}${card.dataset.deal}/place/${location.search}`, data);
  if (error) {
    put(card, from);
    restoreAll();
    notice(error);
    return false;
  }
  takeOver(body);
  if (!isUndo) {
    const before = placeOf(card);
    toast(body.words, () => takeBack(card, from, before));
  }
  return true;
}

function takeBack(card, from, now) {
  put(card, from);
  save(card, now, { isUndo: true }).then((stays) => {
    const words = stays ? `is back in ${laneOf(card).dataset.name}` : "could not be put back";
    document.getElementById("board-says").textContent = `${card.dataset.title} ${words}.`;
  });
  card.querySelector("h3 a").focus({ preventScroll: true });
}

async function post(url, data) {
  const headers = { ...JSON.parse(document.body.getAttribute("hx-headers")), Accept: "application/json" };
  let response;
  try {
    response = await fetch(url, { method: "POST", body: new URLSearchParams(data), headers });
  } catch {
    return { error: DROPPED };
  }
  if (response.redirected) return { error: WORDS[403] };
  const body = await response.json().catch(() => null);
  if (response.ok && body) return { body };
  return { error: body?.error ?? WORDS[response.status] ?? BROKEN };
}
