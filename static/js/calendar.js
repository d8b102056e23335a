// Arrows walk from day to day, Page Up and Page Down to the pages before and after.
const dates = [...document.querySelectorAll("[data-calendar] a.cal-date")];
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

document.querySelector("[data-calendar]")?.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const at = dates.indexOf(event.target);
  const next = dates[at + (STEPS[event.key] ?? 0)];
  if (at >= 0 && next && next !== event.target) {
    event.preventDefault();
    next.focus();
  } else if (event.key === "PageUp" || event.key === "PageDown") {
    event.preventDefault();
    document.querySelector(`[data-step=${event.key === "PageUp" ? "previous" : "next"}]`).click();
  }
});
