// What htmx asks for: busy after 300 ms, and a sentence when it did not work.
const waits = new WeakMap()

document.addEventListener("htmx:before:request", (e) => {
  waits.set(e.detail.ctx, setTimeout(() => e.target.setAttribute?.("aria-busy", "true"), 300))
})
document.addEventListener("htmx:finally:request", (e) => {
  clearTimeout(waits.get(e.detail.ctx))
  e.target.removeAttribute?.("aria-busy")
})

function failed() {
  const words = document.getElementById("kring-failed")
  if (words) document.getElementById("toasts").append(words.content.cloneNode(true))
}
document.addEventListener("kring:failed", failed)
document.addEventListener("htmx:error", failed)
document.addEventListener("htmx:response:error", (e) => {
  if (![409, 422].includes(e.detail.ctx.response.status)) failed()
})
