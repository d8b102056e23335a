// <textarea id="x" readonly></textarea><button data-copy="x" hidden>Copy</button><span role="status"></span>
// The button appears where it can do something.
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
  button.nextElementSibling.textContent = "Copied";
});

document.addEventListener("htmx:afterSwap", show);
show();
