// "/" and Ctrl+K open the search over everything; where there is none, they go to the field of this page.
// <body data-keys="off"> switches the single letters off (WCAG 2.1.4).
import { openPalette } from "./palette.js";

const typing = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

function goToSearch() {
  if (!document.querySelector("input.search-all") && openPalette()) return true;
  const search = document.querySelector("input[data-search]") ?? document.querySelector("a[data-search]");
  if (!search) return false;
  if (search.matches("input")) {
    search.focus();
    search.select();
  } else {
    search.click();
  }
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const command = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
  const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !typing(event.target);
  if (command || (slash && document.body.dataset.keys !== "off")) {
    if (goToSearch()) event.preventDefault();
  }
});
