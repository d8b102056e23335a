// "What are you working on?": @ offers projects, # tags, any other words what was worked on last. Arrows choose, Enter
// or Tab takes, Esc closes. Everything offered stands in the form already, so nothing is asked of the server.
const TOKEN = /(^|\s)([@#])([^@#]{0,40})$/u;
const LEFT_TAG = /(^|\s)#([\p{L}\p{N}_-]+)/gu;
const MOST = 8;
let list = null;

const fits = (text, wanted) => {
  const words = text.toLowerCase();
  return wanted.toLowerCase().split(/\s+/).every((word) => words.includes(word));
};
const tagsOf = (form) => form.elements.namedItem("tags");
const token = (field) => TOKEN.exec(field.value.slice(0, field.selectionStart));

// --- what is offered ---

function works(form, wanted) {
  const options = new Map(); // the recent ones stand twice
  for (const option of form.elements.namedItem("work").options) {
    const client = option.parentElement.label ?? "";
    if (option.value && fits(`${option.text} ${client}`, wanted)) {
      options.set(option.value, options.get(option.value) ?? { name: option.text, about: client === "Recent" ? "" : client, work: option.value });
    }
  }
  return [...options.values()];
}

function tags(form, wanted) {
  const known = [...document.getElementById(tagsOf(form).getAttribute("list")).options].map((option) => option.value);
  const found = known.filter((tag) => fits(tag, wanted)).map((tag) => ({ name: tag, about: "", tag }));
  const isNew = wanted.trim() && !known.some((tag) => tag.toLowerCase() === wanted.trim().toLowerCase());
  return isNew ? [...found, { name: wanted.trim(), about: "new tag", tag: wanted.trim() }] : found;
}

function recent(form, wanted) {
  const options = form.querySelector("datalist[data-recent]")?.options ?? [];
  return [...options]
    .filter((option) => fits(`${option.value} ${option.label} ${option.dataset.tags}`, wanted))
    .map((option) => ({ name: option.value || option.label, about: option.value ? option.label : "", again: option }));
}

function offered(field) {
  const found = token(field);
  if (!found) return { options: field.value.trim() ? recent(field.form, field.value.trim()) : [], isToken: false };
  const [, , sign, wanted] = found;
  return { options: (sign === "@" ? works : tags)(field.form, wanted.trim()), isToken: true };
}

// --- taking one ---

function take({ work, tag, again }) {
  const { field } = list;
  close();
  if (again) fill(field, again);
  else {
    cut(field);
    if (work) field.form.elements.namedItem("work").value = work;
    else addTag(field.form, tag);
  }
  field.focus();
}

function cut(field) {
  const [whole, before] = token(field);
  field.setRangeText(before, field.selectionStart - whole.length, field.selectionStart, "end");
}

function addTag(form, tag) {
  const input = tagsOf(form);
  const has = input.value.split(",").map((each) => each.trim()).filter(Boolean);
  if (!has.some((each) => each.toLowerCase() === tag.toLowerCase())) has.push(tag);
  input.value = has.join(", ");
}

function fill(field, option) {
  field.value = option.value;
  field.form.elements.namedItem("work").value = option.dataset.work;
  tagsOf(field.form).value = option.dataset.tags;
}

// --- the list ---

function show(field) {
  const { options, isToken } = offered(field);
  close();
  if (!options.length) return;
  const box = document.createElement("ul");
  box.className = "mentions";
  box.id = "timer-words";
  box.setAttribute("role", "listbox");
  box.setAttribute("aria-label", "Suggestions");
  const items = options.slice(0, MOST).map(item);
  box.append(...items);
  field.after(box);
  box.style.top = `${field.offsetTop + field.offsetHeight}px`;
  field.setAttribute("aria-expanded", "true");
  field.setAttribute("aria-controls", box.id);
  list = { field, box, items, options, at: -1 };
  box.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const chosen = event.target.closest("li");
    if (chosen) take(options[items.indexOf(chosen)]);
  });
  if (isToken) choose(0);
}

function item({ name, about }, number) {
  const made = document.createElement("li");
  made.id = `timer-words-${number}`;
  made.setAttribute("role", "option");
  made.append(name);
  if (about) {
    const more = document.createElement("span");
    more.className = "meta end";
    more.textContent = about;
    made.append(more);
  }
  return made;
}

function choose(number) {
  list.at = (number + list.items.length) % list.items.length;
  for (const one of list.items) one.setAttribute("aria-selected", one === list.items[list.at]);
  list.field.setAttribute("aria-activedescendant", list.items[list.at].id);
  list.items[list.at].scrollIntoView({ block: "nearest" });
}

function close() {
  if (!list) return;
  list.field.setAttribute("aria-expanded", "false");
  for (const name of ["aria-activedescendant", "aria-controls"]) list.field.removeAttribute(name);
  list.box.remove();
  list = null;
}

function keys(event) {
  if (!list || event.target !== list.field || event.isComposing) return;
  const { key } = event;
  if (key === "ArrowDown") choose(list.at + 1);
  else if (key === "ArrowUp") choose(list.at < 0 ? -1 : list.at - 1);
  else if ((key === "Enter" || key === "Tab") && list.at >= 0) take(list.options[list.at]);
  else if (key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

const isOurs = (element) => element.matches?.("[data-timer-words]");

document.addEventListener("input", (event) => isOurs(event.target) && show(event.target));
document.addEventListener("keydown", keys, true);
document.addEventListener("focusout", (event) => list?.field === event.target && close());
document.addEventListener(
  "submit",
  ({ target: form }) => {
    const field = form.querySelector("[data-timer-words]");
    if (!field) return;
    for (const [, , tag] of field.value.matchAll(LEFT_TAG)) addTag(form, tag);
    field.value = field.value.replaceAll(LEFT_TAG, "$1").trim();
  },
  true,
);
