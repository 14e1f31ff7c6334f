// Sends the forms of the discussion without leaving the page. What could not be sent stays
// in its form, and goes with the same key when it is sent again.

import { forget } from "./drafts.js";
import { ask, put, show } from "./place.js";

function say(form, text) {
  const said = form.querySelector(".said");
  if (said) said.textContent = text ?? "";
}

async function send(form, button) {
  const said = form.querySelector(".said");
  const body = new URLSearchParams(new FormData(form, button));
  form.setAttribute("aria-busy", "true");
  say(form, said?.dataset.sending);
  try {
    const answer = await ask(button?.getAttribute("formaction") ?? form.action, { method: "POST", body });
    await take(form, answer);
  } catch {
    say(form, said?.dataset.failed);
  } finally {
    form.removeAttribute("aria-busy");
  }
}

async function take(form, answer) {
  const text = await answer.text();
  if (answer.ok) {
    if (form.dataset.draftOf) forget(form);
    put(text);
    show(answer.headers.get("X-Comment") ?? "discussion");
  } else if (answer.status === 422) {
    swap(form, text);
  } else if (answer.status < 500 && answer.headers.get("Content-Type")?.startsWith("text/html") && text.length < 300) {
    say(form, text);
  } else {
    throw new Error(answer.status);
  }
}

function swap(form, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const fresh = template.content.querySelector("form");
  form.replaceWith(fresh);
  (fresh.querySelector(".errorlist + *, [aria-invalid]") ?? fresh.elements.text ?? fresh).focus?.();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-send]") || event.submitter?.hasAttribute("data-preview")) return;
  event.preventDefault();
  if (form.getAttribute("aria-busy") !== "true") send(form, event.submitter);
});
