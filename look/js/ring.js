// The big ring: what is pointed at stands out, arrow keys walk it, and from
// numbers to value its arcs move.
const drawn = ".kring-drawing"

function light(part) {
  for (const svg of document.querySelectorAll(drawn)) {
    const name = svg.contains(part) && part.dataset.part
    svg.classList.toggle("lit", Boolean(name))
    for (const one of svg.querySelectorAll("[data-part]")) one.classList.toggle("lit", one.dataset.part === name)
  }
}
for (const kind of ["pointerover", "focusin"]) {
  document.addEventListener(kind, (e) => light(e.target.closest?.(`${drawn} [data-part]`)))
}
document.addEventListener("focusout", () => light(null))

document.addEventListener("keydown", (e) => {
  const at = e.target.closest?.(`${drawn} a`)
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key]
  if (!at || !step || e.ctrlKey || e.metaKey || e.altKey) return
  const all = [...at.closest(drawn).querySelectorAll("a:not([tabindex])")]
  all[(all.indexOf(at) + step + all.length) % all.length].focus()
  e.preventDefault()
})

function stretch(radius, from, to) {
  const at = (d) => `${radius * Math.sin((d * Math.PI) / 180)} ${-radius * Math.cos((d * Math.PI) / 180)}`
  return `M${at(from)}A${radius} ${radius} 0 ${to - from > 180 ? 1 : 0} 1 ${at(to)}`
}

// swing moves the arcs of one drawing to where they are in another.
function swing(svg, other) {
  const ways = [...svg.querySelectorAll("[data-from]")].map((a) => {
    const b = other.querySelector(`[data-part="${a.dataset.part}"]`)
    return { a, from: [+a.dataset.from, +b.dataset.from], to: [+a.dataset.to, +b.dataset.to] }
  })
  svg.classList.add("moving")
  return new Promise((done) => {
    const began = performance.now()
    requestAnimationFrame(function frame(now) {
      const t = Math.min(1, Math.max(0, now - began) / 300), ease = t * t * (3 - 2 * t)
      for (const { a, from, to } of ways) {
        const [f, u] = [from, to].map(([x, y]) => x + (y - x) * ease)
        for (const path of a.querySelectorAll("[data-radius]")) path.setAttribute("d", stretch(+path.dataset.radius, f, u))
      }
      t < 1 ? requestAnimationFrame(frame) : done()
    })
  })
}

document.addEventListener("click", async (e) => {
  const link = e.target.closest("[data-kring-by] a")
  if (!link || e.ctrlKey || e.metaKey || e.shiftKey || e.button || matchMedia("(prefers-reduced-motion: reduce)").matches) return
  e.preventDefault()
  try {
    const answer = await fetch(link.href)
    const next = new DOMParser().parseFromString(await answer.text(), "text/html")
    const svg = document.querySelector(drawn), other = next.querySelector(drawn)
    if (svg && other) await swing(svg, other)
  } finally {
    location.assign(link.href)
  }
})
