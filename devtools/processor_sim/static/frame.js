// Inside the processor's frame: what is typed here goes to the processor, and to nobody else.
(() => {
  "use strict";

  const form = document.getElementById("card");
  const page = window.parent;
  let reader = "*";

  const tell = (kind, data, number) => page.postMessage({ kind, number, data }, reader);

  const send = async (path, data) => {
    try {
      const response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(data) });
      return await response.json();
    } catch {
      return { error: { type: "api_connection_error", message: "We couldn't reach the processor. Try again." } };
    }
  };

  const digits = (name) => form.elements[name].value.replace(/\D/g, "");

  const typed = () => {
    const expiry = digits("expiry");
    return { number: digits("number"), exp_month: expiry.slice(0, 2), exp_year: expiry && `20${expiry.slice(2)}`, cvc: digits("cvc") };
  };

  const complaint = () => {
    const card = typed();
    const say = (name, code, message) => ({ field: name, error: { type: "validation_error", code, message } });
    if (card.number.length < 13) return say("number", "incomplete_number", "Your card number is incomplete.");
    if (digits("expiry").length < 4) return say("expiry", "incomplete_expiry", "Your card's expiration date is incomplete.");
    if (card.cvc.length < 3) return say("cvc", "incomplete_cvc", "Your card's security code is incomplete.");
    return null;
  };

  const show = (error, field) => {
    for (const input of form.querySelectorAll("input")) input.toggleAttribute("aria-invalid", false);
    const place = field ?? { incorrect_number: "number", invalid_expiry_month: "expiry", invalid_expiry_year: "expiry", expired_card: "expiry", incorrect_cvc: "cvc", invalid_cvc: "cvc" }[error?.code];
    document.getElementById("trouble").textContent = error && place ? error.message : ""; // the rest is the page's to say
    if (error && place) {
      form.elements[place].setAttribute("aria-invalid", "true");
      form.elements[place].focus();
    }
    grow();
  };

  const answers = {
    look: (appearance) => { document.documentElement.dataset.theme = appearance.theme === "night" ? "dark" : "light"; return {}; },
    focus: () => { form.elements.number.focus(); return {}; },
    check: () => { const found = complaint(); show(found?.error, found?.field); return found ? { error: found.error } : {}; },
    retrieve: (data) => send("/frame/retrieve", data),
    confirm: async (data) => {
      if (!form) return send("/frame/confirm", data);
      const found = complaint();
      const answer = found ? { error: found.error } : await send("/frame/confirm", { ...data, ...typed() });
      show(answer.error, found?.field);
      return answer;
    },
  };

  window.addEventListener("message", async (event) => {
    if (event.source !== page || !Object.hasOwn(answers, event.data?.question)) return;
    reader = event.origin;
    tell("answer", await answers[event.data.question](event.data.data), event.data.number);
  });

  const grow = () => form && tell("resize", { height: Math.ceil(document.body.scrollHeight) });

  if (form) {
    const { number, expiry } = form.elements;
    number.addEventListener("input", () => { number.value = digits("number").replace(/(.{4})(?=.)/g, "$1 "); });
    expiry.addEventListener("input", (event) => {
      if (event.inputType?.startsWith("delete")) return;
      const text = digits("expiry");
      expiry.value = text.length < 2 ? text : `${text.slice(0, 2)} / ${text.slice(2, 4)}`;
    });
    form.addEventListener("input", () => { show(null); tell("change", { complete: !complaint(), empty: !digits("number") }); });
    form.addEventListener("submit", (event) => event.preventDefault());
    new ResizeObserver(grow).observe(document.body);
  }
  tell("ready", {});
})();
