// Dialogs that a page or an answer opens by itself, and command buttons for
// browsers that do not know them yet.
function show(dialog) {
  dialog.removeAttribute("open")
  dialog.removeAttribute("data-modal")
  dialog.showModal()
}

for (const dialog of document.querySelectorAll("dialog[data-modal]")) show(dialog)

const room = document.getElementById("dialogs")
if (room) {
  new MutationObserver(() => {
    const dialog = room.querySelector("dialog")
    if (!dialog || dialog.matches(":modal")) return
    show(dialog)
    dialog.addEventListener("close", () => dialog.remove())
  }).observe(room, { childList: true })
}

if (!("command" in HTMLButtonElement.prototype)) {
  document.addEventListener("click", (e) => {
    const button = e.target.closest("[commandfor]")
    const dialog = button && document.getElementById(button.getAttribute("commandfor"))
    if (dialog) button.getAttribute("command") === "close" ? dialog.close() : dialog.showModal()
  })
}
