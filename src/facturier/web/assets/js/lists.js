// A list that the keyboard can work: j and k move, x selects, Enter opens, Escape clears; and its bulk bar.

class ListKeys extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", (event) => this.onChange(event));
    this.addEventListener("click", (event) => this.onClick(event));
    this.onKey = this.onKey.bind(this);
    document.addEventListener("keydown", this.onKey);
    this.show();
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.onKey);
  }

  boxes() {
    return [...this.querySelectorAll("tbody .pick input[type=checkbox]:not(:disabled)")];
  }

  rows() {
    return [...this.querySelectorAll("tbody tr")].filter((row) => row.querySelector(".lead a, a.lead"));
  }

  onChange(event) {
    if (event.target.matches("[data-all]")) {
      for (const box of this.boxes()) box.checked = event.target.checked;
    } else if (!event.target.closest("tbody .pick")) {
      return;
    }
    this.show();
  }

  onClick(event) {
    if (event.target.closest("[data-clear]")) {
      this.clear();
      return;
    }
    const box = event.target.closest("tbody .pick input");
    if (!box) return;
    const boxes = this.boxes();
    if (event.shiftKey && this.last && boxes.includes(this.last)) {
      const [from, to] = [boxes.indexOf(this.last), boxes.indexOf(box)].sort((a, b) => a - b);
      for (const one of boxes.slice(from, to + 1)) one.checked = box.checked;
      this.show();
    }
    this.last = box;
  }

  clear() {
    for (const box of this.boxes()) box.checked = false;
    this.show();
    this.rows()[0]?.querySelector(".lead a, a.lead")?.focus();
  }

  onKey(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.documentElement.dataset.shortcuts === "off") return;
    const typing = event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
    if (typing || document.querySelector("dialog[open], [popover]:popover-open")) return;
    const rows = this.rows();
    if (!rows.length) return;
    const now = rows.findIndex((row) => row.contains(document.activeElement));
    if (event.key === "j" || event.key === "k") {
      const next = event.key === "j" ? Math.min(now + 1, rows.length - 1) : Math.max(now - 1, 0);
      rows[next].querySelector(".lead a, a.lead").focus();
      rows[next].scrollIntoView({ block: "nearest" });
    } else if (event.key === "x" && now >= 0) {
      rows[now].querySelector(".pick input:not(:disabled)")?.click();
    } else if (event.key === "Escape" && this.boxes().some((box) => box.checked)) {
      this.clear();
    } else {
      return;
    }
    event.preventDefault();
  }

  show() {
    const boxes = this.boxes();
    const chosen = boxes.filter((box) => box.checked);
    for (const box of boxes) {
      box.closest("tr").toggleAttribute("data-selected", box.checked);
    }
    const all = this.querySelector("[data-all]");
    if (all) {
      all.checked = chosen.length > 0 && chosen.length === boxes.length;
      all.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
    }
    const bar = this.querySelector("[data-bulk]");
    if (!bar) return;
    bar.hidden = chosen.length === 0;
    const words = chosen.length === 1 ? bar.dataset.one : bar.dataset.other;
    bar.querySelector("[data-count]").textContent = chosen.length ? words.replace("%s", chosen.length) : "";
    this.dispatchEvent(new CustomEvent("selection", { bubbles: true, detail: { count: chosen.length } }));
  }
}
customElements.define("list-keys", ListKeys);
