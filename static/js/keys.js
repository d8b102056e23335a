// "/" and Ctrl+K go to the search: the field of this page, or the link in the bar.
// <body data-keys="off"> switches the single letters off (WCAG 2.1.4).
const typing = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

function goToSearch() {
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
