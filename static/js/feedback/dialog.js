// The form for a report in a dialog over the page. It comes from the address of the link, and goes
// where it would go without a script; until it is sent, closing the dialog loses nothing.

import { addContext } from "./context.js";

const LARGEST = 5 * 1024 * 1024;
let dialog;

function make({ report, close }) {
  dialog = document.createElement("dialog");
  dialog.className = "dialog report-dialog";
  dialog.innerHTML = '<form method="dialog"><h2 id="report-title"></h2><button class="report-close">×</button></form><div></div>';
  dialog.setAttribute("aria-labelledby", "report-title");
  dialog.querySelector("h2").textContent = report;
  dialog.querySelector("button").setAttribute("aria-label", close);
  dialog.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-report-form]")) return;
    event.preventDefault();
    send(event.target);
  });
  document.body.append(dialog);
}

function show(html) {
  const place = dialog.lastElementChild;
  place.innerHTML = html;
  const form = place.querySelector("[data-report-form]");
  if (form) addContext(form);
  const first = place.querySelector("[role=alert]:not(:empty), .errorlist, [data-report-received]");
  if (!first) return;
  first.tabIndex = -1;
  first.focus();
}

async function send(form) {
  const said = form.querySelector(".said");
  if (form.elements.screenshot.files[0]?.size > LARGEST) {
    said.textContent = said.dataset.large;
    return;
  }
  const button = form.querySelector(".form-foot button");
  button.disabled = true;
  said.textContent = said.dataset.sending;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Fragment": "1" } });
    if (answer.status >= 500) throw new Error(answer.statusText);
    const files = form.elements.screenshot.files;
    show(await answer.text());
    const again = dialog.querySelector("[data-report-form]");
    if (again) again.elements.screenshot.files = files;
  } catch {
    said.textContent = said.dataset.failed;
    button.disabled = false;
  }
}

// Opens the form that the link leads to, with a quote or without. A form already begun is kept.
export async function openReport(link, quote) {
  try {
    if (!dialog) make(link.dataset);
    if (!dialog.querySelector("[data-report-form]")) {
      const answer = await fetch(link.href, { headers: { "X-Fragment": "1" } });
      if (!answer.ok) throw new Error(answer.statusText);
      show(await answer.text());
    }
  } catch {
    location.assign(link.href);
    return;
  }
  const form = dialog.querySelector("[data-report-form]");
  for (const [name, value] of Object.entries(quote ?? {})) {
    if (form.elements[name]) form.elements[name].value = value;
  }
  dialog.showModal();
  form.elements.words.focus();
}
