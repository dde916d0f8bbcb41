// Ctrl+K and the button beside the search. The palette's own code is fetched when it is first wanted.
const palette = document.querySelector("command-palette");
const opener = document.querySelector("[data-palette=open]");

async function call() {
  if (!customElements.get("command-palette")) await import(palette.dataset.code);
  palette.toggle();
}

if (palette) {
  if (opener) {
    opener.hidden = false;
    opener.addEventListener("click", call);
    if (/Mac|iP(hone|ad)/.test(navigator.platform)) {
      for (const key of opener.querySelectorAll("kbd")) key.textContent = "⌘ K";
    }
  }
  // On a phone the search field is too narrow to type in: touching it opens the commands, which search as well.
  const search = document.getElementById("search");
  search?.addEventListener("click", () => { if (search.clientWidth < 160) call(); });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    call();
  });
}
