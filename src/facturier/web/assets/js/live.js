// What changes while the page stands: messages, announcements, htmx's failures.
// Elsewhere: document.dispatchEvent(new CustomEvent("say", { detail: { value: "3 rows selected" } })), and "toast"
// with { value, tone } for what must be seen. No imports: the file names change with their content.

const words = document.querySelector("script[data-failed]").dataset;

function say(text) {
  const place = document.getElementById("said");
  place.textContent = "";
  requestAnimationFrame(() => { place.textContent = text; });
}

document.addEventListener("say", (event) => say(event.detail.value));
document.addEventListener("toast", (event) => toast(event.detail.value, event.detail.tone));

class ToastNote extends HTMLElement {
  connectedCallback() {
    this.querySelector("[data-close]")?.addEventListener("click", () => this.remove());
    // Bad news stays until it is put away; good news goes by itself, but never while it is read.
    if (this.getAttribute("role") === "alert" || this.classList.contains("warning")) return;
    this.wait = () => { this.timer = setTimeout(() => this.remove(), 7000); };
    this.stay = () => clearTimeout(this.timer);
    for (const name of ["pointerenter", "focusin"]) this.addEventListener(name, this.stay);
    for (const name of ["pointerleave", "focusout"]) this.addEventListener(name, this.wait);
    this.wait();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }
}
customElements.define("toast-note", ToastNote);

function toast(text, tone = "error") {
  const note = document.createElement("toast-note");
  note.className = `toast ${tone}`;
  note.setAttribute("role", tone === "error" ? "alert" : "status");
  const line = document.createElement("p");
  line.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.dataset.close = "";
  close.setAttribute("aria-label", words.close);
  close.textContent = "×";
  note.append(line, close);
  document.getElementById("toasts").append(note);
}

// What was said while the page was away: read out once, for a live region is silent about its first content.
const waiting = [...document.querySelectorAll("#toasts p")].map((line) => line.textContent);
if (waiting.length) setTimeout(() => say(waiting.join(" ")), 400);

document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  const plain = (xhr.getResponseHeader("Content-Type") || "").startsWith("text/plain");
  toast(plain && xhr.status < 500 ? xhr.responseText : words.failed);
});
document.addEventListener("htmx:sendError", () => toast(words.failed));
document.addEventListener("htmx:timeout", () => toast(words.failed));

// <div data-announce> in a fragment: its words are read out when it arrives.
document.addEventListener("htmx:afterSettle", (event) => {
  const place = event.detail.elt;
  const told = place.matches?.("[data-announce]") ? place : place.querySelector?.("[data-announce]");
  if (told) say(told.textContent.trim());
});
