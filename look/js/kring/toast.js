// A toast goes after six seconds, not while somebody looks at it; Z undoes.
customElements.define("kring-toast", class extends HTMLElement {
  connectedCallback() {
    const text = this.querySelector("p")
    setTimeout(() => (text.textContent = text.textContent), 150) // a page that opens with it is read aloud too
    this.addEventListener("click", (e) => e.target.closest("[data-close]") && this.remove())
    if ("stay" in this.dataset) return
    const go = () => (this.leave = setTimeout(() => this.matches(":hover, :focus-within") || this.remove(), 6000))
    for (const e of ["pointerenter", "focusin"]) this.addEventListener(e, () => clearTimeout(this.leave))
    for (const e of ["pointerleave", "focusout"]) this.addEventListener(e, go)
    go()
  }
})

document.addEventListener("kring:key", (e) => {
  const undo = e.detail === "z" && [...document.querySelectorAll("[data-undo]")].at(-1)
  if (undo) e.preventDefault(), undo.requestSubmit()
})
