// Rows that can be added and taken away.
customElements.define("kring-repeat", class extends HTMLElement {
  connectedCallback() {
    this.rows = this.querySelector(".repeat-rows")
    this.next = this.rows.children.length
    this.addEventListener("click", (e) => {
      if (e.target.closest("[data-more]")) this.more()
      const less = e.target.closest("[data-less]")
      if (less) less.closest(".repeat-row").remove(), this.tell(), this.button.focus()
    })
    this.tell()
  }

  get button() { return this.querySelector(":scope > fieldset > div > [data-more]") }

  more() {
    const text = this.querySelector("template").innerHTML.replaceAll("__n__", this.next++)
    this.rows.insertAdjacentHTML("beforeend", text)
    this.tell()
    this.rows.lastElementChild.querySelector("input:not([type=hidden]), select")?.focus()
  }

  tell() {
    const max = Number(this.dataset.max) || 20
    this.button.hidden = this.rows.children.length >= max
    for (const less of this.rows.querySelectorAll("[data-less]")) less.hidden = false
  }
})
