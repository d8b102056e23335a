// What a page loads from the processor. It speaks like the real script, as far as Candor uses it: the card is typed
// into a frame of the processor's own origin, and this page never sees it. No real money.
(() => {
  "use strict";

  const origin = new URL(document.currentScript.src).origin;

  const places = (element, wish) => Object.assign(element.style, wish);

  // One question to a frame, one answer: by number, so that answers find their questions.
  class Frame {
    constructor(path, title) {
      this.asked = new Map();
      this.number = 0;
      this.listeners = {};
      this.iframe = document.createElement("iframe");
      this.iframe.title = title;
      this.iframe.src = origin + path;
      this.iframe.setAttribute("allow", "payment *");
      this.ready = new Promise((resolve) => { this.resolveReady = resolve; });
      this.hear = (event) => this.heard(event);
      window.addEventListener("message", this.hear);
    }

    heard(event) {
      if (event.origin !== origin || event.source !== this.iframe.contentWindow) return;
      const { kind, number, data } = event.data;
      if (kind === "ready") this.resolveReady();
      if (kind === "resize") places(this.iframe, { height: `${data.height}px` });
      if (kind === "answer") { this.asked.get(number)(data); this.asked.delete(number); }
      for (const listener of this.listeners[kind] ?? []) listener(data);
    }

    async ask(question, data) {
      await this.ready;
      const number = ++this.number;
      return new Promise((resolve) => {
        this.asked.set(number, resolve);
        this.iframe.contentWindow.postMessage({ question, number, data }, origin);
      });
    }

    remove() {
      window.removeEventListener("message", this.hear);
      this.iframe.remove();
    }
  }

  class Element {
    constructor(type, appearance) {
      this.type = type;
      this.frame = new Frame("/frame/", "Secure payment input frame");
      this.frame.ready.then(() => this.frame.ask("look", appearance ?? {}));
    }

    mount(target) {
      const place = typeof target === "string" ? document.querySelector(target) : target;
      if (!place) throw new Error(`The selector you specified (${target}) applies to no DOM elements that are currently on the page.`);
      places(this.frame.iframe, { width: "100%", height: "15rem", border: "0", display: "block", colorScheme: "normal" });
      place.replaceChildren(this.frame.iframe);
      return this;
    }

    on(event, listener) {
      (this.frame.listeners[event] ??= []).push(listener);
      return this;
    }

    focus() { this.frame.ask("focus"); }
    update() { return this; }
    unmount() { this.frame.iframe.remove(); }
    destroy() { this.frame.remove(); }
  }

  class Elements {
    constructor(options = {}) { this.options = options; this.made = null; }

    create(type) {
      if (!["payment", "card"].includes(type)) throw new Error(`This test processor has no element called ${type}.`);
      this.made = new Element(type, this.options.appearance);
      return this.made;
    }

    getElement() { return this.made; }
    update(options) { Object.assign(this.options, options); }
    async submit() { return this.made.frame.ask("check"); }
    async fetchUpdates() { return {}; }
  }

  // The bank's question, over the page, until it is answered.
  const consent = (url) => new Promise((resolve) => {
    const frame = new Frame(new URL(url).pathname + new URL(url).search, "Your bank asks");
    const cover = document.createElement("div");
    cover.setAttribute("role", "dialog");
    cover.setAttribute("aria-label", "Your bank asks");
    places(cover, { position: "fixed", inset: "0", zIndex: "2147483647", background: "rgba(0,0,0,.5)", display: "grid", placeItems: "center" });
    places(frame.iframe, { width: "min(28rem, 94vw)", height: "20rem", border: "0", borderRadius: "12px", background: "#fff" });
    cover.append(frame.iframe);
    document.body.append(cover);
    frame.listeners.answered = [() => { frame.remove(); cover.remove(); resolve(); }];
  });

  const ask = async (path, data) => {
    const quiet = new Frame("/frame/quiet/", "");
    places(quiet.iframe, { display: "none" });
    document.body.append(quiet.iframe);
    const answer = await quiet.ask(path, data);
    quiet.remove();
    return answer;
  };

  const settle = async (answer, wish) => {
    let { intent, error } = answer;
    if (error) return { error };
    const action = intent.status === "requires_action" && intent.next_action;
    if (action && action.type === "redirect_to_url" && wish.redirect !== "if_required") {
      window.location.assign(action.redirect_to_url.url);
      return new Promise(() => {});
    }
    if (action) {
      await consent(action.redirect_to_url?.url ?? action.use_stripe_sdk.stripe_js);
      ({ intent, error } = await ask("retrieve", { client_secret: intent.client_secret }));
      const failed = intent?.last_setup_error ?? intent?.last_payment_error;
      if (failed && intent.status === "requires_payment_method") error = failed;
      if (error) return { error };
    }
    if (wish.return && wish.redirect !== "if_required") {
      const back = new URL(wish.return);
      back.searchParams.set(intent.object, intent.id);
      back.searchParams.set(`${intent.object}_client_secret`, intent.client_secret);
      back.searchParams.set("redirect_status", intent.status === "succeeded" ? "succeeded" : "failed");
      window.location.assign(back);
      return new Promise(() => {});
    }
    return { [intent.object === "setup_intent" ? "setupIntent" : "paymentIntent"]: intent };
  };

  const confirmElements = async ({ elements, clientSecret, confirmParams = {}, redirect }) => {
    const secret = clientSecret ?? elements.options.clientSecret;
    const details = confirmParams.payment_method_data?.billing_details;
    const data = { client_secret: secret, billing_details: details };
    if (redirect !== "if_required") data.return_url = confirmParams.return_url;
    const answer = await elements.getElement().frame.ask("confirm", data);
    return settle(answer, { redirect, return: confirmParams.return_url });
  };

  const confirmCard = async (secret, { payment_method: method } = {}) => {
    const data = { client_secret: secret };
    if (method && method.card) {
      return settle(await method.card.frame.ask("confirm", { ...data, billing_details: method.billing_details }), { redirect: "if_required" });
    }
    return settle(await ask("confirm", { ...data, payment_method: method }), { redirect: "if_required" });
  };

  const retrieve = async (secret, name) => {
    const { intent, error } = await ask("retrieve", { client_secret: secret });
    return error ? { error } : { [name]: intent };
  };

  const Stripe = (key) => {
    if (!/^pk_test_\w+$/.test(key ?? "")) throw new Error("This test processor wants a publishable test key (pk_test_…).");
    return {
      elements: (options) => new Elements(options),
      confirmSetup: confirmElements,
      confirmPayment: confirmElements,
      confirmCardSetup: confirmCard,
      confirmCardPayment: confirmCard,
      handleNextAction: ({ clientSecret }) => ask("retrieve", { client_secret: clientSecret }).then((answer) => settle(answer, { redirect: "if_required" })),
      retrieveSetupIntent: (secret) => retrieve(secret, "setupIntent"),
      retrievePaymentIntent: (secret) => retrieve(secret, "paymentIntent"),
    };
  };
  Stripe.version = "test processor";
  window.Stripe = Stripe;
})();
