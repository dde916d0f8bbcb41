// Small helps for forms: send on change, choices that act at once, a place to drop files.

// <auto-submit><form>…</form></auto-submit>: filters that apply as soon as they are chosen.
class AutoSubmit extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", (event) => event.target.form?.requestSubmit());
  }
}
customElements.define("auto-submit", AutoSubmit);

// <live-choice>: the look and the shortcuts change at once, without loading the page again.
class LiveChoice extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", (event) => {
      const button = event.submitter;
      if (!button || !["theme", "shortcuts"].includes(button.name)) return;
      event.preventDefault();
      document.documentElement.dataset[button.name] = button.value;
      const secure = location.protocol === "https:" ? "; secure" : "";
      document.cookie = `${button.name}=${button.value}; path=/; max-age=31536000; samesite=lax${secure}`;
      for (const one of button.parentElement.querySelectorAll("button")) {
        one.setAttribute("aria-pressed", String(one === button));
      }
    });
  }
}
customElements.define("live-choice", LiveChoice);

// <implied-choice>: what is filled in below a choice makes it: <input type=radio data-implied>.
class ImpliedChoice extends HTMLElement {
  connectedCallback() {
    const choice = this.querySelector("input[data-implied]");
    this.addEventListener("input", (event) => {
      if (event.target.closest("table")) choice.checked = true;
    });
  }
}
customElements.define("implied-choice", ImpliedChoice);

class FileDrop extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input[type=file]");
    const words = this.querySelector("[data-chosen]");
    const asked = words.textContent;
    for (const name of ["dragenter", "dragover"]) {
      this.addEventListener(name, () => { this.dataset.over = ""; });
    }
    for (const name of ["dragleave", "drop"]) {
      this.addEventListener(name, () => { delete this.dataset.over; });
    }
    input.addEventListener("change", () => {
      words.textContent = [...input.files].map((file) => file.name).join(", ") || asked;
    });
  }
}
customElements.define("file-drop", FileDrop);
