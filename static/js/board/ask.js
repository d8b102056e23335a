// Won, Lost and “Move to …” ask something: in a dialog on the board, on a page of its own without scripts.
const dialog = document.getElementById("ask");

/** Show the page at ``url`` as a dialog; cancelled or closed, nothing has happened. */
export async function ask(url, returnTo) {
  try {
    await window.htmx.ajax("GET", url, { target: dialog, swap: "innerHTML" });
  } catch {
    return; // failures.js has said why
  }
  if (!dialog.firstElementChild) return;
  dialog.addEventListener("close", () => returnTo?.focus({ preventScroll: true }), { once: true });
  dialog.showModal();
}

dialog?.addEventListener("click", (event) => {
  if (event.target === dialog || event.target.closest("[data-close]")) {
    event.preventDefault();
    dialog.close();
  }
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-ask]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  ask(link.href, link);
});
