// Shows what a comment will look like, below its form.

import { ask } from "./place.js";

async function preview(form, button) {
  const place = form.querySelector("[data-preview-place]");
  const body = new URLSearchParams(new FormData(form));
  try {
    const answer = await ask(button.getAttribute("formaction"), { method: "POST", body });
    const html = await answer.text();
    if (answer.ok) place.innerHTML = html;
    else form.querySelector(".said").textContent = html;
  } catch {
    form.querySelector(".said").textContent = form.querySelector(".said").dataset.failed;
  }
}

document.addEventListener("submit", (event) => {
  if (!event.submitter?.hasAttribute("data-preview")) return;
  if (!event.target.matches("form[data-send]")) return;
  event.preventDefault();
  preview(event.target, event.submitter);
});
