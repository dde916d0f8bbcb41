// Dialogs: <button command="show-modal" commandfor="id">; those loaded by htmx open when they arrive.

const native = "commandForElement" in HTMLButtonElement.prototype;

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[command='show-modal'][commandfor]");
  if (opener && !native) document.getElementById(opener.getAttribute("commandfor"))?.showModal();

  const closer = event.target.closest("[data-close-dialog]");
  if (closer) closer.closest("dialog").close();

  // A click on the backdrop, which is the dialog itself outside of its box, closes what holds no form.
  if (event.target.matches?.("dialog[open]") && !event.target.querySelector("form")) {
    const box = event.target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right
      && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) event.target.close();
  }
});

const remote = document.getElementById("remote-dialog");

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "dialog-content" && !remote.open && event.detail.target.children.length) {
    remote.showModal();
  }
});
// The server closes it by the header HX-Trigger: close-dialog.
document.addEventListener("close-dialog", () => remote?.close());
remote?.addEventListener("close", () => document.getElementById("dialog-content").replaceChildren());
