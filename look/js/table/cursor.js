// The keyboard cursor of a list: J and arrows move it, Enter opens, X ticks.
customElements.define("kring-table", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("focusin", (e) => {
      this.point(e.target.closest("tbody tr"))
      if (e.target.matches(".cell-input")) this.column = e.target.closest("td").cellIndex // E begins where it was last
    })
    this.addEventListener("click", (e) => this.clicked(e))
    document.addEventListener("kring:key", (e) => this.isConnected && this.key(e))
  }

  get rows() { return [...this.querySelectorAll("tbody tr[data-href]")] }
  get row() { return this.querySelector("tr.cursor") }

  point(row) {
    if (!row || row === this.row) return
    this.row?.classList.remove("cursor")
    row.classList.add("cursor")
  }

  move(step) {
    const rows = this.rows
    const to = rows[this.row ? rows.indexOf(this.row) + step : 0]
    if (!to) return
    this.point(to)
    to.querySelector(".name a")?.focus({ preventScroll: true })
    to.scrollIntoView({ block: "nearest" })
  }

  tick(on) {
    const box = this.row?.querySelector(".tick input")
    if (!box) return
    box.checked = on ?? !box.checked
    box.dispatchEvent(new Event("change", { bubbles: true }))
  }

  key(e) {
    const deeds = {
      j: () => this.move(1), ArrowDown: () => this.move(1), k: () => this.move(-1), ArrowUp: () => this.move(-1),
      o: () => this.row && location.assign(this.row.dataset.href),
      x: () => this.tick(), " ": () => this.row && this.tick(),
      e: () => (this.row?.cells[this.column]?.matches("[data-edit]") ? this.row.cells[this.column] : this.row?.querySelector("[data-edit]"))?.dispatchEvent(new CustomEvent("kring:edit", { bubbles: true })),
    }
    deeds.Enter = document.activeElement.matches("a, button, input, summary") ? undefined : deeds.o
    deeds["shift+j"] = deeds["shift+ArrowDown"] = () => (this.tick(true), this.move(1), this.tick(true))
    deeds["shift+ArrowUp"] = () => (this.tick(true), this.move(-1), this.tick(true))
    if (!deeds[e.detail] || (!this.row && !["j", "ArrowDown"].includes(e.detail))) return
    e.preventDefault()
    deeds[e.detail]()
  }

  clicked(e) {
    const row = e.target.closest("tbody tr[data-href]")
    if (!row || e.target.closest("a, button, input, select, label, form")) return
    if (innerWidth < 720) return location.assign(row.dataset.href)
    this.point(row)
  }
})
