// Talking to the server: JSON answers, and a sentence for everything that goes wrong.
const WORDS = {
  402: "Not saved: this account is read-only now. Your text is kept here.",
  403: "Not saved: your role does not allow this, or you are signed out. Your text is kept here.",
  404: "Not saved: this project or task is no longer there. Your text is kept here.",
  429: "Too fast: wait a moment, then try again. Your text is kept here.",
};
const DROPPED = "Not saved: the connection dropped. Your text is kept here.";
const SIGNED_OUT = "Not saved: you are signed out. Sign in in another tab, then try again. Your text is kept here.";
const BROKEN = "Not saved: something broke on our side. Your text is kept here.";

const headers = () => ({ ...JSON.parse(document.body.getAttribute("hx-headers")), Accept: "application/json" });

/** The answer: {status, body}. Body always holds what the page can act on; at least an error. */
export async function post(url, data) {
  let response;
  try {
    response = await fetch(url, { method: "POST", body: new URLSearchParams(data), headers: headers() });
  } catch {
    return { status: 0, body: { error: DROPPED } };
  }
  if (response.redirected) return { status: 0, body: { error: SIGNED_OUT } };
  try {
    return { status: response.status, body: await response.json() };
  } catch {
    return { status: response.status, body: { error: WORDS[response.status] ?? BROKEN } };
  }
}

/** A piece of a page, or null. */
export async function get(url, data = {}) {
  try {
    const response = await fetch(`${url}${url.includes("?") ? "&" : "?"}${new URLSearchParams(data)}`);
    return response.ok && !response.redirected ? response : null;
  } catch {
    return null;
  }
}
