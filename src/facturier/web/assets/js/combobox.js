// <combo-box source="/…?kind=x">: a text field that offers what the server finds. The server answers
// {"options": [{"value": 7, "label": "Menuiserie Carret", "detail": "Lyon"}]} to ?q=…; with a <datalist> inside
// it looks there instead. The chosen value stands in the hidden input, which fires change.
// Pattern: ARIA Authoring Practices, editable combobox with list autocomplete.

class ComboBox extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("[role=combobox]");
    this.hidden_ = this.querySelector("input[type=hidden]");
    this.list = this.querySelector("[role=listbox]");
    this.settled = this.field.value;
    this.at = -1;
    this.found = [];
    this.field.addEventListener("input", () => this.later());
    this.field.addEventListener("keydown", (event) => this.onKey(event));
    this.field.addEventListener("click", () => { if (this.list.hidden) this.look(); });
    this.field.addEventListener("blur", () => this.leave());
    // The list must not take the focus, or the field would close it before the click arrives.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.choose(Number(option.dataset.at));
    });
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    this.abort?.abort();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), 120);
  }

  async look() {
    const typed = this.field.value === this.settled ? "" : this.field.value.trim();
    this.found = this.hasAttribute("source") ? await this.ask(typed) : this.local(typed);
    if (this.found && document.activeElement === this.field) this.open();
  }

  local(typed) {
    const wanted = typed.toLocaleLowerCase();
    return [...this.querySelectorAll("datalist option")]
      .map((option) => ({ value: option.value, label: option.textContent }))
      .filter((option) => option.label.toLocaleLowerCase().includes(wanted));
  }

  async ask(typed) {
    this.abort?.abort();
    this.abort = new AbortController();
    const url = new URL(this.getAttribute("source"), location.href);
    url.searchParams.set("q", typed);
    try {
      const answer = await fetch(url, { signal: this.abort.signal, headers: { Accept: "application/json" } });
      return answer.ok ? (await answer.json()).options : [];
    } catch (error) {
      if (error.name === "AbortError") return null;
      return [];
    }
  }

  open() {
    this.at = -1;
    this.list.replaceChildren(...this.found.map((option, at) => {
      const line = document.createElement("div");
      line.setAttribute("role", "option");
      line.setAttribute("aria-selected", "false");
      line.id = `${this.list.id}-${at}`;
      line.dataset.at = at;
      line.textContent = option.label;
      if (option.detail) {
        const detail = document.createElement("small");
        detail.textContent = option.detail;
        line.append(detail);
      }
      return line;
    }));
    const { none, foundOne, foundOther } = this.dataset;
    if (!this.found.length) {
      const line = document.createElement("div");
      line.className = "none";
      line.setAttribute("role", "option");
      line.setAttribute("aria-disabled", "true");
      line.textContent = none;
      this.list.append(line);
    }
    const told = [none, foundOne][this.found.length] ?? foundOther.replace("%s", this.found.length);
    document.dispatchEvent(new CustomEvent("say", { detail: { value: told } }));
    this.list.hidden = false;
    this.field.setAttribute("aria-expanded", "true");
  }

  close() {
    this.list.hidden = true;
    this.at = -1;
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }

  move(to) {
    const options = [...this.list.querySelectorAll("[role=option]:not([aria-disabled])")];
    if (!options.length) return;
    this.at = (to + options.length) % options.length;
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === this.at)));
    options[this.at].scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", options[this.at].id);
  }

  async onKey(event) {
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) await this.look();
      const last = this.found?.length ? this.found.length - 1 : 0;
      if (event.key === "ArrowDown") this.move(this.at + 1);
      else this.move(this.at < 0 ? last : this.at - 1);
    } else if (event.key === "Enter" && open && this.at >= 0) {
      event.preventDefault();
      event.stopPropagation();
      this.choose(this.at);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.key === "Tab" && open && this.at >= 0) {
      this.choose(this.at);
    }
  }

  choose(at) {
    const option = this.found[at];
    if (!option) return;
    this.field.value = this.settled = option.label;
    this.set(String(option.value), option);
    this.close();
  }

  set(value, option = null) {
    if (this.hidden_.value === value) return;
    this.hidden_.value = value;
    this.dispatchEvent(new CustomEvent("chosen", { bubbles: true, detail: option }));
    this.hidden_.dispatchEvent(new Event("change", { bubbles: true }));
  }

  leave() {
    clearTimeout(this.timer);
    this.close();
    if (this.field.value === this.settled) return;
    if (this.field.value.trim() === "" || this.hasAttribute("free")) {
      this.settled = this.field.value;
      this.set("");
    } else {
      this.field.value = this.settled; // what was typed is none of the choices: the last choice stays
    }
  }
}
customElements.define("combo-box", ComboBox);
