// A click on a card opens its deal beside the board. The address says which, so Back closes it and a reload shows it
// again; with Ctrl, in a narrow window and without scripts the link leads to the deal's own page.
const place = document.getElementById("beside");
const isWide = matchMedia("(width >= 900px)");
const NAMED = /^#deal-([0-9a-f-]{36})$/;
const page = () => location.pathname + location.search;
const asked = () => location.hash.match(NAMED)?.[1];
const linkOf = (id) => document.querySelector(`[data-deal="${id}"] h3 a`);

let shown = ""; // the deal that lies open
let isOurs = false; // whether Back leads to the board without it
let here = page();

function mark() {
  for (const card of document.querySelectorAll("[data-deal]")) card.classList.toggle("is-open", card.dataset.deal === shown);
}

async function show() {
  const id = isWide.matches ? asked() : "";
  if (!id) return hide();
  if (id === shown) return;
  const url = `${location.pathname}${id}/beside/?${new URLSearchParams({ back: page() })}`;
  try {
    await window.htmx.ajax("GET", url, { target: place, swap: "innerHTML" });
  } catch {
    return close(); // failures.js has said why
  }
  shown = id;
  place.hidden = false;
  place.scrollTop = 0;
  place.focus({ preventScroll: true });
  mark();
}

function hide() {
  if (!shown) return;
  const link = linkOf(shown);
  const hadFocus = place.contains(document.activeElement) || document.activeElement === document.body;
  shown = "";
  place.hidden = true;
  place.replaceChildren();
  mark();
  if (hadFocus) link?.focus({ preventScroll: true });
}

function close() {
  if (isOurs) return history.back();
  history.replaceState(history.state, "", page());
  hide();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-deal] h3 a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || !isWide.matches) return;
  event.preventDefault();
  const hash = `#deal-${link.closest("[data-deal]").dataset.deal}`;
  if (shown) {
    history.replaceState(history.state, "", hash);
    show();
  } else {
    isOurs = true;
    location.hash = hash;
  }
});

place.addEventListener("click", (event) => event.target.closest("[data-close]") && close());

document.addEventListener("keydown", (event) => {
  const isBusy = event.defaultPrevented || document.querySelector("dialog[open]");
  if (event.key === "Escape" && shown && !isBusy) close();
});

// What is planned or done here changes the card.
place.addEventListener("htmx:afterRequest", async ({ detail }) => {
  if (detail.requestConfig.verb !== "post" || !detail.successful) return;
  const left = document.querySelector("[data-board]")?.scrollLeft ?? 0;
  await window.htmx.ajax("GET", page(), { target: "#rows", swap: "outerHTML" });
  document.querySelector("[data-board]")?.scrollTo({ left, behavior: "instant" });
});

document.addEventListener("htmx:afterSwap", ({ target }) => target.id === "rows" && mark());

// Where Back changes no more than which deal lies open, the board stays as it is: htmx would load it anew.
addEventListener(
  "popstate",
  (event) => {
    if (page() === here) event.stopImmediatePropagation();
    here = page();
  },
  true,
);
addEventListener("hashchange", () => {
  if (!asked()) isOurs = false;
  show();
});
document.addEventListener("htmx:pushedIntoHistory", () => (here = page()));
show();
