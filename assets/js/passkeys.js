// SPDX-License-Identifier: AGPL-3.0-or-later
// Passkeys: the button appears where the browser knows them; it asks for one and sends the answer with its own form.

function toBytes(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function toText(buffer) {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

// What the server asks, with bytes where the browser wants bytes: the challenge, and identifiers but the site's name.
function readable(options) {
  const asked = { ...options, challenge: toBytes(options.challenge) };
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    if (asked[list]) asked[list] = asked[list].map((item) => ({ ...item, id: toBytes(item.id) }));
  }
  if (asked.user) asked.user = { ...asked.user, id: toBytes(asked.user.id) };
  return asked;
}

function sendable(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  }
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    clientExtensionResults: {},
    response,
  });
}

async function ask(form) {
  const creating = form.dataset.passkey === "create";
  const body = new FormData();
  body.set("csrf_token", form.elements.csrf_token.value);
  body.set("new", creating ? "1" : "");
  const answer = await fetch(form.dataset.options, { method: "POST", body });
  if (!answer.ok) throw new Error(String(answer.status));
  const publicKey = readable(JSON.parse((await answer.json()).options));
  const credential = await (creating
    ? navigator.credentials.create({ publicKey })
    : navigator.credentials.get({ publicKey }));
  form.elements.credential.value = sendable(credential);
}

function serve(form) {
  const button = form.querySelector("button");
  const failed = form.querySelector("[data-failed]");
  const unconfirmed = failed.textContent;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    failed.hidden = true;
    button.disabled = true;
    try {
      await ask(form);
      form.submit();
    } catch (error) {
      // The browser's word for a site that is reached by the numbers of its address.
      failed.textContent = error.name === "SecurityError" ? failed.dataset.unnamed : unconfirmed;
      failed.hidden = false;
    } finally {
      button.disabled = false;
    }
  });
}

if (window.PublicKeyCredential && navigator.credentials) {
  document.querySelectorAll("form[data-passkey]").forEach(serve);
  document.querySelectorAll("[data-without-passkeys]").forEach((text) => {
    text.hidden = true;
  });
}
