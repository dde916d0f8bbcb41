// Menus and reasons: the browser opens and closes them; this adds the arrow keys and the old browsers.

class MenuList extends HTMLElement {
  connectedCallback() {
    this.button = this.querySelector(":scope > button");
    this.list = this.querySelector(":scope > [popover]");
    this.list.addEventListener("toggle", (event) => {
      if (event.newState === "open") this.place();
    });
    this.addEventListener("keydown", (event) => this.onKey(event));
    this.list.addEventListener("click", (event) => {
      const item = event.target.closest(".item");
      if (item && item.getAttribute("aria-disabled") !== "true") this.list.hidePopover();
    });
  }

  items() {
    return [...this.list.querySelectorAll("a, button, input, select, textarea")];
  }

  onKey(event) {
    if (event.target.closest("input, textarea, select") || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
    if (event.target === this.button && event.key === "ArrowDown") {
      event.preventDefault();
      this.list.showPopover({ source: this.button });
      this.items()[0]?.focus();
      return;
    }
    if (!this.list.matches(":popover-open")) return;
    event.preventDefault();
    const items = this.items();
    const now = items.indexOf(document.activeElement);
    const next = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: items.length - 1 }[event.key];
    items[(next + items.length) % items.length]?.focus();
  }

  // Browsers without anchor positioning: put the list under its button by hand.
  place() {
    if (CSS.supports("position-area", "bottom")) return;
    const button = this.button.getBoundingClientRect();
    const list = this.list.getBoundingClientRect();
    const left = this.classList.contains("end") ? button.right - list.width : button.left;
    this.list.style.left = `${Math.max(8, Math.min(left, innerWidth - list.width - 8))}px`;
    this.list.style.top = `${Math.min(button.bottom, Math.max(8, innerHeight - list.height - 8))}px`;
  }
}
customElements.define("menu-list", MenuList);

// The reason beside a control that cannot be used now: Escape puts it away (WCAG 1.4.13).
class WhyNot extends HTMLElement {
  connectedCallback() {
    this.onEscape = (event) => {
      if (event.key === "Escape") this.dataset.dismissed = "";
    };
    for (const name of ["pointerenter", "focusin"]) {
      this.addEventListener(name, () => document.addEventListener("keydown", this.onEscape));
    }
    for (const name of ["pointerleave", "focusout"]) {
      this.addEventListener(name, () => {
        document.removeEventListener("keydown", this.onEscape);
        delete this.dataset.dismissed;
      });
    }
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.onEscape);
  }
}
customElements.define("why-not", WhyNot);

// A key that works on every page: / goes to the search box. Ctrl+K opens the palette (palette.js).
document.addEventListener("keydown", (event) => {
  const search = document.getElementById("search");
  if (!search || event.defaultPrevented) return;
  const typing = event.target.closest?.("input, textarea, select, [contenteditable], dialog");
  const off = document.documentElement.dataset.shortcuts === "off";
  if (event.key === "/" && !typing && !off && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    search.select();
  }
});
