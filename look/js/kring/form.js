// Small manners of forms: save at once, show a password, submit only once.
document.addEventListener("change", (e) => e.target.closest("[data-submit-on-change]")?.requestSubmit())

document.addEventListener("click", (e) => {
  const eye = e.target.closest("[data-reveal]")
  if (!eye) return
  const input = document.getElementById(eye.dataset.reveal)
  input.type = input.type === "password" ? "text" : "password"
  eye.setAttribute("aria-pressed", String(input.type === "text"))
})
document.addEventListener("click", async (e) => {
  const button = e.target.closest("[data-copy]")
  if (!button) return
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value)
  const told = button.parentElement.nextElementSibling
  told.textContent = button.querySelector(".label").textContent = told.dataset.copied
})
for (const button of document.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard

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
