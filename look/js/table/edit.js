// Editing in place: Enter saves and goes down, Tab saves and goes right, Esc
// restores. The server draws the form and the cell.
const asked = { "HX-Request": "true" }
const old = new WeakMap()

async function edit(cell) {
  if (!cell || old.has(cell)) return
  const answer = await fetch(cell.dataset.edit, { headers: asked })
  if (!answer.ok || old.has(cell)) return
  old.set(cell, cell.innerHTML)
  fill(cell, await answer.text())
}

function fill(cell, form) {
  cell.innerHTML = form
  cell.classList.add("editing")
  const field = cell.querySelector("[name]:not([type=hidden])")
  field.dataset.was = field.value
  field.focus()
  field.select?.()
}

function restore(cell) {
  const before = old.get(cell)
  old.delete(cell) // first: what goes away loses its focus, and that saves
  cell.innerHTML = before
  cell.classList.remove("editing", "failed")
}

// near is the next cell that can be edited: below in the column, or aside.
function near(cell, way) {
  const row = cell.closest("tr, .fact")
  const all = [...row.parentElement.querySelectorAll("[data-edit]")]
  if (way === "down" && cell.matches("td")) return row.nextElementSibling?.cells?.[cell.cellIndex]
  return all[all.indexOf(cell) + (way === "left" ? -1 : 1)]
}

async function save(cell, way) {
  const form = cell.querySelector("form")
  const field = form.querySelector("[name]:not([type=hidden])")
  const next = way && near(cell, way)
  if (field.value === field.dataset.was && !cell.classList.contains("failed")) return restore(cell), go(cell, next)
  if (form.ariaBusy) return
  form.ariaBusy = "true"
  try {
    const answer = await fetch(form.action, { method: "POST", headers: asked, body: new URLSearchParams(new FormData(form)) })
    const text = await answer.text()
    if (answer.status === 422 || answer.status === 409) return cell.classList.add("failed"), fill(cell, text)
    if (!answer.ok) throw new Error(answer.status)
    go(put(cell, text), next)
  } catch {
    form.ariaBusy = null
    cell.classList.add("failed")
    field.ariaInvalid = "true"
    document.dispatchEvent(new Event("kring:failed"))
  }
}

// put takes the answer in: a cell replaces the cell, a value fills the value.
function put(cell, text) {
  const page = document.createElement("template")
  page.innerHTML = text
  for (const toast of page.content.querySelectorAll("kring-toast")) document.getElementById("toasts").append(toast)
  page.content.querySelectorAll("[hx-swap-oob]").forEach((e) => e.remove())
  old.delete(cell)
  const fresh = page.content.querySelector("td")
  if (fresh) return cell.replaceWith(fresh), window.htmx?.process(fresh), fresh
  cell.classList.remove("editing", "failed")
  cell.replaceChildren(page.content)
  return cell
}

function go(cell, next) {
  if (next?.matches("[data-edit]")) return edit(next)
  cell.closest("tr")?.querySelector(".name a")?.focus()
}

document.addEventListener("kring:edit", (e) => edit(e.target))
document.addEventListener("kring:key", (e) => {
  const value = e.detail === "e" && document.activeElement.closest("dd[data-edit]")
  if (value) e.preventDefault(), edit(value)
})
document.addEventListener("click", (e) => {
  if (innerWidth >= 720 || e.target.closest("dd")) e.target.closest("a, form") || edit(e.target.closest("[data-edit]"))
})
document.addEventListener("submit", (e) => {
  const cell = e.target.matches(".cell-form") && e.target.closest("[data-edit]")
  if (cell) e.preventDefault(), save(cell, "down")
}, true)
document.addEventListener("focusout", (e) => {
  const cell = e.target.closest(".cell-form")?.closest("[data-edit]")
  if (cell && old.has(cell) && !e.target.form.ariaBusy && !cell.contains(e.relatedTarget) && document.hasFocus()) save(cell)
})
document.addEventListener("keydown", (e) => {
  if (e.key === "Enter" && e.target.matches("dd[data-edit]")) return e.preventDefault(), edit(e.target)
  const cell = e.target.closest?.(".cell-form")?.closest("[data-edit]")
  if (!cell) return
  if (e.key === "Escape") e.preventDefault(), restore(cell), cell.closest("tr") ? go(cell) : cell.focus()
  if (e.key === "Enter") e.preventDefault(), save(cell, "down")
  if (e.key === "Tab") e.preventDefault(), save(cell, e.shiftKey ? "left" : "right")
})
