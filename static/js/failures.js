// A swap that fails leaves the page as it was, with what was typed, and says a sentence.
import { notice } from "./toasts.js";

const WORDS = {
  402: "Not saved: this account is read-only now. What you typed is still here.",
  403: "Not saved: your role does not allow this. What you typed is still here.",
  404: "This is no longer there. Someone may have deleted it.",
  409: "Not saved: someone else changed this first. Reload to see both.",
  429: "Too fast: wait a moment, then try again. What you typed is still here.",
};

document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  notice(WORDS[status] ?? "Not saved: something broke on our side. What you typed is still here.");
});

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => notice("Not saved: the connection dropped. What you typed is still here."));
}
