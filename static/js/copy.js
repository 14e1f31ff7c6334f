// A button on each listing that copies its text. Drawings have none: their columns
// would be lost in most places they could be pasted into.

const template = document.getElementById("site-copy");
const figures = document.querySelectorAll(".code:not(.language-diagram)");

async function copy(button, code) {
  await navigator.clipboard.writeText(code.textContent.replace(/\n$/, ""));
  const label = button.textContent;
  button.textContent = button.dataset.done;
  button.classList.add("is-done");
  setTimeout(() => {
    button.textContent = label;
    button.classList.remove("is-done");
  }, 2000);
}

// The clipboard is missing on plain http; a button that cannot work is not shown.
if (template && navigator.clipboard) {
  for (const figure of figures) {
    const button = template.content.firstElementChild.cloneNode(true);
    const code = figure.querySelector("pre code");
    if (!code) continue;
    let isBusy = false;
    button.addEventListener("click", async () => {
      if (isBusy) return;
      isBusy = true;
      await copy(button, code).catch(() => {});
      setTimeout(() => { isBusy = false; }, 2000);
    });
    figure.append(button);
  }
}
