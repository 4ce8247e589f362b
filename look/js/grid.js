// A grid of lines: arrows and Enter walk it, a piece of a sheet is pasted into
// it, and the sum follows what is typed. The server reads the numbers again.
const cells = (row) => [...row.querySelectorAll("input:not([type=hidden])")]

function grow(body) {
  const row = body.lastElementChild.cloneNode(true)
  const n = body.children.length
  for (const input of row.querySelectorAll("input")) {
    input.value = input.type === "hidden" ? "0" : ""
    input.removeAttribute("aria-invalid")
    input.removeAttribute("aria-describedby")
    if (input.id) input.id = input.id.replace(/-\d+-/, `-${n}-`)
    if (input.ariaLabel) input.ariaLabel = input.ariaLabel.replace(/\d+$/, n + 1)
  }
  row.querySelectorAll(".field-error").forEach((e) => e.remove())
  row.querySelector("[data-sum]").textContent = ""
  body.append(row)
  return row
}

function read(text, comma) {
  const s = text.replace(/[^\d.,-]/g, "")
  const n = comma === "," ? s.replace(/\.(?=\d{3}(\D|$))/g, "").replace(",", ".") : s.replace(/,/g, "")
  return s === "" ? NaN : Number(n)
}

function add(form) {
  const comma = form.dataset.decimal
  const write = (n) => n.toLocaleString(document.documentElement.lang, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  let total = 0
  for (const row of form.querySelectorAll("tbody tr")) {
    const [, quantity, unit, discount] = cells(row).map((c) => read(c.value, comma))
    const sum = Number.isNaN(unit) ? NaN : Math.round((Number.isNaN(quantity) ? 1 : quantity) * unit * (100 - (discount || 0))) / 100
    row.querySelector("[data-sum]").textContent = Number.isNaN(sum) ? "" : write(sum)
    total += sum || 0
  }
  form.querySelector("[data-total]").textContent = write(total)
}

document.addEventListener("input", (e) => {
  const form = e.target.closest("[data-grid]")
  if (!form) return
  const row = e.target.closest("tbody tr")
  if (row && !row.nextElementSibling) grow(row.parentElement)
  add(form)
})

document.addEventListener("keydown", (e) => {
  const row = e.target.closest?.("[data-grid] tbody tr")
  if (!row || e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return
  const all = cells(row), at = all.indexOf(e.target)
  const down = e.key === "ArrowDown" || (e.key === "Enter" && !e.shiftKey), up = e.key === "ArrowUp" || (e.key === "Enter" && e.shiftKey)
  let to
  if (down) to = cells(row.nextElementSibling ?? grow(row.parentElement))[at]
  if (up) to = row.previousElementSibling && cells(row.previousElementSibling)[at]
  if (e.key === "ArrowRight" && e.target.selectionStart === e.target.value.length) to = all[at + 1]
  if (e.key === "ArrowLeft" && e.target.selectionEnd === 0) to = all[at - 1]
  if (e.key === "Enter") e.preventDefault()
  if (to) e.preventDefault(), to.focus(), to.select()
})

document.addEventListener("paste", (e) => {
  const row = e.target.closest?.("[data-grid] tbody tr")
  const text = row && e.clipboardData.getData("text/plain").replace(/\r?\n$/, "")
  if (!text || !/[\t\n]/.test(text)) return
  e.preventDefault()
  const first = cells(row).indexOf(e.target)
  let at = row
  for (const line of text.split(/\r?\n/)) {
    const into = cells(at)
    line.split("\t").forEach((value, i) => into[first + i] && (into[first + i].value = value.trim()))
    at = at.nextElementSibling ?? grow(at.parentElement)
  }
  add(row.closest("form"))
})
