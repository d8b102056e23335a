// A look at a record: counts down, asks every few seconds whether it may stay, and blanks the page if not.
// A page that can't ask, or that comes back from the browser's memory, goes blank as well.
const EVERY = 4000;
const bar = document.querySelector("[data-look]");
const left = bar.querySelector("[data-left]");
const shown = document.querySelector("[data-shown]");
let seconds = Number(bar.dataset.seconds);
let end = Date.now() + seconds * 1000;

const blank = (words) => {
  clearInterval(clock);
  clearInterval(asking);
  shown.remove();
  left.textContent = "0:00";
  const note = document.createElement("p");
  note.className = "note note-warn mt-4";
  note.setAttribute("role", "alert");
  note.textContent = words;
  document.getElementById("main").replaceChildren(note);
};

const tick = () => {
  seconds = Math.max(0, Math.round((end - Date.now()) / 1000));
  left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  if (!seconds) blank("The time of this access is over.");
};

const ask = async () => {
  try {
    const answer = await fetch(bar.dataset.look, { cache: "no-store", redirect: "error" });
    const said = answer.ok ? await answer.json() : { seconds: 0 };
    if (!said.seconds) return blank("This access ended or was taken back.");
    end = Date.now() + said.seconds * 1000;
  } catch {
    blank("Candor can’t be reached, so nobody can say whether you may still look.");
  }
};

const clock = setInterval(tick, 1000);
const asking = setInterval(ask, EVERY);
addEventListener("pageshow", (event) => {
  if (event.persisted) blank("This look is over.");
});
for (const act of ["copy", "cut", "dragstart"]) document.addEventListener(act, (event) => event.preventDefault());
tick();
if (seconds) shown.hidden = false;
