// The bank's question: over the shop's page in a frame, or a page of its own that leads back.
(() => {
  "use strict";

  const secret = new URLSearchParams(location.search).get("client_secret");

  const answer = async (yes) => {
    const response = await fetch("/frame/consent", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ client_secret: secret, yes }) });
    const { error, back } = await response.json();
    if (window.parent !== window) window.parent.postMessage({ kind: "answered", data: {} }, "*");
    else if (back) location.assign(back);
    else document.getElementById("trouble").textContent = error ? error.message : "Done. You can close this page.";
  };

  document.getElementById("yes").addEventListener("click", () => answer(true));
  document.getElementById("no").addEventListener("click", () => answer(false));
  window.parent.postMessage({ kind: "ready" }, "*");
})();
