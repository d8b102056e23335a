// The search that opens over every page. Arrows choose, Enter opens, Escape closes and gives the focus back.
const dialog = document.querySelector("dialog#palette");
const field = dialog?.querySelector("input[name=q]");
const options = () => [...dialog.querySelectorAll("[role=option]")];

function choose(option) {
  for (const each of options()) each.setAttribute("aria-selected", each === option ? "true" : "false");
  if (option) {
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else {
    field.removeAttribute("aria-activedescendant");
  }
}

function step(by) {
  const all = options();
  if (!all.length) return;
  const place = all.findIndex((each) => each.getAttribute("aria-selected") === "true");
  choose(all[(place + by + all.length) % all.length]);
}

export function openPalette() {
  if (!dialog) return false;
  if (!dialog.open) {
    dialog.showModal();
    field.form.dispatchEvent(new Event("candor:open"));
  }
  field.focus();
  field.select();
  return true;
}

if (dialog) {
  dialog.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      step(event.key === "ArrowDown" ? 1 : -1);
      event.preventDefault();
    } else if (event.key === "Enter" && event.target === field) {
      const chosen = dialog.querySelector("[role=option][aria-selected=true]");
      if (!chosen) return; // the form goes to the search page
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) window.open(chosen.href);
      else chosen.click();
    }
  });
  dialog.addEventListener("htmx:afterSwap", () => choose(options()[0]));
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-search]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && openPalette()) event.preventDefault();
  });
}
