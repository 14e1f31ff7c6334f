// Adds to a form for reports what only a script knows: the theme and the window's size.

export function addContext(form) {
  const chosen = document.documentElement.dataset.theme;
  const isDark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  form.elements.theme.value = isDark ? "dark" : "light";
  form.elements.window.value = `${innerWidth}x${innerHeight}`;
}

for (const form of document.querySelectorAll("[data-report-form]")) addContext(form);
