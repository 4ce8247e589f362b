// The calendar: an appointment is dragged to another day. What a pointer does here
// the form on the page of the appointment does too.
let dragged

document.addEventListener("dragstart", (e) => {
  dragged = e.target.closest?.("a.meet[data-move]")
  if (dragged) e.dataTransfer.effectAllowed = "move"
})

for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (e) => {
    const day = e.target.closest?.("[data-day]")
    if (!dragged || !day) return
    if (kind !== "dragleave") e.preventDefault()
    day.classList.toggle("over", kind === "dragover")
    if (kind !== "drop" || day.dataset.day === dragged.dataset.of) return
    const form = document.getElementById("move")
    form.action = dragged.dataset.move
    form.elements.of.value = dragged.dataset.repeats ? dragged.dataset.of : ""
    form.elements.to.value = day.dataset.day
    form.requestSubmit()
  })
}

document.addEventListener("dragend", () => {
  dragged = undefined
})
