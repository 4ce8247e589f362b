// Arrow keys walk a menu; old browsers get it placed under its button.
const anchored = CSS.supports("position-area", "block-end")

document.addEventListener("toggle", (e) => {
  const menu = e.target
  if (!menu.matches?.(".menu[popover]")) return
  const button = document.querySelector(`[popovertarget="${menu.id}"]`)
  button?.setAttribute("aria-expanded", String(e.newState === "open"))
  if (e.newState !== "open") return
  if (!anchored && button && innerWidth >= 720) {
    const at = button.getBoundingClientRect(), size = menu.getBoundingClientRect()
    menu.style.position = "fixed"
    menu.style.left = Math.max(8, Math.min(at.left, innerWidth - size.width - 8)) + "px"
    menu.style.top = Math.min(at.bottom + 4, innerHeight - size.height - 8) + "px"
  }
  const first = menu.querySelector("[autofocus], .menu-content :is(input:not([type=hidden]), select)")
  const item = "menu" in menu.dataset ? menu.querySelector(".menu-item") : menu.querySelector("[data-menu] .menu-item")
  first ? first.focus() : item?.focus({ preventScroll: true })
}, true)

document.addEventListener("keydown", (e) => {
  const items = [...(e.target.closest?.("[data-menu]")?.querySelectorAll(".menu-item") ?? [])]
  const at = items.indexOf(e.target)
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[e.key]
  if (at < 0 || to === undefined) return
  e.preventDefault()
  items.at(to % items.length).focus()
})
