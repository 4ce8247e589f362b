// The palette: type, choose with the arrows, Enter goes there or does it.
customElements.define("kring-palette", class extends HTMLElement {
  connectedCallback() {
    this.dialog = this.closest("dialog")
    this.input = this.querySelector("input")
    this.list = this.querySelector("[role=listbox]")
    document.addEventListener("click", (e) => {
      if (e.target.closest("[data-palette]") && !e.ctrlKey && !e.metaKey) e.preventDefault(), this.open()
    })
    document.addEventListener("kring:key", (e) => {
      if (e.detail === "mod+k" || e.detail === "/") e.preventDefault(), this.open()
    })
    this.dialog.addEventListener("click", (e) => e.target === this.dialog && this.dialog.close())
    this.input.addEventListener("input", () => this.typed())
    this.input.addEventListener("keydown", (e) => this.key(e))
    this.list.addEventListener("pointermove", (e) => this.choose(e.target.closest("[role=option]")))
    this.list.addEventListener("click", (e) => {
      const option = e.target.closest("[data-post]")
      if (option) e.preventDefault(), this.post(option)
    })
  }

  open() {
    if (!this.dialog.open) this.dialog.showModal()
    this.input.select()
    this.search()
  }

  typed() {
    if (this.input.value === "?") return this.dialog.close(), (this.input.value = ""), document.getElementById("keymap").showModal()
    clearTimeout(this.wait)
    this.wait = setTimeout(() => this.search(), 60)
  }

  async search() {
    this.asked?.abort()
    this.asked = new AbortController()
    try {
      const url = this.dataset.from + "?q=" + encodeURIComponent(this.input.value)
      const answer = await fetch(url, { headers: { "HX-Request": "true" }, signal: this.asked.signal })
      if (!answer.ok) return
      this.list.innerHTML = await answer.text()
      this.options = [...this.list.querySelectorAll("[role=option]")]
      this.options.forEach((o, i) => (o.id = "palette-" + i))
      this.choose(this.options[0])
      this.querySelector("[data-told]").textContent = this.options.length || this.list.textContent.trim()
    } catch (wrong) {
      if (wrong.name !== "AbortError") throw wrong
    }
  }

  choose(option) {
    if (!option) return this.options?.length || this.input.removeAttribute("aria-activedescendant")
    this.list.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false")
    option.setAttribute("aria-selected", "true")
    this.input.setAttribute("aria-activedescendant", option.id)
    option.scrollIntoView({ block: "nearest" })
  }

  key(e) {
    const at = this.options?.findIndex((o) => o.ariaSelected === "true") ?? -1
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key]
    if (step && this.options?.length) e.preventDefault(), this.choose(this.options.at((at + step) % this.options.length))
    if (e.key !== "Enter" || e.isComposing || at < 0) return
    e.preventDefault()
    const option = this.options[at]
    if ("post" in option.dataset) return this.post(option)
    if (e.ctrlKey || e.metaKey) return window.open(option.href, "_blank", "noopener")
    location.assign(option.href)
  }

  post(option) {
    const form = document.createElement("form")
    form.method = "post"
    form.action = option.href
    document.body.append(form)
    form.submit()
  }
})
