// Around the processor's frame: opens it, and tells our server the name of what was made there. No script of ours, this
// one included, can look into the frame, which is on the processor's own origin.
const form = document.querySelector("[data-card], [data-confirm]");
const button = form.querySelector("button");
const trouble = form.querySelector("[data-trouble]");
const say = (words) => {
  trouble.textContent = words;
  trouble.hidden = !words;
  if (words) form.querySelector("[data-waiting]")?.remove();
};
const goOn = () => HTMLFormElement.prototype.submit.call(form);
const LOST = "The connection dropped, so it is not known how this ended. Load the page again: nothing is done twice.";
const MISSING = "The processor’s form could not be loaded. Check your connection, and that nothing in your browser blocks it.";

function isDark() {
  const chosen = document.documentElement.dataset.bsTheme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

// Why a bank refused, in our words; they come with the secret.
let declines = {};
let declined = "Your bank did not confirm that it is you. Try again, or change the card.";
const words = (error) => declines[error.decline_code] ?? declines[error.code] ?? declined;

async function secret() {
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(form.dataset.secretUrl, { method: "POST", headers: { "X-CSRFToken": token } });
  if (!answer.ok || answer.redirected) throw new Error();
  return answer.json();
}

// Only while the frame asks: a second click meanwhile does nothing.
async function asking(work) {
  if (button.getAttribute("aria-busy")) return;
  button.setAttribute("aria-busy", "true");
  say("");
  try {
    const { error } = await work();
    if (!error) return goOn();
    say(error.type === "validation_error" ? "" : words(error)); // what is typed wrong, the frame says beside it
  } catch {
    say(LOST);
  }
  button.removeAttribute("aria-busy");
}

async function enterCard(stripe) {
  const made = await secret();
  if (made.error) return say(made.error);
  ({ declines, declined } = made);
  const elements = stripe.elements({ clientSecret: made.secret, appearance: { theme: isDark() ? "night" : "stripe" } });
  const element = elements.create("payment");
  element.on("ready", () => {
    form.querySelector("[data-waiting]")?.remove();
    button.disabled = false;
  });
  element.mount(form.querySelector("[data-frame]"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    asking(async () => {
      const result = await stripe.confirmSetup({
        elements,
        confirmParams: { return_url: location.href },
        redirect: "if_required",
      });
      if (result.setupIntent) form.elements.setup.value = result.setupIntent.id;
      return result;
    });
  });
}

function confirmPayment(stripe) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    asking(() => stripe.handleNextAction({ clientSecret: form.dataset.secret }));
  });
}

const back = new URLSearchParams(location.search).get("setup_intent");
if (!window.Stripe) say(MISSING);
else if (form.dataset.confirm !== undefined) confirmPayment(window.Stripe(form.dataset.confirm));
else if (back) {
  form.elements.setup.value = back; // the bank asked on a page of its own, and sent us back
  goOn();
} else enterCard(window.Stripe(form.dataset.card)).catch(() => say(LOST));
