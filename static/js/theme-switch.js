// The switch for light and dark. A choice that equals the system's is forgotten,
// so that the page follows the system again.

const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");

const current = () => root.dataset.theme ?? (system.matches ? "dark" : "light");

export function switchTheme() {
  const theme = current() === "dark" ? "light" : "dark";
  const isSystems = theme === (system.matches ? "dark" : "light");
  try {
    if (isSystems) localStorage.removeItem("theme");
    else localStorage.setItem("theme", theme);
  } catch { /* storage may be closed; the choice then lasts for this page */ }
  if (isSystems) delete root.dataset.theme;
  else root.dataset.theme = theme;
  show();
}

function show() {
  const isDark = current() === "dark";
  for (const button of document.querySelectorAll("[data-theme-switch]")) {
    button.setAttribute("aria-pressed", isDark);
  }
  const paper = getComputedStyle(root).backgroundColor;
  for (const meta of document.querySelectorAll('meta[name="theme-color"]')) meta.content = paper;
}

for (const button of document.querySelectorAll("[data-theme-switch]")) {
  button.addEventListener("click", switchTheme);
}
system.addEventListener("change", show);
show();
