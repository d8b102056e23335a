// Tabs and switches that are wider than a phone start where the current one can be read whole.
for (const current of document.querySelectorAll(".tabs [aria-current], .seg [aria-current], .filters [aria-current]")) {
  const row = current.closest(".tabs, .filters") ?? current.parentElement;
  const hidden = current.getBoundingClientRect().right - row.getBoundingClientRect().right;
  if (hidden > 0) row.scrollLeft += hidden + 16;
}
