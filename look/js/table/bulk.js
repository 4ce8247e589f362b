// Ticked rows: one counts them, the head ticks all, shift ticks a range.
customElements.define("kring-bulk", class extends HTMLElement {
  connectedCallback() {
    document.addEventListener("change", (e) => this.isConnected && this.changed(e.target))
    document.addEventListener("click", (e) => this.isConnected && this.range(e))
    document.addEventListener("kring:key", (e) => {
      if (this.isConnected && e.detail === "Escape" && this.count) e.preventDefault(), this.set(false)
    })
    this.querySelector("[data-clear]").addEventListener("click", (e) => (e.preventDefault(), this.set(false)))
    this.addEventListener("keydown", (e) => {
      const deed = e.key === "Enter" && e.target.matches("input, select") && e.target.closest("[popover]")?.querySelector("[type=submit]")
      if (deed) e.preventDefault(), deed.click()
    })
    this.tell()
  }

  get boxes() { return [...document.querySelectorAll(".table tbody .tick input")] }
  get count() { return this.boxes.filter((b) => b.checked).length }

  changed(box) {
    if (box.matches("[data-all]")) this.set(box.checked)
    else if (box.matches(".tick input")) this.tell()
  }

  set(on) {
    for (const box of this.boxes) box.checked = on
    if (!on) for (const all of this.querySelectorAll("[name=all]")) all.checked = false
    this.tell()
  }

  tell() {
    const n = this.count, all = document.querySelector("[data-all]")
    this.querySelector("[data-count]").textContent = n
    if (all) (all.checked = n > 0 && n === this.boxes.length), (all.indeterminate = n > 0 && n < this.boxes.length)
    for (const box of this.boxes) box.checked ? box.closest("tr").setAttribute("aria-selected", "true") : box.closest("tr").removeAttribute("aria-selected")
  }

  range(e) {
    if (!e.target.matches?.(".table tbody .tick input")) return
    const boxes = this.boxes, to = boxes.indexOf(e.target), from = boxes.indexOf(this.last)
    if (e.shiftKey && from >= 0) for (const box of boxes.slice(Math.min(from, to), Math.max(from, to) + 1)) box.checked = e.target.checked
    this.last = e.target
    this.tell()
  }
})
