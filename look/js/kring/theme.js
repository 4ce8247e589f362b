// D turns dark on and off; the cookie is the server's.
document.addEventListener("kring:key", (e) => {
  if (e.detail !== "d") return
  e.preventDefault()
  const page = document.documentElement
  const dark = page.dataset.theme ? page.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches
  page.dataset.theme = dark ? "light" : "dark"
  fetch("/theme", { method: "POST", body: new URLSearchParams({ theme: page.dataset.theme }), redirect: "manual" })
})
