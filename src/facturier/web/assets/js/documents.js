// The list of documents: how many of the selected ones each button would take, where the focus goes after the
// list was replaced, and downloads that follow the filters.

function count(list) {
  const chosen = [...list.querySelectorAll("tbody .pick input:checked")];
  for (const button of list.querySelectorAll("[data-bulk] [data-does]")) {
    const takes = chosen.filter((box) => box.dataset.can.split(" ").includes(button.dataset.does)).length;
    button.dataset.words ??= button.textContent.trim();
    button.textContent = takes && takes < chosen.length ? `${button.dataset.words} (${takes})` : button.dataset.words;
  }
}

document.addEventListener("selection", (event) => count(event.target));

// A place that the new list has too: the same head, tab, filter or direction.
function placeOf(element) {
  const head = element.closest("th");
  if (head) return `#documents th:nth-child(${head.cellIndex + 1}) a`;
  const tab = element.closest(".tabs a");
  if (tab) return `#documents .tabs a:nth-child(${[...tab.parentElement.children].indexOf(tab) + 1})`;
  const menu = element.closest(".sentence menu-list");
  if (menu) return `#${menu.querySelector("button").id}`;
  if (element.closest(".pager")) return "#documents .lead a, #documents .pager a";
  return "#documents .tabs a[aria-current]";
}

let place = "";
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id !== "documents") return;
  const now = document.activeElement;
  place = now?.closest("#documents") ? placeOf(now) : "";
  if (now?.closest(".pager")) scrollTo({ top: 0 });
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "documents" && event.detail.target?.id !== "documents") return;
  if (place) document.querySelector(place)?.focus({ preventScroll: true });
  place = "";
  const asked = new URLSearchParams(location.search);
  for (const name of ["after", "before"]) asked.delete(name);
  for (const link of document.querySelectorAll("a[data-download]")) link.search = asked.toString();
});
