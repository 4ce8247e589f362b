// A conversation that is held: what is written is kept in the page until the
// server has it, also when the connection is gone or the page is loaded again.
const room = document.querySelector("[data-talk]")
const place = `kring-talk-${room?.dataset.talk}`
const skew = room ? Number(room.dataset.now) - Date.now() : 0
const state = () => document.getElementById("talk-state")
let busy = false, again, wait = 1000

const load = () => JSON.parse(localStorage.getItem(place) ?? "[]")
const keep = (list) => list.length ? localStorage.setItem(place, JSON.stringify(list)) : localStorage.removeItem(place)

function name() {
  const b = crypto.getRandomValues(new Uint8Array(16))
  b[6] = (b[6] & 15) | 64
  b[8] = (b[8] & 63) | 128
  const h = [...b].map((x) => x.toString(16).padStart(2, "0")).join("")
  return [h.slice(0, 8), h.slice(8, 12), h.slice(12, 16), h.slice(16, 20), h.slice(20)].join("-")
}

function say(text, bad) {
  if (!state()) return
  state().textContent = text
  state().classList.toggle("bad", Boolean(bad))
}

// renew takes over what the server has, without what is being typed.
async function renew() {
  const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } })
  if (!answer.ok) return
  const next = new DOMParser().parseFromString(await answer.text(), "text/html")
  const promising = document.querySelector("#talk-aside form[data-queue=promise]:focus-within")
  for (const part of ["talk-lines", "talk-clock", "talk-pause", "talk-aside"]) {
    const [here, there] = [document.getElementById(part), next.getElementById(part)]
    if (here && there && !(part === "talk-aside" && promising)) here.replaceWith(there)
  }
  began = Date.now()
}

async function flush() {
  if (busy || !room) return
  busy = true
  clearTimeout(again)
  let sent = 0
  try {
    for (let list = load(); list.length; list = load()) {
      say(room.dataset.wait.replace("{n}", list.length))
      const one = list[0]
      const answer = await fetch(one.to, { method: "POST", redirect: "manual", headers: { "X-Kring-Queue": "1", "Content-Type": "application/x-www-form-urlencoded" }, body: one.body })
      if (answer.status >= 500 || answer.type === "opaqueredirect") throw new Error("later")
      keep(load().slice(1))
      if (!answer.ok) {
        say(await answer.text(), true)
        const box = document.getElementById("talk-text"), text = new URLSearchParams(one.body).get("text")
        if (one.kind === "note" && box && !box.value) box.value = text
        await renew()
        return
      }
      sent++
    }
    wait = 1000
    if (sent) await renew(), say(room.dataset.saved)
  } catch {
    say(room.dataset.wait.replace("{n}", load().length), true)
    again = setTimeout(flush, wait = Math.min(wait * 2, 20000))
  } finally {
    busy = false
  }
}

// shown puts a note in the page before the server has it.
function shown(data) {
  const list = document.querySelector(`[data-notes="${CSS.escape(data.get("letter") ?? "")}"]`)
  if (!list) return
  const row = document.createElement("li"), time = document.createElement("time"), text = document.createElement("span")
  row.className = "unsent"
  text.textContent = data.get("text") || data.get("question")
  row.append(time, text)
  list.append(row)
}

document.addEventListener("submit", (e) => {
  const form = e.target
  if (!room || !form.matches("[data-queue], [data-ask]")) return
  if (form.matches("[data-ask]")) {
    const box = document.getElementById("talk-write"), asked = new FormData(form)
    e.preventDefault()
    box.elements.question.value = asked.get("question")
    const line = box.querySelector("[data-asking]")
    line.textContent = asked.get("question")
    line.hidden = false
    choose(asked.get("letter"))
    return
  }
  const data = new URLSearchParams(new FormData(form))
  const text = (data.get("text") ?? "").trim()
  if (form.dataset.queue === "note" && text.startsWith("/")) {
    e.preventDefault()
    return promise(text.replace(/^\/\s*(belofte|promise)?\s*/i, ""))
  }
  if (form.dataset.queue === "note" && !text && !data.get("question")) return e.preventDefault()
  e.preventDefault()
  data.set("note", name())
  data.set("at", String(Date.now() + skew))
  keep([...load(), { to: form.getAttribute("action"), kind: form.dataset.queue, body: data.toString() }])
  if (form.dataset.queue === "note") {
    shown(data)
    form.elements.text.value = form.elements.question.value = ""
    form.elements.closed.checked = false
    form.querySelector("[data-asking]").hidden = true
    localStorage.removeItem(place + "-typed")
  } else if (form.matches(".form")) {
    form.reset()
    document.activeElement?.blur() // what was sent may be shown again
  }
  flush()
})

function choose(letter) {
  const radio = document.getElementById(`under-${letter}`), box = document.getElementById("talk-text")
  if (!radio || !box) return
  radio.checked = true
  box.focus()
  const words = box.placeholder.split(/(?=\.)/)
  words[0] = words[0].replace(/\S+$/, radio.dataset.name)
  box.placeholder = words.join("")
}

function promise(text) {
  const fold = document.getElementById("talk-promise"), field = document.getElementById("promise-text"), box = document.getElementById("talk-text")
  if (!fold) return
  fold.open = true
  if (text) field.value = text
  if (box.value.trim().startsWith("/")) box.value = ""
  ;(text ? document.getElementById("promise-due") : field).focus()
}

document.addEventListener("change", (e) => {
  if (e.target.matches("#talk-write input[name=letter]")) choose(e.target.value)
})

document.addEventListener("input", (e) => {
  if (e.target.id !== "talk-text") return
  e.target.value ? localStorage.setItem(place + "-typed", e.target.value) : localStorage.removeItem(place + "-typed")
})

document.addEventListener("keydown", (e) => {
  if (!room || e.isComposing || document.querySelector("dialog:modal, :popover-open")) return
  const box = document.getElementById("talk-text"), typing = e.target.closest("input:not([type=radio], [type=checkbox]), textarea, select")
  if (!box) return
  const done = (f) => (e.preventDefault(), f())
  if ((e.ctrlKey || e.metaKey) && e.key === "Enter") return done(() => document.querySelector("[data-finish]")?.click())
  if (e.ctrlKey || e.metaKey || e.altKey) return
  if (e.target === box) {
    if (e.key === "Enter" && !e.shiftKey) return done(() => box.form.requestSubmit())
    if (e.key === "Escape") return done(() => box.blur())
    if (e.key === "/" && !box.value) return done(() => promise(""))
    return
  }
  if (typing) return
  const letter = { 1: "s", 2: "p", 3: "i", 4: "n" }[e.key]
  if (letter) return done(() => choose(letter))
  if (e.key === "/" || e.key === "b") return done(() => promise(""))
  if (e.key === "w") return done(() => document.querySelector("form[data-queue=turn] [aria-pressed=false]")?.click())
}, true)

// The clock goes on in the page; the server has its own.
let began = Date.now()
setInterval(() => {
  const clock = document.getElementById("talk-clock"), time = clock?.querySelector("time")
  if (!time || "paused" in clock.dataset) return
  const s = Number(clock.dataset.elapsed) + Math.floor((Date.now() - began) / 1000)
  time.textContent = `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`
}, 1000)

addEventListener("online", flush)
if (room) {
  const box = document.getElementById("talk-text")
  if (box && !box.value) box.value = localStorage.getItem(place + "-typed") ?? ""
  flush()
}
