// Under every field for a length of time: what was understood, while it is typed.
import { DurationError, echo, parse } from "./durations.js";

document.addEventListener("input", (event) => {
  const input = event.target.closest?.("input[data-duration]");
  if (!input) return;
  const line = input.parentElement.querySelector(".echo") ?? add(input);
  const present = input.dataset.present ? Number(input.dataset.present) : null;
  let words = "";
  let isBad = false;
  try {
    const { minutes } = parse(input.value, { unit: input.dataset.unit, present });
    words = minutes ? `= ${echo(minutes)}` : "";
  } catch (refusal) {
    if (!(refusal instanceof DurationError)) throw refusal;
    words = refusal.message;
    isBad = true;
  }
  line.textContent = words;
  line.classList.toggle("bad", isBad);
});

function add(input) {
  const line = document.createElement("span");
  line.className = "echo";
  line.setAttribute("role", "status");
  input.after(line);
  return line;
}
