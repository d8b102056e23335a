// <form data-passkey="create|get" [data-options="/address/"] hidden>
//   <input type="hidden" name="credential">  <p role="status" data-said></p>
// The form shows where the browser knows passkeys. What it is asked stands in #passkey-options, or at data-options.
const knows = Boolean(window.PublicKeyCredential?.parseRequestOptionsFromJSON);
const TROUBLES = {
  InvalidStateError: "This device holds a passkey of yours already.",
  NotAllowedError: "Nothing happened: it was stopped, or it took too long. Try again.",
};

const asked = async (form) => {
  const place = form.dataset.options;
  if (!place) return JSON.parse(document.getElementById("passkey-options").textContent);
  const response = await fetch(place, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(response.status);
  return response.json();
};

const answer = async (form) => {
  const { publicKey } = await asked(form);
  if (form.dataset.passkey === "create") {
    return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) });
  }
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const said = form.querySelector("[data-said]");
  if (knows) form.hidden = false;
  else said.textContent = "This browser does not know passkeys.";
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!knows) return;
    said.textContent = "";
    try {
      form.elements.credential.value = JSON.stringify((await answer(form)).toJSON());
      form.submit();
    } catch (trouble) {
      said.textContent = TROUBLES[trouble.name] ?? "The passkey could not be used. Try again, or choose another way.";
    }
  });
}
