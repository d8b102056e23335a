// A kind that counts a distance asks for no amount, and a project says whose client it is. Without scripts all is asked.
const form = document.querySelector("form[data-distances]");
const distances = form?.dataset.distances.split(" ") ?? [];

function fit() {
  const isDistance = distances.includes(form.elements.category.value);
  offer(isDistance, "distance");
  offer(!isDistance, "amount", "currency", "tax");
  offer(!form.elements.work.value, "company");
}

/** What is not asked is not sent either. */
function offer(isAsked, ...names) {
  for (const name of names) {
    const field = form.elements[name];
    field.disabled = !isAsked;
    (field.closest("details") ?? field.closest(".field")).hidden = !isAsked;
  }
}

form?.addEventListener("change", fit);
if (form) fit();
