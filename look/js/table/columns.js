// The columns menu: a column moves without leaving the menu.
document.addEventListener("click", (e) => {
  const button = e.target.closest("[data-columns] :is([name=up], [name=down])")
  if (!button) return
  e.preventDefault()
  const line = button.closest("li"), up = button.name === "up"
  const beside = up ? line.previousElementSibling : line.nextElementSibling
  if (!beside?.querySelector("[name=up]")) return
  up ? beside.before(line) : beside.after(line)
  button.focus()
})
