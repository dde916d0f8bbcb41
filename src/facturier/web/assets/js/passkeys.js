// <passkey-form mode="create|get" options='{…}' | source="url" failed="…" unable="…"><form>…: asks the device for a
// passkey when the form is sent, and sends what it answered in the field `credential` (WebAuthn, level 3).

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const described = (one) => ({ ...one, id: bytes(one.id) });

function parsed(options) {
  const asked = { ...options.publicKey, challenge: bytes(options.publicKey.challenge) };
  if (asked.user) asked.user = { ...asked.user, id: bytes(asked.user.id) };
  for (const name of ["excludeCredentials", "allowCredentials"]) asked[name] = (asked[name] || []).map(described);
  return asked;
}

function written(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  });
}

class PasskeyForm extends HTMLElement {
  connectedCallback() {
    if (!window.PublicKeyCredential) {
      if (this.getAttribute("unable")) this.say(this.getAttribute("unable"));
      return;
    }
    this.hidden = false;
    const form = this.querySelector("form");
    this.querySelector("[data-ask]")?.addEventListener("click", () => form.requestSubmit());
    form.addEventListener("submit", async (event) => {
      if (form.elements.credential.value) return;
      event.preventDefault();
      try {
        const publicKey = parsed(await this.options());
        const asks = this.getAttribute("mode") === "create" ? "create" : "get";
        form.elements.credential.value = written(await navigator.credentials[asks]({ publicKey }));
        form.requestSubmit();
      } catch {
        this.say(this.getAttribute("failed"));
      }
    });
  }

  async options() {
    if (this.hasAttribute("options")) return JSON.parse(this.getAttribute("options"));
    const answer = await fetch(this.getAttribute("source"), { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.statusText);
    return (await answer.json()).request_options;
  }

  say(words) {
    const place = this.querySelector("[role=alert]");
    place.textContent = words;
    place.hidden = false;
  }
}
customElements.define("passkey-form", PasskeyForm);
