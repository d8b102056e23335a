// A day that somebody chooses for a report is meant: a named period, which would win, becomes "Chosen days".
const form = document.querySelector("form.report-filters");

form?.addEventListener("change", ({ target }) => {
  if (target.name === "from" || target.name === "to") form.elements.period.value = "days";
});
