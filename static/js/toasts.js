// A toast tells that something was done and offers to take it back: 10 seconds, longer while
// hovered or focused. A notice tells what failed and stays until it is closed.
const SHOWN_FOR = 10_000;
const place = () => document.getElementById("toasts");

function build(kind, words) {
  const box = document.createElement("div");
  box.className = kind;
  const text = document.createElement("span");
  text.textContent = words;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn btn-sm btn-text end";
  close.textContent = "Close";
  close.addEventListener("click", () => box.remove());
  box.append(text, close);
  return box;
}

export function toast(words, undo = "") {
  const box = build("toast show", words);
  if (undo) {
    const back = document.createElement("button");
    back.type = "button";
    back.className = "btn btn-sm btn-text end";
    back.textContent = "Undo";
    back.addEventListener("click", () => {
      box.remove();
      if (typeof undo === "function") undo();
      else window.htmx.ajax("POST", undo, { swap: "none" });
    });
    box.lastChild.before(back);
  }
  place()?.append(box);

  let timer;
  const start = () => {
    clearTimeout(timer);
    timer = setTimeout(() => box.remove(), SHOWN_FOR);
  };
  const hold = () => clearTimeout(timer);
  for (const name of ["pointerenter", "focusin"]) box.addEventListener(name, hold);
  for (const name of ["pointerleave", "focusout"]) box.addEventListener(name, start);
  start();
  return box;
}

export function notice(words) {
  place()?.querySelector(".toast-bad")?.remove();
  const box = build("toast toast-bad show", words);
  box.setAttribute("role", "alert");
  place()?.append(box);
  return box;
}
