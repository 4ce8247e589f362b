// Passkeys: asks the desk for a challenge and the device for an answer. A form
// with data-passkey="in" signs in, "add" makes a passkey; without script or
// without passkeys it stays hidden.
const post = async (address, body) => {
  const answer = await fetch(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) })
  const said = await answer.json().catch(() => ({}))
  if (!answer.ok) throw new Error(said.error ?? "")
  return said
}

const ways = {
  async in(form) {
    const { publicKey } = await post("/sign-in/passkey/options", {})
    const credential = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) })
    return post("/sign-in/passkey", { credential: credential.toJSON(), next: form.dataset.next })
  },
  async add(form) {
    const { password, name } = Object.fromEntries(new FormData(form))
    const { publicKey } = await post("/settings/security/passkeys/options", { password })
    const credential = await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })
    return post("/settings/security/passkeys", { credential: credential.toJSON(), name })
  },
}

const able = window.PublicKeyCredential?.parseRequestOptionsFromJSON && PublicKeyCredential.parseCreationOptionsFromJSON

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!able) continue
  form.hidden = false
  const said = form.querySelector("[data-said]")
  form.addEventListener("submit", async (e) => {
    e.preventDefault()
    const button = form.querySelector("[type=submit]")
    said.hidden = true
    button.disabled = true
    try {
      location.assign((await ways[form.dataset.passkey](form)).next)
    } catch (err) {
      // NotAllowedError: the person closed the question; nothing to say.
      said.textContent = err.name === "NotAllowedError" ? "" : err.message
      said.hidden = !said.textContent
    }
    button.disabled = false
  })
}
