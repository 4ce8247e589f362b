// One registry of keys, written by the server; the ? list shows the same one.
const { letters, keys } = JSON.parse(document.getElementById("key-registry")?.textContent ?? '{"letters":true,"keys":[]}')
const field = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true]"
let begun = "", forget

// spell names a key press as the registry does: "mod+k", "shift+j", "?".
function spell(e) {
  const key = e.code.startsWith("Digit") && e.altKey ? e.code.slice(5) : e.key.length === 1 ? e.key.toLowerCase() : e.key
  const shifted = e.shiftKey && (key.length > 1 || /[a-z]/.test(key))
  return (e.ctrlKey || e.metaKey ? "mod+" : "") + (e.altKey ? "alt+" : "") + (shifted ? "shift+" : "") + key
}

function act(name) {
  const known = keys.find((k) => k.keys === name && (k.href || k.click))
  if (known?.href) return location.assign(known.href), true
  const target = known && document.querySelector(known.click)
  if (target) return target.click(), true
  const part = new CustomEvent("kring:key", { detail: name, cancelable: true })
  if (!document.dispatchEvent(part)) return true
  const button = /^[a-z]$/.test(name) && document.querySelector(`[data-hotkey="${name}"]:not(:disabled)`)
  if (button) return button.click(), true
  return false
}

document.addEventListener("keydown", (e) => {
  if (e.defaultPrevented || e.isComposing || ["Shift", "Control", "Alt", "Meta"].includes(e.key)) return
  const name = spell(e)
  const bare = name.replace("shift+", "").length === 1
  if (!name.startsWith("mod+") && e.target.closest(field)) return
  if (document.querySelector("dialog:modal, :popover-open") && name !== "mod+k") return
  if (bare && !letters) return
  clearTimeout(forget)
  const whole = begun ? begun + " " + name : name
  begun = ""
  if (act(whole) || (whole !== name && act(name))) return e.preventDefault()
  if (keys.some((k) => k.keys.startsWith(name + " "))) {
    begun = name
    forget = setTimeout(() => (begun = ""), 1200)
  }
})

document.addEventListener("kring:key", (e) => {
  const view = e.detail.match(/^alt\+([1-9])$/)
  const tab = view && document.querySelectorAll(".tabs .tab")[view[1] - 1]
  if (tab) tab.click(), e.preventDefault()
  if (e.detail === "?") document.getElementById("keymap").showModal(), e.preventDefault()
})
