// Select a passage of a lesson, and a small button offers to report it.

import { openReport } from "./dialog.js";
import { quoteOf } from "./quote.js";

const template = document.querySelector("template[data-report-passage]");
const link = document.querySelector("a[data-report]");
let button, waiting;

// Beside the end of the selection, within the window; below it, where the finger is not.
function place(range) {
  const boxes = range.getClientRects();
  const box = boxes[boxes.length - 1] ?? range.getBoundingClientRect();
  const left = Math.min(Math.max(box.right - button.offsetWidth, 8), innerWidth - button.offsetWidth - 8);
  button.style.left = `${left + scrollX}px`;
  button.style.top = `${box.bottom + scrollY + 8}px`;
}

function offer() {
  const quote = document.querySelector("dialog[open]") ? null : quoteOf(getSelection());
  button.hidden = !quote;
  if (quote) place(quote.range);
}

function report() {
  const quote = quoteOf(getSelection());
  if (!quote) return;
  const { exact, before, after } = quote;
  button.hidden = true;
  openReport(link, { exact, before, after });
}

if (template && link) {
  button = template.content.firstElementChild.cloneNode(true);
  button.hidden = true;
  document.body.append(button);
  button.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the selection
  button.addEventListener("click", report);
  document.addEventListener("selectionchange", () => {
    clearTimeout(waiting);
    waiting = setTimeout(offer, 200);
  });
}
