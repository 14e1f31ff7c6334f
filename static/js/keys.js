// Keyboard shortcuts: / search, j and k neighbouring lessons, t theme, ? the list.
// Single keys can be turned off in the list (WCAG 2.1.4) and never act while typing.

import { switchTheme } from "./theme-switch.js";

const dialog = document.getElementById("site-keys");
const box = dialog?.querySelector("[data-keys-on]");

const actions = {
  "/": () => go('input[type="search"]') || go('[data-key="search"]'),
  j: () => go('a[rel~="next"]'),
  k: () => go('a[rel~="prev"]'),
  t: switchTheme,
  "?": () => dialog.showModal(),
};

function go(selector) {
  const target = document.querySelector(selector);
  if (target instanceof HTMLInputElement) target.select();
  else target?.click();
  return target;
}

function isTyping(event) {
  const { target } = event;
  return event.isComposing || target.isContentEditable || target.matches("input, textarea, select");
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (!box.checked || dialog.open || isTyping(event)) return;
  // Hangul is typed on the same keys: ㅓ is j, ㅏ is k, ㅅ is t.
  const key = { "ㅓ": "j", "ㅏ": "k", "ㅅ": "t" }[event.key] ?? event.key;
  if (!Object.hasOwn(actions, key)) return;
  event.preventDefault();
  actions[key]();
}

function remember() {
  try {
    localStorage.setItem("keys", box.checked ? "on" : "off");
  } catch { /* the choice then lasts for this page */ }
}

if (dialog) {
  try {
    box.checked = localStorage.getItem("keys") !== "off";
  } catch { /* on, as it stands in the page */ }
  box.addEventListener("change", remember);
  document.addEventListener("keydown", press);
  for (const button of document.querySelectorAll("[data-keys-open]")) {
    button.addEventListener("click", () => dialog.showModal());
  }
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}
