// The discussion of the page: asked from the server as a fragment, and put in its place.

export const section = () => document.querySelector("[data-discussion]");

export const ask = (url, options = {}) =>
  fetch(url, { ...options, headers: { "X-Fragment": "1" }, cache: "no-store" });

// Everything that works on the discussion's content does so again after "discussion".
export function put(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const fresh = template.content.querySelector("[data-discussion]");
  if (!fresh) throw new Error("no discussion in the answer");
  section().replaceWith(fresh);
  document.dispatchEvent(new Event("discussion"));
  return fresh;
}

export function show(id) {
  const target = document.getElementById(id);
  if (!target) return;
  target.tabIndex = -1;
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "center" });
}
