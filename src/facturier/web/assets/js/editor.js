// <draft-editor>: lines that one types into. Every change is sent a moment later; the server adds up and answers
// with the sums, or with what has to be mended. One request at a time; nothing typed is ever overwritten.
const PAUSE = 350, AGAIN = 4000;
const toast = (value) => document.dispatchEvent(new CustomEvent("toast", { detail: { value } }));
const say = (value) => document.dispatchEvent(new CustomEvent("say", { detail: { value } }));

class DraftEditor extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.body = this.querySelector("[data-lines]");
    this.state = this.querySelector("[data-state]");
    this.products = JSON.parse(document.getElementById("products").textContent);
    this.dirty = this.busy = this.stuck = false;
    this.addEventListener("input", () => this.changed());
    this.addEventListener("change", () => this.changed());
    this.addEventListener("keydown", (event) => this.onKey(event));
    this.addEventListener("click", (event) => this.onClick(event));
    this.addEventListener("paste", (event) => this.onPaste(event));
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.save(); });
    this.querySelector("[data-leave]").addEventListener("click", (event) => this.leave(event));
    this.onUnload = (event) => { if (this.dirty || this.busy) event.preventDefault(); };
    addEventListener("beforeunload", this.onUnload);
  }

  disconnectedCallback() {
    removeEventListener("beforeunload", this.onUnload);
    clearTimeout(this.timer);
  }

  tell(words) { this.state.textContent = words; }

  changed() {
    this.dirty = true;
    if (this.stuck) return;
    this.tell(this.dataset.unsaved);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  async save() {
    if (this.busy || this.stuck) return;
    clearTimeout(this.timer);
    this.busy = true;
    this.dirty = false;
    this.tell(this.dataset.saving);
    const rows = [...this.body.rows];
    const filled = rows.filter((row) => !this.isBlank(row));
    try {
      const answer = await fetch(this.form.action, { method: "POST", body: new FormData(this.form), headers: { Accept: "application/json" } });
      if (answer.ok) this.settle(await answer.json(), filled);
      else if (answer.status === 422) this.refuse((await answer.json()).refusals, rows);
      else throw new Error(answer.status);
    } catch {
      this.dirty = true;
      this.tell(this.dataset.failed);
      this.timer = setTimeout(() => this.save(), AGAIN);
    }
    this.busy = false;
    if (this.dirty && !this.stuck && this.state.textContent !== this.dataset.failed) this.changed();
    return !this.dirty;
  }

  isBlank(row) {
    const cell = (name) => row.querySelector(`[name=${name}]`)?.value.trim();
    return row.dataset.kind === "amount" && !cell("description") && !cell("unit_price") && !cell("discount");
  }

  settle(answer, filled) {
    this.unmark();
    this.form.elements.version.value = answer.version;
    this.querySelector("[data-beside]").innerHTML = answer.beside;
    filled.forEach((row, at) => {
      const { line = "", net = "" } = answer.lines[at] ?? {};
      row.querySelector("[name=line]").value = line;
      if (row.dataset.kind !== "text") row.querySelector("[data-net]").textContent = net;
    });
    this.tell(answer.saved);
  }

  refuse(refusals, rows) {
    this.unmark();
    for (const { field, message } of refusals) {
      const [, line, name] = field.match(/^lines\.(\d+)\.(\w+)$/) ?? [];
      const cell = line ? rows[line - 1]?.querySelector(`[name=${name}]`) : this.form.elements[field];
      if (field === "version") this.stuck = true;
      if (cell instanceof HTMLElement && cell.type !== "hidden") this.mark(cell, message);
      else toast(message);
    }
    this.tell(this.dataset.refused);
  }

  mark(cell, message) {
    const note = document.createElement("p");
    note.className = "why-not";
    note.id = `why-${Math.random().toString(36).slice(2)}`;
    note.textContent = message;
    cell.setAttribute("aria-invalid", "true");
    cell.setAttribute("aria-describedby", note.id);
    (cell.closest("td") ?? cell.parentElement).append(note);
  }

  unmark() {
    this.querySelectorAll("p.why-not").forEach((note) => note.remove());
    this.querySelectorAll("[aria-invalid]").forEach((cell) => { cell.removeAttribute("aria-invalid"); cell.removeAttribute("aria-describedby"); });
  }

  async leave(event) {
    if (!this.dirty && !this.busy) return;
    event.preventDefault();
    const target = event.currentTarget.href;
    while (this.busy) await new Promise((done) => setTimeout(done, 50));
    if (!this.dirty || (await this.save())) {
      if (!this.querySelector("[aria-invalid]")) location.assign(target);
    }
  }

  add(kind, after) {
    const row = this.querySelector(`template[data-blank=${kind}]`).content.firstElementChild.cloneNode(true);
    if (after) after.after(row);
    else this.body.append(row);
    row.querySelector("[name=description]").focus();
    return row;
  }

  fill(row, values) {
    for (const [name, value] of Object.entries(values)) {
      const cell = row.querySelector(`[name=${name}]`);
      if (cell && value !== "") cell.value = value;
    }
  }

  move(row, by) {
    const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    const focused = document.activeElement;
    by < 0 ? other.before(row) : other.after(row);
    focused.focus();
    say(this.dataset.moved.replace("%s", row.sectionRowIndex + 1).replace("%t", this.body.rows.length));
    this.changed();
  }

  remove(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    if (next) next.querySelector("[name=description]").focus();
    else this.add("amount");
    say(this.dataset.removed);
    this.changed();
  }

  onKey(event) {
    const row = event.target.closest("tr.line");
    if (!row) return;
    const arrow = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (arrow && (event.altKey || event.target.matches("[data-move]"))) {
      event.preventDefault();
      this.move(row, arrow);
    } else if (event.key === "Enter" && !event.shiftKey && event.target.matches("input, textarea")) {
      event.preventDefault();
      const next = row.nextElementSibling;
      if (next) next.querySelector("[name=description]").focus();
      else this.add("amount", row);
    }
  }

  onClick(event) {
    const add = event.target.closest("[data-add]"), product = event.target.closest("[data-product]");
    const remove = event.target.closest("[data-remove]");
    if (add) this.add(add.dataset.add);
    if (remove) this.remove(remove.closest("tr"));
    if (product) {
      const { label, ...values } = this.products[product.dataset.product];
      product.closest("[popover]")?.hidePopover();
      this.fill(this.add("amount"), values);
      this.changed();
    }
  }

  // Rows from a spreadsheet: description, quantity, price, or description and price.
  onPaste(event) {
    const text = event.clipboardData.getData("text/plain");
    const row = event.target.closest("tr.line");
    if (!row || !event.target.matches("[name=description]") || !text.includes("\t")) return;
    event.preventDefault();
    let at = row;
    text.trim().split(/\r?\n/).forEach((line, place) => {
      const cells = line.split("\t");
      const [description, ...figures] = cells;
      if (place || !this.isBlank(at)) at = this.add("amount", at);
      this.fill(at, figures.length > 1 ? { description, quantity: figures[0], unit_price: figures[1] } : { description, unit_price: figures[0] ?? "" });
    });
    this.changed();
  }
}
customElements.define("draft-editor", DraftEditor);
