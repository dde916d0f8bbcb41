// <tick-boxes>: buttons that tick the usual choices; the boxes themselves are what is sent.
class TickBoxes extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const button = event.target.closest("[data-ticks]");
      if (!button) return;
      const wanted = button.dataset.ticks.split(" ");
      for (const box of this.querySelectorAll("input[type=checkbox]")) box.checked = wanted.includes(box.name);
    });
  }
}
customElements.define("tick-boxes", TickBoxes);
