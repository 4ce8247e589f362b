// The board: a card is dragged with the pointer, or lifted with Space, moved
// with the arrows and put down with Space. The server says what becomes of it:
// the board again, or a small form when a stage asks for evidence.
const board = () => document.getElementById("board")
const word = (name, values) =>
  Object.entries(values).reduce((s, [k, v]) => s.replace(`{${k}}`, v), document.getElementById("board-words")?.content.querySelector(`[data-word="${name}"]`)?.textContent ?? "")

function say(name, values = {}) {
  const told = document.getElementById("board-said")
  if (told) told.textContent = word(name, values)
}

const asked = { "HX-Request": "true" }
const columns = () => [...board().querySelectorAll(".board-column")]

async function move(card, column) {
  const { card: id, version, name } = card.dataset
  const to = column.dataset.stage
  if (column.contains(card)) return
  board().setAttribute("aria-busy", "true")
  try {
    const answer = to === "won"
      ? await fetch(`/opportunities/${id}/win?${new URLSearchParams({ from: board().dataset.query })}`, { headers: asked })
      : await fetch(`/opportunities/${id}/stage`, { method: "POST", headers: asked, body: new URLSearchParams({ to, version, from: board().dataset.query }) })
    const text = await answer.text()
    if (![200, 409, 422].includes(answer.status)) throw new Error(answer.status)
    const page = document.createElement("template")
    page.innerHTML = text
    for (const toast of page.content.querySelectorAll("kring-toast")) document.getElementById("toasts").append(toast)
    const dialog = page.content.querySelector("dialog")
    if (dialog) return document.getElementById("dialogs").replaceChildren(dialog)
    const fresh = page.content.querySelector("#board")
    if (!fresh) throw new Error("no board")
    board().replaceWith(fresh)
    window.htmx?.process(fresh)
    document.querySelector(`#card-${CSS.escape(id)} a`)?.focus({ preventScroll: true })
    if (answer.status === 200) say("moved", { name, stage: column.dataset.name })
  } catch {
    say("failed", { name })
    document.dispatchEvent(new Event("kring:failed"))
  } finally {
    board()?.removeAttribute("aria-busy")
  }
}

// With the pointer.
let drag

function slotIn(column, height) {
  const slot = drag?.slot ?? document.createElement("li")
  slot.className = "board-slot"
  slot.setAttribute("aria-hidden", "true")
  if (height) slot.style.minBlockSize = height + "px"
  for (const c of columns()) c.classList.toggle("over", c === column)
  column ? column.querySelector(".board-cards").append(slot) : slot.remove()
  return slot
}

document.addEventListener("pointerdown", (e) => {
  const card = e.target.closest?.("[data-moves] .kans-card:not(.ended)")
  if (!card || e.button || e.pointerType === "touch" || e.ctrlKey || e.metaKey || e.shiftKey) return
  const at = card.getBoundingClientRect()
  drag = { card, x: e.clientX, y: e.clientY, dx: e.clientX - at.left, dy: e.clientY - at.top, width: at.width, height: at.height }
})
document.addEventListener("pointermove", (e) => {
  if (!drag) return
  if (!drag.ghost) {
    if (Math.hypot(e.clientX - drag.x, e.clientY - drag.y) < 6) return
    drag.ghost = drag.card.cloneNode(true)
    drag.ghost.removeAttribute("id")
    drag.ghost.setAttribute("aria-hidden", "true")
    drag.ghost.classList.add("flying")
    drag.ghost.style.inlineSize = drag.width + "px"
    document.body.append(drag.ghost)
    drag.card.classList.add("gone")
    getSelection()?.removeAllRanges()
  }
  e.preventDefault()
  drag.ghost.style.left = e.clientX - drag.dx + "px"
  drag.ghost.style.top = e.clientY - drag.dy + "px"
  const column = document.elementFromPoint(e.clientX, e.clientY)?.closest(".board-column")
  drag.column = column && !column.contains(drag.card) ? column : null
  drag.slot = slotIn(drag.column, drag.height)
  const edge = board().getBoundingClientRect()
  if (e.clientX > edge.right - 40) board().scrollLeft += 12
  if (e.clientX < edge.left + 40) board().scrollLeft -= 12
})
function drop(moves) {
  if (!drag) return
  const { card, ghost, column } = drag
  slotIn(null)
  ghost?.remove()
  card.classList.remove("gone")
  drag = null
  if (!ghost) return
  const still = (e) => (e.preventDefault(), e.stopPropagation()) // a card that was dragged is not opened
  addEventListener("click", still, true)
  setTimeout(() => removeEventListener("click", still, true))
  if (moves && column) move(card, column)
}
document.addEventListener("pointerup", () => drop(true))
document.addEventListener("pointercancel", () => drop(false))
document.addEventListener("dragstart", (e) => e.target.closest?.(".kans-card") && e.preventDefault())

// With the keyboard.
let lifted

function put(moves) {
  const { card, column } = lifted
  card.classList.remove("lifted")
  slotIn(null)
  lifted = null
  if (moves && !column.contains(card)) return move(card, column)
  say("back", { name: card.dataset.name })
}

document.addEventListener("keydown", (e) => {
  if (e.key === "Escape" && drag) return drop(false)
  const card = e.target.closest?.("[data-moves] .kans-card:not(.ended)")
  if (!card || e.ctrlKey || e.metaKey || e.altKey) return
  if (e.key === " ") {
    e.preventDefault()
    if (lifted) return put(true)
    lifted = { card, column: card.closest(".board-column") }
    card.classList.add("lifted")
    return say("lifted", { name: card.dataset.name, stage: lifted.column.dataset.name })
  }
  if (!lifted) {
    const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[e.key]
    const to = step && card[step]?.querySelector("a")
    if (to) e.preventDefault(), to.focus()
    return
  }
  const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key]
  if (step) {
    const all = columns(), to = all[all.indexOf(lifted.column) + step]
    if (to) {
      lifted.column = to
      slotIn(to.contains(card) ? null : to, card.offsetHeight)
      to.scrollIntoView({ block: "nearest", inline: "nearest" })
      say("over", { name: card.dataset.name, stage: to.dataset.name, place: all.indexOf(to) + 1, of: all.length })
    }
  }
  if (e.key === "Escape") put(false)
  if (e.key === "Enter") put(true)
  if (step || ["Escape", "Enter", "ArrowUp", "ArrowDown"].includes(e.key)) e.preventDefault(), e.stopPropagation()
}, true)
document.addEventListener("focusout", (e) => {
  if (lifted && !lifted.card.contains(e.relatedTarget) && document.hasFocus()) put(false)
})
