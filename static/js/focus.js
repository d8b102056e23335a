// A keyboard user must not be dropped to the top of the page: what stands in the way of saving
// takes the focus when it appears; otherwise the focus returns to the element that had it.
const summary = (root) => root.querySelector("[data-focus]");

summary(document)?.focus();

// A link of the summary puts the cursor into its field (a group: into its first choice).
document.addEventListener("click", (event) => {
  const link = event.target.closest(".errorlist-links a");
  const target = link && document.getElementById(link.hash.slice(1));
  if (!target) return;
  event.preventDefault();
  (target.matches("input, select, textarea") ? target : target.querySelector("input"))?.focus();
});

let had = null;

document.addEventListener("htmx:beforeSwap", () => {
  had = document.activeElement?.id || null;
});

document.addEventListener("htmx:afterSettle", (event) => {
  const fresh = summary(event.detail.elt);
  if (fresh) {
    fresh.focus();
  } else if (had && document.activeElement === document.body) {
    document.getElementById(had)?.focus({ preventScroll: true });
  }
});
