// <div class="mentionable" data-people="/…"><textarea>: an @ offers the colleagues it may mean.
// Arrows choose, Enter or Tab takes, Esc closes. Without this, @ and a name mean the same once they are sent.
const AT = /(^|[^\w@.-])@([^\n@]{0,40})$/;
let list = null;

const typed = (field) => AT.exec(field.value.slice(0, field.selectionStart));

const close = () => {
  if (!list) return;
  list.field.removeAttribute("aria-activedescendant");
  list.field.removeAttribute("aria-controls");
  list.box.remove();
  list = null;
};

const choose = (number) => {
  const shown = list.options.filter((option) => !option.hidden);
  list.at = (number + shown.length) % shown.length;
  for (const option of list.options) option.setAttribute("aria-selected", option === shown[list.at]);
  list.field.setAttribute("aria-activedescendant", shown[list.at].id);
  shown[list.at].scrollIntoView({ block: "nearest" });
};

const take = (option) => {
  const { field } = list;
  const [whole, before] = typed(field);
  const start = field.selectionStart - whole.length + before.length;
  field.setRangeText(`@${option.dataset.handle} `, start, field.selectionStart, "end");
  close();
  field.focus();
};

const open = async (field) => {
  const place = field.closest("[data-people]");
  place.people ??= fetch(place.dataset.people, { headers: { "HX-Request": "true" } }).then((answer) =>
    answer.ok ? answer.text() : "",
  );
  const people = await place.people;
  if (list || !typed(field)) return;
  const box = document.createElement("ul");
  box.className = "mentions";
  box.id = "mentions";
  box.setAttribute("role", "listbox");
  box.setAttribute("aria-label", "Colleagues");
  box.innerHTML = people;
  field.after(box);
  field.setAttribute("aria-controls", box.id);
  list = { field, box, options: [...box.children], at: 0 };
  box.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const option = event.target.closest("li");
    if (option) take(option);
  });
  narrow();
};

const narrow = () => {
  const found = typed(list.field);
  if (!found) return close();
  const wanted = found[2].toLowerCase();
  for (const option of list.options) {
    const words = option.textContent.trim().toLowerCase().split(/\s+/);
    const name = words.slice(1).join(" ");
    option.hidden = !(name.startsWith(wanted) || words.some((word) => wanted && word.startsWith(wanted)));
  }
  if (list.options.every((option) => option.hidden)) return close();
  choose(0);
};

document.addEventListener("input", (event) => {
  const field = event.target;
  if (!field.matches?.("[data-people] textarea")) return;
  if (list) narrow();
  else if (typed(field)) open(field);
});

document.addEventListener(
  "keydown",
  (event) => {
    if (!list || event.target !== list.field || event.isComposing) return;
    const shown = list.options.filter((option) => !option.hidden);
    if (event.key === "ArrowDown") choose(list.at + 1);
    else if (event.key === "ArrowUp") choose(list.at - 1);
    else if (event.key === "Enter" || event.key === "Tab") take(shown[list.at]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);

document.addEventListener("focusout", (event) => {
  if (list && event.target === list.field) close();
});
