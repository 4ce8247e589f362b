// Choose one record: type, walk with the arrows, Enter takes it.
customElements.define("kring-picker", class extends HTMLElement {
  connectedCallback() {
    [this.value, this.input] = this.querySelectorAll("input")
    this.list = this.querySelector("[role=listbox]")
    this.input.addEventListener("input", () => {
      this.value.value = ""
      clearTimeout(this.wait)
      this.wait = setTimeout(() => this.search(), 80)
    })
    this.input.addEventListener("keydown", (e) => this.key(e))
    this.input.addEventListener("blur", () => this.close())
    this.list.addEventListener("pointerdown", (e) => (e.preventDefault(), this.take(e.target.closest("[role=option]"))))
  }

  async search() {
    this.asked?.abort()
    this.asked = new AbortController()
    const url = this.dataset.from + (this.dataset.from.includes("?") ? "&" : "?") + "q=" + encodeURIComponent(this.input.value)
    const answer = await fetch(url, { headers: { "HX-Request": "true" }, signal: this.asked.signal }).catch(() => null)
    if (!answer?.ok || document.activeElement !== this.input) return
    this.list.innerHTML = await answer.text()
    this.options = [...this.list.querySelectorAll("[role=option]")]
    this.options.forEach((o, i) => (o.id = this.list.id + "-" + i))
    this.list.hidden = false
    this.input.ariaExpanded = "true"
    this.choose(0)
  }

  choose(at) {
    this.at = at
    this.options.forEach((o, i) => (o.ariaSelected = String(i === at)))
    this.input.setAttribute("aria-activedescendant", this.options[at]?.id ?? "")
    this.options[at]?.scrollIntoView({ block: "nearest" })
  }

  key(e) {
    if (this.list.hidden) return e.key === "ArrowDown" && (e.preventDefault(), this.search())
    const n = this.options.length, step = { ArrowDown: 1, ArrowUp: -1 }[e.key]
    if (step && n) e.preventDefault(), this.choose((this.at + step + n) % n)
    if (e.key === "Enter" && n) e.preventDefault(), this.take(this.options[this.at])
    if (e.key === "Escape") e.preventDefault(), this.close()
  }

  take(option) {
    if (!option) return
    this.value.value = option.dataset.value
    this.input.value = option.dataset.text
    this.close()
    this.value.dispatchEvent(new Event("change", { bubbles: true }))
  }

  close() {
    this.asked?.abort()
    this.list.hidden = true
    this.input.ariaExpanded = "false"
    this.input.removeAttribute("aria-activedescendant")
  }
})
