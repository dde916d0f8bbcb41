// <command-palette>: Ctrl+K goes anywhere, does anything, finds documents and customers. What it offers is read
// from the page as it stands (rail, menus, the page's own buttons, with the reason why not), so nothing is listed
// twice, and choosing it presses the very button. Documents and customers come from `source` as one types.
// Fetched by commands.js when it is first wanted. Pattern: ARIA Authoring Practices, editable combobox with list autocomplete, in a modal dialog.

const PAUSE = 120;
const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();
const words = (text) => fold(text).split(/\s+/).filter(Boolean);

// What a button says, without the reason or the count in its small print.
function labelOf(element) {
  const copy = element.cloneNode(true);
  for (const part of copy.querySelectorAll("small, svg, .sr-only")) part.remove();
  return copy.textContent.replace(/\s+/g, " ").trim();
}

function reasonOf(element) {
  if (element.getAttribute("aria-disabled") !== "true") return "";
  const told = element.closest("why-not")?.querySelector(".reason") ?? element.querySelector("small");
  return told?.textContent.trim() ?? "";
}

class CommandPalette extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.field = this.querySelector("[role=combobox]");
    this.list = this.querySelector("[role=listbox]");
    this.told = this.querySelector("[data-told]");
    this.found = [];
    this.field.addEventListener("input", () => this.typed());
    this.field.addEventListener("keydown", (event) => this.onKey(event));
    // The list must not take the focus from the field.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("pointermove", (event) => {
      const option = event.target.closest("[data-at]");
      if (!option || option === this.current) return;
      this.moved = true;
      this.mark(option, false);
    });
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[data-at]");
      if (option) this.choose(option);
    });
    this.dialog.addEventListener("close", () => this.forget());
  }

  disconnectedCallback() {
    this.forget();
  }

  forget() {
    clearTimeout(this.timer);
    this.abort?.abort();
  }

  toggle() {
    if (this.dialog.open) this.dialog.close();
    else this.open();
  }

  open() {
    const covered = Boolean(document.querySelector("dialog[open]"));
    document.querySelector("[popover]:popover-open")?.hidePopover();
    this.offered = this.collect(covered);
    this.found = [];
    this.field.value = "";
    this.dialog.showModal();
    this.field.focus();
    this.show();
  }

  // --- what there is to do ---------------------------------------------------------------------

  collect(covered) {
    const seen = new Set();
    const take = (group, elements) => [...elements].flatMap((element) => this.entry(group, element, seen));
    const within = (name) => {
      const menu = document.querySelector(`[data-palette=${name}]`)?.closest("menu-list");
      return menu?.querySelectorAll(".item:not([aria-current]), .segments button:not([aria-pressed=true])") ?? [];
    };
    const fresh = take("new", within("new"));
    const pages = [...document.querySelectorAll(".rail .places a"), ...this.querySelector("template[data-palette=places]").content.querySelectorAll("a")];
    const places = take("places", pages.filter((link) => link.getAttribute("aria-current") !== "page"));
    const here = covered ? [] : take("here", [
      "main .tabs a:not([aria-current])",
      "main .page-head .actions .btn.go:not([popovertarget])",
      "main .page-head .actions :is(a.btn, button.btn:not([popovertarget]), .item)",
      "[data-bulk]:not([hidden]) .btn:not([data-clear])",
    ].flatMap((part) => [...document.querySelectorAll(part)]));
    return [...here, ...fresh, ...places, ...take("organisations", within("organisations")), ...take("you", within("you"))];
  }

  entry(group, element, seen) {
    const href = element.getAttribute("href");
    const label = labelOf(element);
    const parts = element.closest("[role=group]")?.getAttribute("aria-label");
    const key = href === null ? element : new URL(href || "#", location.href).href;
    if (!label || href === "" || element.hidden || seen.has(key)) return [];
    seen.add(key);
    const reason = reasonOf(element);
    const menu = element.closest(".page-head menu-list")?.querySelector(":scope > button");
    const detail = reason || (element.matches(".segments button") && parts) || (menu ? labelOf(menu) : "");
    const act = element.isConnected ? () => element.click() : () => location.assign(href);
    return [{ group, label, detail, disabled: element.getAttribute("aria-disabled") === "true", act, text: fold(`${this.dataset[group]} ${label} ${detail}`) }];
  }

  matching(typed) {
    const wanted = words(typed);
    if (!wanted.length) return this.offered;
    const start = fold(typed.trim());
    const hits = this.offered.filter((one) => wanted.every((word) => one.text.includes(word)));
    const begins = (one) => Number(!fold(one.label).startsWith(start));
    return hits.sort((a, b) => begins(a) - begins(b));
  }

  typed() {
    const typed = this.field.value.trim();
    const wanted = words(typed);
    this.found = this.found.filter((one) => wanted.length && wanted.every((word) => one.text.includes(word)));
    this.moved = false;
    this.show();
    this.forget();
    if (typed && this.getAttribute("source")) this.timer = setTimeout(() => this.ask(typed), PAUSE);
  }

  async ask(typed) {
    this.abort = new AbortController();
    const url = new URL(this.getAttribute("source"), location.href);
    url.searchParams.set("q", typed);
    try {
      const answer = await fetch(url, { signal: this.abort.signal, headers: { Accept: "application/json" } });
      if (!answer.ok || this.field.value.trim() !== typed) return;
      this.found = (await answer.json()).options.map(({ group, label, detail, url: to }) => (
        { group, label, detail, act: () => location.assign(to), text: fold(`${label} ${detail}`), id: to }
      ));
    } catch {
      return; // the pages and actions stay, and so does the plain search
    }
    this.show(this.moved ? this.current?.dataset.id : ""); // what was chosen by hand stays chosen
  }

  // --- what is shown ---------------------------------------------------------------------------

  show(kept) {
    const typed = this.field.value.trim();
    const entries = [...this.matching(typed), ...this.found];
    if (typed && this.getAttribute("search")) {
      const to = new URL(this.getAttribute("search"), location.href);
      to.searchParams.set("q", typed);
      entries.push({ group: "search", label: this.dataset.for.replace("%s", typed), detail: "", act: () => location.assign(to) });
    }
    this.entries = [];
    const groups = new Map();
    for (const one of entries) {
      if (!groups.has(one.group)) groups.set(one.group, []);
      groups.get(one.group).push(one);
    }
    this.list.replaceChildren(...[...groups].map(([group, members]) => this.section(group, members)));
    if (!entries.length) {
      const nothing = this.made("div", "none", this.dataset.none);
      nothing.setAttribute("role", "option");
      nothing.setAttribute("aria-disabled", "true");
      this.list.append(nothing);
    }
    const { none, foundOne, foundOther } = this.dataset;
    this.told.textContent = [none, foundOne][entries.length] ?? foundOther.replace("%s", entries.length);
    const options = this.options();
    // Before anything is typed nothing is chosen: Enter alone must not do the first thing there is.
    this.mark(options.find((option) => kept && option.dataset.id === kept) ?? (typed ? options[0] : undefined));
  }

  section(group, members) {
    const place = this.made("div");
    const title = this.made("div", "title", this.dataset[group]);
    title.id = `palette-${group}`;
    place.setAttribute("role", "group");
    place.setAttribute("aria-labelledby", title.id);
    place.append(title, ...members.map((one) => this.option(one)));
    return place;
  }

  option(one) {
    const line = this.made("div");
    const at = this.entries.push(one) - 1;
    line.id = `palette-option-${at}`;
    line.dataset.at = at;
    line.dataset.id = one.id ?? `${one.group} ${one.label}`;
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", "false");
    if (one.disabled) line.setAttribute("aria-disabled", "true");
    line.append(this.made("span", "", one.label));
    if (one.detail) line.append(" ", this.made("small", "", one.detail));
    return line;
  }

  made(tag, className = "", text = "") {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text) element.textContent = text;
    return element;
  }

  options() {
    return [...this.list.querySelectorAll("[role=option][data-at]")];
  }

  mark(option, follow = true) {
    this.current?.setAttribute("aria-selected", "false");
    this.current = option;
    if (!option) {
      this.field.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    this.field.setAttribute("aria-activedescendant", option.id);
    if (follow) option.scrollIntoView({ block: "nearest" });
  }

  onKey(event) {
    if (event.isComposing) return;
    const options = this.options();
    const now = options.indexOf(this.current);
    const to = { ArrowDown: now + 1, ArrowUp: Math.max(now, 0) - 1, PageDown: Math.min(now + 8, options.length - 1), PageUp: Math.max(now - 8, 0) }[event.key];
    if (to !== undefined && options.length) {
      event.preventDefault();
      this.moved = true;
      this.mark(options[(to + options.length) % options.length]);
    } else if (event.key === "Enter" && this.current) {
      event.preventDefault();
      this.choose(this.current);
    }
  }

  choose(option) {
    const one = this.entries[Number(option.dataset.at)];
    if (one.disabled) {
      this.told.textContent = one.detail;
      return;
    }
    this.dialog.close();
    one.act();
  }
}
customElements.define("command-palette", CommandPalette);
