// What each column of the board comes to, also while a card is on its way: exact, in whole cents.
const known = new Map(); // lane → {count, amounts: currency → [value, weighted], html}

let whole = ""; // what all of it comes to, as the server says it

const head = (lane) => lane.querySelector("[data-sums]");
const all = () => document.getElementById("total");

function cents(text) {
  const [whole, part = ""] = text.split(".");
  return BigInt(whole) * 100n + BigInt(part.padEnd(2, "0").slice(0, 2));
}

function amountsOf(pairs) {
  return new Map(pairs.map(([currency, [value, weighted]]) => [currency, [cents(value), cents(weighted)]]));
}

/** As the server rounds it: for each deal, half a cent up. */
function weigh(value, probability) {
  return (value * BigInt(probability) + 50n) / 100n;
}

export function forget() {
  known.clear();
  whole = all().innerHTML;
}

export function learn(lane) {
  const place = head(lane);
  const pairs = Object.entries(place.dataset)
    .filter(([name]) => name !== "sums")
    .map(([name, text]) => [name.toUpperCase(), text.split(" ")]);
  const count = Number(lane.querySelector("[data-count]").textContent);
  known.set(lane, { count, amounts: amountsOf(pairs), html: place.innerHTML });
}

/** What the server says each column comes to by now. */
export function takeOver({ lanes, total }) {
  for (const [lane] of known) {
    const told = lanes[lane.dataset.stage];
    if (!told) continue;
    known.set(lane, { count: told.count, amounts: amountsOf(Object.entries(told.amounts)), html: told.html });
    restore(lane);
  }
  whole = all().innerHTML = total;
}

export function restore(lane) {
  const { count, html } = known.get(lane);
  head(lane).innerHTML = html;
  showCount(lane, count);
}

/** How the columns would stand if this card lay in ``to``. */
export function preview(card, from, to) {
  restoreAll();
  if (from === to) return;
  const standing = new Map([...known].map(([lane, { amounts }]) => [lane, amounts]));
  standing.set(from, show(from, card, -1n));
  if (to) standing.set(to, show(to, card, 1n));
  all().textContent = linesOf(together([...standing.values()])).join("; ") || "No values yet";
}

export function restoreAll() {
  for (const lane of known.keys()) restore(lane);
  all().innerHTML = whole;
}

function together(parts) {
  const sum = new Map();
  for (const [currency, [value, weighted]] of parts.flatMap((amounts) => [...amounts])) {
    const [before, part] = sum.get(currency) ?? [0n, 0n];
    sum.set(currency, [before + value, part + weighted]);
  }
  return sum;
}

function linesOf(amounts) {
  const lines = [...amounts].filter(([, [value]]) => value > 0n).sort();
  return lines.map(([currency, [value, part]]) => `${money(value, currency)} · weighted ${money(part, currency)}`);
}

/** How a column would stand with the card, or without it; what it comes to then. */
function show(lane, card, sign) {
  const { count, amounts } = known.get(lane);
  const now = new Map(amounts);
  if (card.dataset.cents) {
    const value = BigInt(card.dataset.cents);
    const [before, weighted] = now.get(card.dataset.currency) ?? [0n, 0n];
    now.set(card.dataset.currency, [before + sign * value, weighted + sign * weigh(value, lane.dataset.probability)]);
  }
  const words = linesOf(now);
  head(lane).replaceChildren(...words.flatMap((line, at) => (at ? [document.createElement("br"), line] : [line])));
  if (!words.length) head(lane).textContent = "–";
  showCount(lane, count + Number(sign));
  return now;
}

function showCount(lane, count) {
  lane.querySelector("[data-count]").textContent = count;
  const chip = document.querySelector(`[data-count-of="${lane.dataset.stage}"]`);
  if (chip) chip.textContent = count;
}

function money(amount, currency) {
  const digits = amount % 100n === 0n ? 0 : 2;
  const format = new Intl.NumberFormat(document.querySelector("[data-board]").dataset.locale, {
    style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits,
  });
  const whole = `${amount / 100n}.${String(amount % 100n).padStart(2, "0")}`;
  return format.format(whole); // a text, so that nothing is rounded on the way
}
