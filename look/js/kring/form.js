// Small manners of forms: save at once, show a password, submit only once.
document.addEventListener("change", (e) => e.target.closest("[data-submit-on-change]")?.requestSubmit())

document.addEventListener("click", (e) => {
  const eye = e.target.closest("[data-reveal]")
  if (!eye) return
  const input = document.getElementById(eye.dataset.reveal)
  input.type = input.type === "password" ? "text" : "password"
  eye.setAttribute("aria-pressed", String(input.type === "text"))
})
for (const eye of document.querySelectorAll("[data-reveal]")) eye.hidden = false

document.addEventListener("submit", (e) => {
  if (e.defaultPrevented || e.target.method !== "post") return
  if ("busy" in e.target.dataset) return e.preventDefault()
  const calm = () => (delete e.target.dataset.busy, e.submitter?.removeAttribute("aria-busy"))
  e.target.dataset.busy = ""
  e.submitter?.setAttribute("aria-busy", "true")
  setTimeout(calm, 5000) // a download leaves the page where it was
  addEventListener("pageshow", calm, { once: true })
})

document.addEventListener("keydown", (e) => {
  if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) e.target.closest("form")?.requestSubmit()
})
