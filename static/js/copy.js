// <input id="x" readonly><button data-copy="x" hidden>Copy</button>: the button appears where it can do something.
const show = () => {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("button[data-copy][hidden]")) button.hidden = false;
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("button[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  await navigator.clipboard.writeText(field.value);
  button.querySelector("[role=status]").textContent = "Copied";
});

document.addEventListener("htmx:afterSwap", show);
show();
